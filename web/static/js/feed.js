// The feed of a record: open tasks above, what happened by day, a composer below.

import { h, icon, $, replace, debounce } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session } from './store.js';
import { complain } from './mutations.js';
import { describe } from './events.js';
import { memberName, memberAvatar, dueChip, memberSelect } from './bits.js';
import { createTask, completeTask, rescheduleMenu, duePicker, kindSelect } from './task-actions.js';
import { mod, toast } from './toast.js';
import * as format from './format.js';

const API = { deal: 'leads', contact: 'contacts', company: 'companies' };
const UI = { deal: 'deals', contact: 'contacts', company: 'companies' };

/** The feed of a contact or company shows what happened to their deals too: whose it was. */
const ofDeal = ({ of }) => of && h('a.of-deal', { href: `/deals/${of.id}`, title: of.name }, tidy(of.name));

export class Feed {
  /** `entity` is {type, id, name}; `changed` is called after a write of ours. */
  constructor({ entity, items, before, tasks, changed }) {
    Object.assign(this, { entity, before, changed, items: items ?? [], tasks: tasks ?? [] });
    this.pinned = h('div.pinned');
    this.flow = h('div.flow', { tabindex: '0', role: 'log', 'aria-label': t('feed.title'), 'aria-live': 'off' });
    this.composer = new Composer(entity, this);
    this.node = h('section.feed', { 'aria-label': t('feed.title') }, this.pinned, this.flow, this.composer.node);
    this.flow.addEventListener('scroll', () => this.flow.scrollTop < 80 && this.older(), { passive: true });
    this.drawTasks();
    this.draw();
  }

  toEnd() {
    this.flow.scrollTop = this.flow.scrollHeight;
  }

  /** The newest page as the server has it now; older pages already loaded stay. */
  update({ items, before, tasks }) {
    const known = new Map(this.items.map((item) => [item.id, item]));
    const fresh = new Set(items.map((item) => item.id));
    const oldest = items[0]?.at ?? Infinity;
    const kept = this.items.filter((item) => !fresh.has(item.id) && item.at < oldest && !item.pending);
    if (!kept.length) this.before = before;
    this.arrived = new Set(items.filter((item) => !known.has(item.id)).map((item) => item.id));
    this.items = [...kept, ...items];
    this.tasks = tasks ?? [];
    this.drawTasks();
    this.draw();
  }

  draw() {
    const { flow } = this;
    const atEnd = flow.scrollHeight - flow.scrollTop - flow.clientHeight < 60;
    const rows = [];
    if (this.before) rows.push(h('button.btn.sm.g.older', { type: 'button', onclick: () => this.older() }, icon('up', 's'), t('feed.older')));
    let day = null;
    for (const item of this.items) {
      const key = format.dayKey(item.at);
      if (key !== day) {
        rows.push(h('h3.day', null, format.longDay(item.at)));
        day = key;
      }
      const node = this.row(item);
      if (node) rows.push(node);
    }
    if (!this.items.length) rows.push(h('p.quiet', null, t('feed.empty')));
    replace(flow, rows);
    if (atEnd || !this.drawn) this.toEnd();
    this.drawn = true;
  }

