// Addresses → screens, without a reload. A screen's `open` gives {node, title, keys, leave, shown}.

import { $, h, replace, calm } from './dom.js';
import { t } from './i18n.js';
import { setScreenKeys } from './shortcuts.js';
import { Refused, Unreachable } from './api.js';
import { emit } from './store.js';

const routes = [];
let current = null;
let turn = 0;
const SKELETON_AFTER_MS = 140;

export const route = (pattern, load, skeleton) => routes.push({ pattern, load, skeleton });

export function startRouter() {
  addEventListener('popstate', () => render());
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey ||
      event.shiftKey || event.altKey || link.target || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || /^\/(a|ui|api|sign-)/.test(url.pathname)) return;
    event.preventDefault();
    go(url.pathname + url.search);
  });
  render();
}

export function go(path, { replace: over } = {}) {
  if (path === location.pathname + location.search) return render();
  history[over ? 'replaceState' : 'pushState'](null, '', path);
  return render();
}

export const reload = () => render();
export const here = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });

async function render() {
  const mine = ++turn;
  const { path, query } = here();
  const main = $('.main');
  const found = routes.map((entry) => ({ ...entry, match: entry.pattern.exec(path) })).find((e) => e.match);
  emit('route', { path });
  const timer = setTimeout(() => {
    if (mine === turn) swap(main, null, h('div.screen.is-loading', { 'aria-busy': 'true' },
      found?.skeleton?.() ?? skeleton()));
  }, current ? SKELETON_AFTER_MS : 0);
  let screen;
  try {
    screen = found ? await (await found.load())(found.match.slice(1), query) : missing();
  } catch (error) {
    screen = failure(error);
  }
  clearTimeout(timer);
  if (mine !== turn) return screen.leave?.();
  show(main, screen);
}

function show(main, screen) {
  const move = () => {
    swap(main, screen, screen.node);
    document.title = screen.title ? `${screen.title} · Voronka` : 'Voronka';
    setScreenKeys(screen.keys);
    screen.shown?.();
  };
  if (current?.node && document.startViewTransition && !calm() && document.visibilityState === 'visible') {
    const transition = document.startViewTransition(move);
    transition.ready.catch(() => {});
    transition.finished.catch(() => {});
  } else move();
}

function swap(main, screen, node) {
  if (current?.node !== screen?.node) current?.leave?.();
  current = screen;
  if (node.parentNode !== main || main.childNodes.length !== 1) replace(main, node);
}

const skeleton = () => [h('div.sk.sk-title'), h('div.sk.sk-row'), h('div.sk.sk-row'), h('div.sk.sk-row')];

export function stateBox({ mark, title, text, action }) {
  return h('div.state', null, h('div.state-mark', null, mark), h('h2', null, title),
    text && h('p', null, text), action);
}

function missing() {
  return { title: t('missing.title'), node: h('div.screen', null, stateBox({
    mark: '404', title: t('missing.title'), text: t('missing.text'),
    action: h('a.btn.p', { href: '/deals' }, t('missing.home')) })) };
}

function failure(error) {
  if (error instanceof Refused && (error.status === 404 || error.status === 204)) return missing();
  if (!(error instanceof Refused) && !(error instanceof Unreachable)) console.error(error);
  const offline = error instanceof Unreachable;
  const forbidden = error.status === 403;
  return { title: t('failure.title'), node: h('div.screen', { role: 'alert' }, stateBox({
    mark: error.status ?? '…',
    title: t(offline ? 'failure.offline' : forbidden ? 'failure.forbidden' : 'failure.title'),
    text: offline ? t('failure.offline_text') : error.message,
    action: h('button.btn.p', { type: 'button', onclick: () => render() }, t('failure.retry')) })) };
}
/** Thrown by a screen whose record is not there. */
export const notFound = () => new Refused(404, null);
