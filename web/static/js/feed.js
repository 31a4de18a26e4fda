// The feed of a record: open tasks above, what happened by day, a composer below.

import { h, icon, $, replace } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session } from './store.js';
import { complain, late } from './mutations.js';
import { describe } from './events.js';
import { memberName, memberAvatar, dueChip } from './bits.js';
import { Composer } from './composer.js';
import * as format from './format.js';

const API = { deal: 'leads', contact: 'contacts', company: 'companies' };
const UI = { deal: 'deals', contact: 'contacts', company: 'companies' };

/** What is done to a note, fetched when first done. */
const notes = async (what, ...given) => (await late(() => import('./note-actions.js')))?.[what](...given);
const complete = async (...given) => (await late(() => import('./task-actions.js')))?.completeTask(...given);
const reschedule = async (...given) => (await late(() => import('./task-new.js')))?.rescheduleMenu(...given);

/** The feed of a contact or company shows what happened to their deals too: whose it was. */
const ofDeal = ({ of }) => of && h('a.of-deal', { href: `/deals/${of.id}`, title: of.name }, tidy(of.name));

/** What each tab of the feed shows. */
const KINDS = {
  all: () => true,
  note: (item) => item.kind === 'note',
  task: (item) => item.kind === 'task_done' || /^task_/.test(item.type ?? ''),
  change: (item) => item.kind === 'event' && !/^task_/.test(item.type),
};
/** A tab of few lines looks further back by itself: so many lines, in so many pages at a time. */
const FILL_LINES = 12;
const FILL_PAGES = 4;

export class Feed {
  /**
   * `entity` is {type, id, name}; `changed` is called after a write of ours. `data` is what the
   * page of the card has: feed, feed_before, tasks, pinned, and spans of a deal. `nameOf(type, id)`
   * names the people and companies of the page.
   */
  constructor({ entity, data, changed, mayPin, nameOf }) {
    Object.assign(this, { entity, changed, mayPin, nameOf, only: 'all' });
    this.take(data);
    this.items = data.feed ?? [];
    this.before = data.feed_before;
    this.tabs = h('div.views', { role: 'group', 'aria-label': t('feed.filter') }, Object.keys(KINDS).map((kind) =>
      h('button', { type: 'button', 'data-kind': kind, 'aria-pressed': String(kind === 'all'), onclick: () => this.filter(kind) }, t('feed.only_' + kind))));
    this.pinned = h('div.pinned');
    this.flow = h('div.flow', { tabindex: '0', role: 'log', 'aria-label': t('feed.title'), 'aria-live': 'off' });
    this.composer = new Composer(entity, this);
    this.node = h('section.feed', { 'aria-label': t('feed.title') }, this.tabs, this.pinned, this.flow, this.composer.node);
    this.flow.addEventListener('scroll', () => this.flow.scrollTop < 80 && this.older(), { passive: true });
    this.drawPinned();
    this.draw();
  }

  take(data) {
    const { tasks, pinned, spans } = data;
    this.tasks = tasks ?? [];
    this.kept = pinned ?? [];
    this.spans = spans ?? [];
  }

  filter(kind) {
    this.only = kind;
    this.arrived = null;
    for (const tab of this.tabs.children) tab.setAttribute('aria-pressed', String(tab.dataset.kind === kind));
    this.draw();
    this.toEnd();
    this.fill();
  }

  async fill() {
    const enough = () => this.items.filter(KINDS[this.only]).length >= FILL_LINES;
    const { only } = this;
    for (let page = 0; page < FILL_PAGES && this.before && only !== 'all' && only === this.only && !enough(); page++) await this.older();
  }

  toEnd() {
    this.flow.scrollTop = this.flow.scrollHeight;
  }

  /** The newest page as the server has it now; older pages already loaded stay. */
  update(data) {
    const items = data.feed ?? [];
    const known = new Map(this.items.map((item) => [item.id, item]));
    const fresh = new Set(items.map((item) => item.id));
    // By place, not by time: a day's import may have one second for all. Without a common line there is a gap, and the old ones go.
    const joint = data.feed_before ? this.items.findIndex((item) => fresh.has(item.id)) : 0;
    const kept = this.items.slice(0, Math.max(0, joint)).filter((item) => !item.pending);
    if (!kept.length) this.before = data.feed_before;
    this.arrived = new Set(items.filter((item) => !known.has(item.id)).map((item) => item.id));
    this.items = [...kept, ...items];
    this.take(data);
    this.drawPinned();
    this.draw();
  }