  row(item) {
    const news = this.arrived?.has(item.id) ? 'is-news' : item.pending ? 'is-temporary' : '';
    const stamp = h('time', { datetime: new Date(item.at * 1000).toISOString(), title: format.moment(item.at) }, format.time(item.at));
    if (item.kind === 'note')
      return h('article.note', { class: news },
        h('div.h', null, icon('note', 's'), h('b', null, t('feed.note')), h('span', null, memberName(item.actor_id)), ofDeal(item), stamp),
        h('p.prose', null, item.text ?? ''));
    if (item.kind === 'task_done')
      return h('article.box.done', { class: news },
        h('div.h', null, h('span.tick', null, icon('check', 'xs')), h('b', null, t('feed.task_done')), h('span', null, memberName(item.actor_id)), ofDeal(item), stamp),
        h('p.prose', null, tidy(item.task?.text ?? item.text ?? '')),
        item.task?.result && h('p.result', null, item.task.result));
    const { icon: mark, body } = describe(item);
    return h('p.ev', { class: news }, icon(mark, 's'),
      h('span', null, h('b', null, memberName(item.actor_id)), ': ', body, item.undoes && h('span.chip', null, icon('undo', 'xs'), t('feed.undone')), item.of && ' · ', ofDeal(item)), stamp);
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

  drawTasks() {
    const busy = $('.task.is-finishing', this.pinned);
    if (busy) return;
    replace(this.pinned, this.tasks.filter((task) => !task.completed_at).map((task) => this.task(task)));
  }

  task(task) {
    const node = h('div.task', { 'data-id': task.id },
      h('button.ck', { type: 'button', 'aria-label': t('task.complete_named', { name: task.text }), title: t('task.complete'), onclick: () => this.finish(node, task) }, icon('check', 'xs')),
      h('div.task-text', null, h('b', null, tidy(task.text)), h('small', null, this.isOwn(task) ? t('task.kind_' + (task.kind_id === 2 ? 2 : 1)) : [memberAvatar(task.owner_id, 'xs'), ofDeal({ of: task.entity })], this.isOwn(task) && [' · ', memberName(task.owner_id)])),
      h('button.plain', { type: 'button', title: t('task.reschedule'), 'aria-label': t('task.reschedule') + ': ' + format.moment(task.due_at), onclick: (event) => rescheduleMenu(event.currentTarget, task) }, dueChip(task)),
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
      this.drawTasks();
    };
    form.addEventListener('keydown', (event) => event.key === 'Escape' && (event.stopPropagation(), back()));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      this.tasks = this.tasks.filter((other) => other.id !== task.id);
      store.put('task', task);
      node.remove();
      const sent = completeTask({ ...task, entity: task.entity ?? { type: this.entity.type, id: this.entity.id } }, input.value.trim());
      if (!this.tasks.length) this.composer.askNext();
      if (!(await sent)) this.tasks.push(task);
      this.drawTasks();
      this.changed();
    });
    node.append(form);
    input.focus();
  }

  // ---- writing

  async addNote(text) {
    const item = { id: 'pending' + Date.now(), at: format.now(), actor_id: session.user.id, kind: 'note', text, pending: true };
    this.items.push(item);
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

class Composer {
  constructor(entity, feed) {
    this.entity = entity;
    this.feed = feed;
    this.draft = `voronka.draft.${entity.type}.${entity.id}`;
    this.mode = 'note';
    this.node = h('form.comp', { 'aria-label': t('composer.title'), novalidate: true });
    this.node.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send();
    });
    this.node.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        this.send();
      }
    });
    this.keep = debounce(300, () => {
      if (this.text.value.trim()) localStorage.setItem(this.draft, this.text.value);
      else localStorage.removeItem(this.draft);
    });
    this.draw();
  }

  draw() {
    const tab = (mode, name, label) => h('button', { type: 'button', role: 'tab', 'aria-selected': String(this.mode === mode),
      onclick: () => this.set(mode) }, icon(name, 's'), label);
    const typed = this.text?.value ?? localStorage.getItem(this.draft) ?? '';
    this.text = h('textarea', { rows: 2, maxlength: 4000, 'aria-label': t(this.mode === 'note' ? 'composer.note' : 'field.text'),
      placeholder: t(this.mode === 'note' ? 'composer.note_example' : 'task.example'), oninput: () => this.keep() }, typed);
    this.error = h('p.error', { hidden: true, role: 'alert' });
    this.picker = this.mode === 'task' ? duePicker() : null;
    this.owner = this.mode === 'task' ? memberSelect(session.user.id, { 'aria-label': t('field.owner') }) : null;
    this.kind = this.mode === 'task' ? kindSelect() : null;
    replace(this.node,
      h('div.ct', { role: 'tablist', 'aria-label': t('composer.title') }, tab('note', 'note', t('composer.note')), tab('task', 'task', t('composer.task'))),
      this.prompt && h('p.prompt', null, icon('bell', 's'), t('composer.next_task')),
      this.text, this.error,
      this.mode === 'task' && this.picker.node,
      h('div.bt', null, this.mode === 'task' && [this.owner, this.kind], h('span.grow'),
        h('button.btn.sm.p', { type: 'submit' }, t(this.mode === 'note' ? 'composer.save' : 'task.create'), h('kbd', { 'aria-hidden': 'true' }, mod + '↵'))));
  }

  set(mode, prompt = false) {
    this.mode = mode;
    this.prompt = prompt;
    this.draw();
    this.text.focus();
  }

  askNext() {
    this.set('task', true);
  }

  async send() {
    const text = this.text.value.trim();
    this.error.hidden = true;
    if (!text) {
      this.text.focus();
      return;
    }
    const { mode } = this;
    const dueAt = this.picker?.value();
    if (mode === 'task' && !dueAt) return this.fail(t('error.due'));
    const owner = this.owner && Number(this.owner.value);
    const kind = this.kind && Number(this.kind.value);
    this.text.value = '';
    this.prompt = false;
    localStorage.removeItem(this.draft);
    this.draw();
    try {
      this.text.focus();
      if (mode === 'note') await this.feed.addNote(text);
      else {
        await createTask({ text, dueAt, ownerID: owner, kindID: kind, entity: this.entity });
        toast({ text: t('toast.task_created') });
        this.set('note');
        this.feed.changed();
      }
    } catch (error) {
      this.mode = mode;
      this.draw();
      this.text.value = text;
      this.keep();
      if (error instanceof api.Refused) this.fail(error.message);
      else complain(error);
    }
  }

  fail(text) {
    this.error.textContent = text;
    this.error.hidden = false;
    this.text.focus();
  }
}
