// One toast at a time, bottom centre; the last undoable action stays under ⌘Z after it fades.

import { h, icon, $, announce, calm } from './dom.js';
import { t } from './i18n.js';

const UNDO_MS = 8000;
const NOTE_MS = 5000;
const undone = [];
let current = null;

export const isApple = /Mac|iP(hone|ad|od)/.test(navigator.platform);
export const mod = isApple ? '⌘' : 'Ctrl ';

/** Shows `text`; with `undo`, a button and ⌘Z that call it once. */
export function toast({ text, tone = 'ok', undo, action }) {
  hide();
  const entry = undo && { undo, used: false };
  if (entry) {
    undone.push(entry);
    if (undone.length > 20) undone.shift();
  }
  const node = h('div.toast', { class: tone, role: tone === 'bad' ? 'alert' : null },
    h('span.ok', null, icon(tone === 'bad' ? 'alert' : 'check', 'xs')),
    h('span.text', null, text),
    entry && h('button', { type: 'button', onclick: () => use(entry) },
      t('toast.undo'), h('kbd', { 'aria-hidden': 'true' }, mod + 'Z')),
    action && h('button', { type: 'button', onclick: () => { hide(); action.run(); } }, action.text),
    h('button.close', { type: 'button', 'aria-label': t('common.close'), onclick: hide }, icon('x', 's')));
  $('#layers').append(node);
  if (tone !== 'bad') announce(text);
  const life = { node, timer: 0 };
  const wait = () => (life.timer = setTimeout(() => current === life && hide(), undo ? UNDO_MS : NOTE_MS));
  node.addEventListener('pointerenter', () => clearTimeout(life.timer));
  node.addEventListener('pointerleave', wait);
  wait();
  current = life;
  if (!calm())
    node.animate([{ opacity: 0, translate: '-50% 12px' }, { opacity: 1, translate: '-50% 0' }],
      { duration: 180, easing: 'cubic-bezier(.2,.8,.2,1)' });
}

export function hide() {
  if (!current) return;
  clearTimeout(current.timer);
  current.node.remove();
  current = null;
}

async function use(entry) {
  if (!entry || entry.used) return;
  entry.used = true;
  undone.splice(undone.indexOf(entry), 1);
  hide();
  await entry.undo();
}

let busy = null;

/** A write is on its way: ⌘Z waits for it, so as not to take back the one before. */
export function writing(work) {
  const mine = work.catch(() => {}).finally(() => busy === mine && (busy = null));
  busy = mine;
}

/** ⌘Z: takes back the latest action of this window; false when there is none. */
export function undoLast() {
  if (busy) busy.then(takeBack);
  return Boolean(busy) || takeBack();
}

function takeBack() {
  const entry = undone.at(-1);
  if (!entry) return false;
  use(entry);
  return true;
}
