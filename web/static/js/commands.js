// The user's menu and what the palette can do, fetched when first asked for.

import { t, lang } from './i18n.js';
import * as api from './api.js';
import { session, mayAddDeals } from './store.js';
import { complain, late } from './mutations.js';
import { openMenu } from './menu.js';
import { showShortcuts } from './shortcuts.js';
import { go } from './router.js';
import { NAV, newDeal, newTask, keepTheme } from './shell.js';

export function userMenu(anchor) {
  const theme = document.documentElement.dataset.theme;
  const themes = [['light', 'sun'], ['dark', 'moon'], ['auto', 'auto']];
  openMenu(anchor, [
    { heading: session.user.email },
    { heading: t('menu.theme') },
    ...themes.map(([name, mark]) => ({ text: t('theme.' + name), icon: mark, checked: theme === name, run: () => setTheme(name) })),
    { heading: t('menu.language') },
    { text: 'Русский', icon: 'globe', checked: lang === 'ru', run: () => setLanguage('ru') },
    { text: 'English', icon: 'globe', checked: lang === 'en', run: () => setLanguage('en') },
    '-',
    { text: t('keys.title'), icon: 'kbd', kbd: '?', run: showShortcuts },
    { text: t('menu.sign_out'), icon: 'out', run: signOut },
  ], { label: t('menu.user') });
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  keepTheme(theme);
  session.user.theme = theme;
  api.patch('/ui/session', { theme }).catch(complain);
}

async function setLanguage(locale) {
  if (locale === lang) return;
  try {
    await api.patch('/ui/session', { locale });
    location.reload();
  } catch (error) {
    complain(error);
  }
}

async function signOut() {
  await api.post('/ui/sign-out').catch(() => {});
  location.assign('/sign-in');
}

export function commands() {
  return [
    ...creations(),
    ...NAV.map(([href, name, key]) => ({ text: t('palette.go', { place: t('nav.' + key) }), icon: name, run: () => go(href) })),
    ...session.pipelines.map((line) => ({ text: t('palette.pipeline', { name: line.name }), icon: 'deals', run: () => go('/deals?pipeline=' + line.id) })),
    ...['light', 'dark', 'auto'].map((name) => ({ text: t('palette.theme', { name: t('theme.' + name).toLowerCase() }), icon: name === 'light' ? 'sun' : name === 'dark' ? 'moon' : 'auto', run: () => setTheme(name) })),
    { text: lang === 'ru' ? 'Switch to English' : 'Перейти на русский', icon: 'globe', run: () => setLanguage(lang === 'ru' ? 'en' : 'ru') },
    { text: t('keys.title'), icon: 'kbd', kbd: '?', run: showShortcuts },
    { text: t('menu.sign_out'), icon: 'out', run: signOut },
  ];
}

async function create(plural) {
  const id = await (await late(() => import('./person-new.js')))?.createPerson(plural);
  if (id) go(`/${plural}/${id}`);
}

export function createMenu(anchor) {
  openMenu(anchor, creations(), { align: 'end', label: t('nav.create') });
}

const creations = () => [
  mayAddDeals() && { text: t('deal.new'), icon: 'deals', kbd: 'N', run: newDeal },
  { text: t('task.new'), icon: 'task', kbd: 'T', run: newTask },
  { text: t('contacts.new'), icon: 'user', run: () => create('contacts') },
  { text: t('companies.new'), icon: 'bld', run: () => create('companies') },
].filter(Boolean);