  draw() {
    const { flow } = this;
    // What is being typed stays; the news is drawn when it is done.
    if ($('.rewrite', this.node)) return;
    const atEnd = flow.scrollHeight - flow.scrollTop - flow.clientHeight < 60;
    const rows = [];
    if (this.before) rows.push(h('button.btn.sm.g.older', { type: 'button', onclick: () => this.older() }, icon('up', 's'), t('feed.older')));
    let day = null;
    const shown = this.items.filter(KINDS[this.only]);
    for (const item of shown) {
      const key = format.dayKey(item.at);
      if (key !== day) {
        rows.push(h('h3.day', null, format.longDay(item.at)));
        day = key;
      }
      rows.push(this.row(item));
    }
    if (!shown.length) rows.push(h('p.quiet', null, t(this.only === 'all' ? 'feed.empty' : 'feed.none_' + this.only)));
    replace(flow, rows);
    if (atEnd || !this.drawn) this.toEnd();
    this.drawn = true;
  }

  row(item) {
    const news = this.arrived?.has(item.id) ? 'is-news' : item.pending ? 'is-temporary' : '';
    const stamp = h('time', { datetime: new Date(item.at * 1000).toISOString(), title: format.moment(item.at) }, format.time(item.at));
    if (item.kind === 'note') return this.note(item, stamp, news);
    if (item.kind === 'task_done')
      return h('article.box.done', { class: news },
        h('div.h', null, h('span.tick', null, icon('check', 'xs')), h('b', null, t('feed.task_done')), h('span', null, memberName(item.actor_id)), ofDeal(item), stamp),
        h('p.prose', null, tidy(item.task?.text ?? item.text ?? '')),
        item.task?.result && h('p.result', null, item.task.result));
    const { icon: mark, body } = describe(item, this.nameOf);
    const spent = this.timeIn(item);
    return h('p.ev', { class: news }, icon(mark, 's'),
      h('span', null, h('b', null, memberName(item.actor_id)), ': ', body, spent && h('span.spent', null, ' · ', t('feed.spent', { span: spent })),
        item.undoes && h('span.chip', null, icon('undo', 'xs'), t('feed.undone')), item.of && ' · ', ofDeal(item)), stamp);
  }

  /** How long the deal stood in the stage that it left. */
  timeIn(item) {
    const from = item.type === 'lead_status_changed' && item.before?.[0]?.lead_status?.id;
    const span = from && this.spans.find((one) => one.stage_id === from && Math.abs(one.left_at - item.at) < 2);
    return span && format.spanWords(Math.max(0, span.left_at - span.entered_at));
  }

  // ---- notes

  note(item, stamp, news) {
    const act = (label, name, run) => h('button.pen', { type: 'button', 'aria-label': t(label), title: t(label), onclick: run }, icon(name, 's'));
    const node = h('article.note', { class: news, 'data-note': item.note_id },
      h('div.h', null, icon(item.is_pinned ? 'pin' : 'note', 's'), h('b', null, t('feed.note')), h('span', null, memberName(item.actor_id)), ofDeal(item),
        item.edited_at && h('span.edited', { title: format.moment(item.edited_at) }, t('feed.edited')),
        item.can_edit && item.type === 'common' && h('span.acts', null,
          this.mayPin() && !item.of && act(item.is_pinned ? 'note.unpin' : 'note.pin', 'pin', () => notes('pin', this, item)),
          act('note.edit', 'edit', () => notes('rewrite', this, node, item)), act('note.delete', 'trash', () => notes('remove', this, item))), stamp),
      h('p.prose', null, item.text ?? ''));
    return node;
  }

  address(item) {
    return `/api/v4/${API[(item.of ?? this.entity).type]}/notes/${item.note_id}`;
  }

  /** Both places that may show the note: the feed and, pinned, above it. */
  both(id, change) {
    const apply = (list) => list.map((item) => (item.note_id === id ? { ...item, ...change } : item));
    this.items = apply(this.items);
    this.kept = apply(this.kept);
    this.drawPinned();
    this.draw();
  }

