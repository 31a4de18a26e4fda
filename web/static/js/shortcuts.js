// Single keys by their place on the keyboard, so they work in the Russian layout too.

import { isTyping } from './dom.js';
import { late } from './mutations.js';
import { undoLast } from './toast.js';

let screenKeys = {};
const globalKeys = {};

/** Keys of the screen now shown: {KeyN: work, 'Shift+ArrowLeft': work}. */
export const setScreenKeys = (keys) => (screenKeys = keys ?? {});
export const addGlobalKeys = (keys) => Object.assign(globalKeys, keys);

/** The first key of a pair such as «G, then D», and until when it counts. */
let lead = '';
let leadUntil = 0;
const LEADS = ['KeyG'];
const PAIR_MS = 1200;

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
    const single = nameOf(event);
    const name = lead && event.timeStamp < leadUntil ? `${lead} ${single}` : single;
    lead = LEADS.includes(name) ? name : '';
    leadUntil = event.timeStamp + PAIR_MS;
    const done = [screenKeys[name], globalKeys[name]].some((work) => work && work(event) !== false);
    if (done) event.preventDefault();
  });
}

/** The sheet of all keys, fetched when first asked for. */
export const showShortcuts = async () => (await late(() => import('./keys.js')))?.showKeys();
