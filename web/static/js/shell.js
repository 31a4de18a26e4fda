// What stays while screens change: the side menu, the user's menu, the connection banner.

import { h, icon, $, $$, replace, debounce } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session } from './store.js';
import { late } from './mutations.js';
import { addGlobalKeys, showShortcuts, startShortcuts } from './shortcuts.js';
import { go } from './router.js';
import { avatar } from './bits.js';
import { recent } from './recent.js';
import { mod } from './toast.js';
import { mark } from './mark.js';
import * as format from './format.js';

export const NAV = [['/deals', 'deals', 'deals'], ['/contacts', 'user', 'contacts'], ['/companies', 'bld', 'companies'], ['/tasks', 'task', 'tasks']];

/** G and then the letter of the section. */
const GO = { deals: 'KeyD', contacts: 'KeyC', companies: 'KeyO', tasks: 'KeyT' };

export function drawShell() {
  const app = $('#app');
  const side = h('aside.side', { 'aria-label': t('nav.menu'), id: 'side' });
  const main = h('main.main', { id: 'main', tabindex: '-1' });
  const close = () => app.classList.remove('is-open');
  const create = h('button.btn.i.g', { type: 'button', 'aria-label': t('nav.create'), 'aria-haspopup': 'menu', onclick: async () => (await late(() => import('./commands.js')))?.createMenu(create) }, icon('plus'));
  const bar = h('div.mobile-bar', null, mark(), h('b.trunc', null, session.tenant.name), h('span.grow'),
    h('button.btn.i.g', { type: 'button', 'aria-label': t('palette.placeholder'), onclick: openPalette }, icon('search')), create);
  const more = h('button', { type: 'button', 'aria-controls': 'side', 'aria-expanded': 'false', onclick: () => app.classList.toggle('is-open') }, icon('menu'), t('nav.more'));
  const tabs = h('nav.tabbar', { 'aria-label': t('nav.sections') }, NAV.map(([href, name, key]) => h('a', { href }, icon(name), t('nav.' + key))), more);
  const veil = h('div.veil', { onclick: close });
  replace(app, h('a.skip', { href: '#main', onclick: (event) => { event.preventDefault(); event.stopPropagation(); main.focus(); } }, t('nav.skip')), bar, side, main, tabs, veil);
  app.classList.remove('is-booting');
  app.removeAttribute('aria-busy');
  const draw = () => drawSide(side, tabs);
  draw();
  store.subscribe('route', () => { close(); drawCurrent(side, tabs); });
  addEventListener('keydown', (event) => event.key === 'Escape' && close());
  new MutationObserver(() => more.setAttribute('aria-expanded', String(app.classList.contains('is-open')))).observe(app, { attributeFilter: ['class'] });
  store.subscribe('recent', draw);
  const recount = debounce(3000, () => refreshCounts(draw));
  store.subscribe('news', recount);
  store.subscribe('touched', recount);
  store.subscribe('connection', ({ up }) => banner(main, up));
  addEventListener('offline', () => banner(main, false));
  addEventListener('online', () => banner(main, true));
  startCommands();
}

