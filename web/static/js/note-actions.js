// Notes that are there: their text in place, the pin, the trash.

import { h, icon, $, replace } from './dom.js';
import { t } from './i18n.js';
import * as api from './api.js';
import { complain, refusal } from './mutations.js';
import { mod, toast } from './toast.js';
import * as format from './format.js';

/** The note's text in place: saved by ⌘↵, given up by Esc; a refusal stays beside it. */
export function rewrite(feed, node, item, text = item.text, refused = '') {
  const input = h('textarea', { rows: 2, maxlength: 4000, 'aria-label': t('composer.note') }, text);
  const error = h('p.error', { role: 'alert', hidden: !refused }, refused);
  const form = h('form.rewrite', null, input, error, h('footer', null,
    h('button.btn.sm.g', { type: 'button', title: 'Esc', onclick: () => done() }, t('common.cancel')),
    h('button.btn.sm.p', { type: 'submit', title: mod + '↵' }, t('common.save'))));
  const done = () => {
    form.remove();
    feed.drawPinned();
    feed.draw();
    $(`[data-note="${item.note_id}"] .acts button`, feed.node)?.focus();
  };
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      done();
    } else if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const next = input.value.trim();
    if (!next) {
      error.textContent = t('error.required');
      error.hidden = false;
      return;
    }
    done();
    if (next === item.text) return;
    try {
      await write(feed, item, next);
      toast({ text: t('toast.saved'), undo: () => write(feed, item, item.text).catch(complain) });
    } catch (problem) {
      if (!(problem instanceof api.Refused)) return complain(problem);
      const again = $(`[data-note="${item.note_id}"]`, feed.node);
      if (again) rewrite(feed, again, item, next, refusal(problem));
    }
  });
  replace(node, h('div.h', null, icon('note', 's'), h('b', null, t('feed.note'))), form);
  node.scrollIntoView({ block: 'nearest' });
  input.focus();
  input.setSelectionRange(text.length, text.length);
}

async function write(feed, item, text) {
  const old = feed.items.find((one) => one.note_id === item.note_id) ?? item;
  feed.both(item.note_id, { text, edited_at: format.now() });
  try {
    await api.patch(feed.address(item), { note_type: 'common', params: { text } });
  } catch (error) {
    feed.both(item.note_id, { text: old.text, edited_at: old.edited_at });
    throw error;
  }
  feed.changed();
}

/** At once on the screen; the toast brings it back. */
export async function remove(feed, item) {
  const before = [feed.items, feed.kept];
  const others = (list) => list.filter((one) => one.note_id !== item.note_id);
  const show = (items, kept) => {
    Object.assign(feed, { items, kept });
    feed.drawPinned();
    feed.draw();
  };
  show(others(feed.items), others(feed.kept));
  const sent = api.remove(feed.address(item));
  toast({ text: t('toast.note_deleted'), undo: async () => {
    try {
      await sent;
      await api.post(feed.address(item) + '/restore');
      feed.changed();
    } catch (error) {
      complain(error);
    }
  } });
  try {
    await sent;
    feed.changed();
  } catch (error) {
    show(...before);
    complain(error);
  }
}

/** Pinned, it stands above the feed. */
export async function pin(feed, item) {
  const isPinned = !item.is_pinned;
  const others = feed.kept.filter((one) => one.note_id !== item.note_id);
  feed.kept = isPinned ? [{ ...item, is_pinned: true }, ...others] : others;
  feed.both(item.note_id, { is_pinned: isPinned });
  try {
    await api.post(`${feed.address(item)}/${isPinned ? 'pin' : 'unpin'}`, []);
    feed.changed();
  } catch (error) {
    feed.changed();
    complain(error);
  }
}
