// The workspace starts here: language, session, shell, routes, news.

import { $, h, replace } from './dom.js';
import { loadMessages, t } from './i18n.js';
import * as api from './api.js';
import { openSession, session } from './store.js';
import { setLocale } from './format.js';
import { route, startRouter, stateBox } from './router.js';
import { startLive } from './live.js';
import { startNews } from './news.js';
import { drawShell, keepTheme } from './shell.js';

/** The other screens are fetched when the first has settled. */
const REST_MS = 1500;
const root = document.documentElement;

/** Each screen's modules come when it is first asked for; the rest when the browser is idle. */
const screens = {
  board: () => import('./board.js'),
  deal: () => import('./deal.js'),
  people: () => import('./people.js'),
  person: () => import('./person.js'),
  tasks: () => import('./tasks.js'),
  palette: () => import('./palette.js'),
};

/** What opens over a screen. */
const asides = [() => import('./board-add.js'), () => import('./deal-new.js'), () => import('./task-new.js'), () => import('./links.js'), () => import('./keys.js'),
  () => import('./commands.js'), () => import('./note-actions.js'), () => import('./deal-trash.js')];

function prefetch() {
  const path = location.pathname;
  const name = /^\/deals\/\d/.test(path) ? 'deal' : /^\/(contacts|companies)\/\d/.test(path) ? 'person' : /^\/(contacts|companies)/.test(path) ? 'people'
    : path.startsWith('/tasks') ? 'tasks' : 'board';
  screens[name]().catch(() => {});
}

function signIn() {
  const back = location.pathname + location.search;
  location.assign(back === '/' ? '/sign-in' : '/sign-in?next=' + encodeURIComponent(back));
}

async function start() {
  api.whenSignedOut(signIn);
  prefetch();
  const island = $('#session');
  const [, found] = await Promise.all([
    loadMessages(root.lang),
    island ? JSON.parse(island.textContent) : api.get('/ui/session'),
  ]);
  openSession(found);
  setLocale({ timeZone: found.tenant.time_zone, money: found.tenant.currency, serverTime: found.server_time,
    clock: found.tenant.clock });
  if (found.user.theme && found.user.theme !== root.dataset.theme) {
    root.dataset.theme = found.user.theme;
    keepTheme(found.user.theme);
  }
  route(/^\/(?:deals\/?)?$/, async () => (await screens.board()).open, boardSkeleton);
  route(/^\/deals\/(\d+)$/, async () => (await screens.deal()).open, cardSkeleton);
  for (const plural of ['contacts', 'companies']) {
    route(new RegExp(`^/${plural}/?$`), async () => (await screens.people()).openList(plural), listSkeleton);
    route(new RegExp(`^/${plural}/(\\d+)$`), async () => (await screens.person()).openCard(plural), cardSkeleton);
  }
  route(/^\/tasks\/?$/, async () => (await screens.tasks()).open, listSkeleton);
  drawShell();
  startNews();
  startRouter();
  startLive(session.stream_no ?? null);
  setTimeout(() => (globalThis.requestIdleCallback ?? setTimeout)(() => {
    for (const load of [...Object.values(screens), ...asides]) load().catch(() => {});
  }), REST_MS);
}

const bars = (count, kind) => Array.from({ length: count }, () => h('div.sk.' + kind));
const listSkeleton = () => [h('div.sk.sk-title'), bars(12, 'sk-row')];
const cardSkeleton = () => [h('div.sk.sk-title'), h('div.sk-cols', null, [6, 4, 3].map((count) => h('div.sk-col', null, bars(count, 'sk-row'))))];
const boardSkeleton = () => [h('div.sk.sk-title'), h('div.sk.sk-row'), h('div.sk-cols', null,
  [5, 4, 5, 3].map((cards) => h('div.sk-col', null, Array.from({ length: cards }, () => h('div.sk.sk-card')))))];

start().catch((error) => {
  if (error.status === 401) return;
  if (!(error instanceof api.Unreachable)) console.error(error);
  const app = $('#app');
  app.classList.remove('is-booting');
  replace(app, h('main.main.alone', { role: 'alert' }, stateBox({
    mark: '!', title: t('failure.title'), text: error instanceof api.Unreachable ? t('failure.offline_text') : error.message,
    action: h('button.btn.p', { type: 'button', onclick: () => location.reload() }, t('failure.retry')) })));
});