  async older() {
    if (!this.before || this.loading) return;
    this.loading = true;
    const height = this.flow.scrollHeight;
    const top = this.flow.scrollTop;
    try {
      const page = await api.get(api.address(`/ui/${UI[this.entity.type]}/${this.entity.id}/feed`, { before: this.before }));
      const known = new Set(this.items.map((item) => item.id));
      this.items = [...(page?.items ?? []).filter((item) => !known.has(item.id)), ...this.items];
      this.before = page?.before ?? null;
      this.arrived = null;
      this.draw();
      this.flow.scrollTop = top + this.flow.scrollHeight - height;
    } catch (error) {
      complain(error);
    } finally {
      this.loading = false;
    }
  }

  // ---- tasks

  drawPinned() {
    if ($('.task.is-finishing, .rewrite', this.pinned)) return;
    replace(this.pinned, this.tasks.filter((task) => !task.completed_at).map((task) => this.task(task)),
      this.kept.map((item) => this.note(item, h('time', { title: format.moment(item.at) }, format.shortDay(item.at)))));
  }

  task(task) {
    const node = h('div.task', { 'data-id': task.id },
      h('button.ck', { type: 'button', 'aria-label': t('task.complete_named', { name: task.text }), title: t('task.complete'), onclick: () => this.finish(node, task) }, icon('check', 'xs')),
      h('div.task-text', null, h('b', null, tidy(task.text)), h('small', null, this.isOwn(task) ? t('task.kind_' + (task.kind_id === 2 ? 2 : 1)) : [memberAvatar(task.owner_id, 'xs'), ofDeal({ of: task.entity })], this.isOwn(task) && [' · ', memberName(task.owner_id)])),
      h('button.plain', { type: 'button', title: t('task.reschedule'), 'aria-label': t('task.reschedule') + ': ' + format.moment(task.due_at), onclick: ({ currentTarget }) => reschedule(currentTarget, task) }, dueChip(task)),
      h('button.btn.sm', { type: 'button', onclick: () => this.finish(node, task) }, t('task.done')));
    return node;
  }

  /** A task of a deal is shown on its people's cards as well. */
  isOwn(task) {
    return !task.entity || (task.entity.type === this.entity.type && task.entity.id === this.entity.id);
  }

  /** Asks what came of it, then offers the next task: a deal without one is a deal forgotten. */
  finish(node, task) {
    if (node.classList.contains('is-finishing')) return;
    node.classList.add('is-finishing');
    const input = h('input', { maxlength: 1000, placeholder: t('task.result_example'), 'aria-label': t('task.result'), autocomplete: 'off' });
    const form = h('form.finish', null, input,
      h('button.btn.sm.g', { type: 'button', onclick: () => back() }, t('common.cancel')),
      h('button.btn.sm.p', { type: 'submit' }, t('task.complete')));
    const back = () => {
      node.classList.remove('is-finishing');
      form.remove();
      this.drawPinned();
    };
    form.addEventListener('keydown', (event) => event.key === 'Escape' && (event.stopPropagation(), back()));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      this.tasks = this.tasks.filter((other) => other.id !== task.id);
      store.put('task', task);
      node.remove();
      const sent = complete({ ...task, entity: task.entity ?? { type: this.entity.type, id: this.entity.id } }, input.value.trim());
      if (!this.tasks.length) this.composer.askNext();
      if (!(await sent)) this.tasks.push(task);
      this.drawPinned();
      this.changed();
    });
    node.append(form);
    input.focus();
  }

  // ---- writing

  async addNote(text) {
    const item = { id: 'pending' + Date.now(), at: format.now(), actor_id: session.user.id, kind: 'note', text, pending: true };
    this.items.push(item);
    if (!KINDS[this.only](item)) this.filter('all');
    this.draw();
    this.toEnd();
    try {
      await api.post(`/api/v4/${API[this.entity.type]}/${this.entity.id}/notes`, [{ note_type: 'common', params: { text } }]);
      this.changed();
    } catch (error) {
      this.items = this.items.filter((other) => other !== item);
      this.draw();
      throw error;
    }
  }
}