function drawSide(side, tabs) {
  const { tenant, user, counts = {} } = session;
  const task = counts.tasks_overdue ? h('span.cnt.late', { title: t('nav.overdue', { n: counts.tasks_overdue }) }, format.number(counts.tasks_overdue))
    : counts.tasks_today ? h('span.cnt', { title: t('nav.today', { n: counts.tasks_today }) }, format.number(counts.tasks_today)) : null;
  const me = h('button.me', { type: 'button', 'aria-haspopup': 'menu', onclick: async () => (await late(() => import('./commands.js')))?.userMenu(me) },
    avatar(user, 'md'), h('span.trunc', null, h('b', null, user.name), h('small', null, user.role_name)), icon('ud', 's'));
  const lately = recent();
  replace(side,
    h('div.ws', null, mark(), h('span.trunc', null, h('b', null, tenant.name), h('small', null, tenant.subtitle))),
    h('button.searchbox', { type: 'button', onclick: openPalette, 'aria-keyshortcuts': 'Meta+K Control+K' }, icon('search'), h('span.trunc', null, t('nav.search')), h('kbd', { 'aria-hidden': 'true' }, mod + 'K')),
    h('nav.nav', { 'aria-label': t('nav.sections') }, NAV.map(([href, name, key]) => h('a', { href }, icon(name), t('nav.' + key), key === 'tasks' && task))),
    h('p.cap', { id: 'cap-lines' }, t('nav.pipelines')),
    h('nav.nav', { 'aria-labelledby': 'cap-lines' }, session.pipelines.map((line) => h('a', { href: '/deals?pipeline=' + line.id, 'data-pipeline': line.id }, h('span.sq', { 'data-hue': line.color }), h('span.trunc', null, line.name), h('span.cnt', null, format.number(line.open_count ?? 0))))),
    lately.length > 0 && [h('p.cap', { id: 'cap-recent' }, t('nav.recent')),
      h('nav.nav.lately', { 'aria-labelledby': 'cap-recent' }, lately.map((one) => h('a', { href: '/deals/' + one.id, title: one.name }, icon('clock'), h('span.trunc', null, tidy(one.name)))))],
    h('footer', null, h('nav.nav', null, h('button', { type: 'button', onclick: showShortcuts }, icon('kbd'), t('keys.title'), h('kbd', { 'aria-hidden': 'true' }, '?'))), me));
  $('.dot', tabs)?.remove();
  if (counts.tasks_overdue) $('a[href="/tasks"]', tabs).append(h('span.dot', { title: t('nav.overdue', { n: counts.tasks_overdue }) }));
  drawCurrent(side, tabs);
}

function drawCurrent(side, tabs) {
  const { pathname, search } = location;
  const pipeline = new URLSearchParams(search).get('pipeline');
  for (const link of [...$$('.nav a', side), ...$$('a', tabs)]) {
    const path = new URL(link.href).pathname;
    const isPipeline = link.dataset.pipeline;
    const current = isPipeline ? pathname === '/deals' && pipeline === isPipeline
      : path === '/deals' ? pathname === '/deals' || pathname === '/' || /^\/deals\//.test(pathname)
        : link.closest('.lately') ? pathname === path : pathname.startsWith(path);
    if (current) link.setAttribute('aria-current', isPipeline || link.closest('.lately') ? 'true' : 'page');
    else link.removeAttribute('aria-current');
  }
}

async function refreshCounts(draw) {
  try {
    const fresh = await api.get('/ui/session');
    session.counts = fresh.counts;
    for (const line of fresh.pipelines) {
      const known = store.pipeline(line.id);
      if (known) known.open_count = line.open_count;
    }
    draw();
  } catch {
    // Counts wait for the next change.
  }
}

/** The server draws the next page in it from the first moment on. */
export function keepTheme(theme) {
  document.cookie = `voronka_theme=${theme}; path=/; max-age=31536000; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
}

function banner(main, up) {
  $('.banner', main.parentNode)?.remove();
  if (up) return;
  main.parentNode.append(h('div.banner', { role: 'status' }, icon('off', 's'), h('span', null, t('banner.offline'))));
}

export async function newDeal() {
  if (!store.mayAddDeals()) return;
  const id = await (await late(() => import('./deal-new.js')))?.newDealDialog();
  if (!id) return;
  store.emit('boards', {});
  go('/deals/' + id);
}

export async function newTask() {
  (await late(() => import('./task-new.js')))?.newTaskDialog();
}

async function openPalette() {
  const found = await late(() => Promise.all([import('./palette.js'), import('./commands.js')]));
  if (!found) return;
  const [palette, { commands }] = found;
  palette.openPalette(commands());
}

function startCommands() {
  addGlobalKeys({
    ...Object.fromEntries(NAV.map(([href, , key]) => ['KeyG ' + GO[key], () => void go(href)])),
    KeyN: () => void newDeal(), KeyT: () => void newTask(), '/': () => openPalette(), '?': () => showShortcuts() });
  startShortcuts(openPalette);
}
