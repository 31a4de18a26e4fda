// Single keys by their place on the keyboard, so they work in the Russian layout too.

import { h, isTyping } from './dom.js';
import { t } from './i18n.js';
import { openDialog } from './dialog.js';
import { undoLast, mod } from './toast.js';

let screenKeys = {};
const globalKeys = {};

/** Keys of the screen now shown: {KeyN: work, 'Shift+ArrowLeft': work}. */
export const setScreenKeys = (keys) => (screenKeys = keys ?? {});
export const addGlobalKeys = (keys) => Object.assign(globalKeys, keys);

function nameOf(event) {
  if (event.key === '?') return '?';
  if (event.key === '/' || event.code === 'Slash') return event.shiftKey ? '?' : '/';
  return (event.shiftKey ? 'Shift+' : '') + event.code;
}

export function startShortcuts(openPalette) {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const command = event.metaKey || event.ctrlKey;
    if (command && event.code === 'KeyK' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      openPalette();
      return;
    }
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
    if (command && event.code === 'KeyZ' && !event.shiftKey && !event.altKey) {
      if (undoLast()) event.preventDefault();
      return;
    }
    if (command || event.altKey || event.target.closest?.('[role=menu]')) return;
    // The screen first; what it leaves (false) falls to the keys that work everywhere.
    const name = nameOf(event);
    const done = [screenKeys[name], globalKeys[name]].some((work) => work && work(event) !== false);
    if (done) event.preventDefault();
  });
}

export function showShortcuts() {
  const rows = [
    ['keys.palette', mod + 'K'], ['keys.search', '/'], ['keys.new_deal', 'N'], ['keys.new_task', 'T'],
    ['keys.next', 'J'], ['keys.previous', 'K'], ['keys.edit', 'E'], ['keys.stage', '⇧ ← →'],
    ['keys.undo', mod + 'Z'], ['keys.send', mod + '↵'], ['keys.close', 'Esc'], ['keys.help', '?'],
  ];
  openDialog({
    title: t('keys.title'),
    body: h('dl.keys', null, rows.map(([key, shown]) =>
      h('div', null, h('dt', null, t(key)), h('dd', null, shown.split(' ').map((k) => h('kbd', null, k)))))),
  });
}
