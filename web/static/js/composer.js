// Writes into a feed: a note or a task, with a draft that outlives the page.

import { h, icon, replace, debounce } from './dom.js';
import { t } from './i18n.js';
import * as api from './api.js';
import { session } from './store.js';
import { complain, fetched, late } from './mutations.js';
import { memberSelect } from './bits.js';
import { mod, toast } from './toast.js';

/** What a task needs is fetched once the page stands. */
let tasks = null;
const fetchTasks = async () => (tasks ??= await import('./task-actions.js'));

export class Composer {
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
    fetched(fetchTasks).catch(() => {});
  }

  draw() {
    const tab = (mode, name, label, key) => h('button', { type: 'button', role: 'tab', 'aria-selected': String(this.mode === mode),
      title: `${label} — ${key}`, 'aria-keyshortcuts': key, onclick: () => this.set(mode) }, icon(name, 's'), label);
    const typed = this.text?.value ?? localStorage.getItem(this.draft) ?? '';
    this.text = h('textarea', { rows: 2, maxlength: 4000, 'aria-label': t(this.mode === 'note' ? 'composer.note' : 'field.text'),
      placeholder: t(this.mode === 'note' ? 'composer.note_example' : 'task.example'), oninput: () => this.keep() }, typed);
    this.error = h('p.error', { hidden: true, role: 'alert' });
    this.picker = this.mode === 'task' ? tasks.duePicker() : null;
    this.owner = this.mode === 'task' ? memberSelect(session.user.id, { 'aria-label': t('field.owner') }) : null;
    this.kind = this.mode === 'task' ? tasks.kindSelect() : null;
    replace(this.node,
      h('div.ct', { role: 'tablist', 'aria-label': t('composer.title') }, tab('note', 'note', t('composer.note'), 'C'), tab('task', 'task', t('composer.task'), 'T')),
      this.prompt && h('p.prompt', null, icon('bell', 's'), t('composer.next_task')),
      this.text, this.error,
      this.mode === 'task' && this.picker.node,
      h('div.bt', null, this.mode === 'task' && [this.owner, this.kind], h('span.grow'),
        h('button.btn.sm.p', { type: 'submit' }, t(this.mode === 'note' ? 'composer.save' : 'task.create'), h('kbd', { 'aria-hidden': 'true' }, mod + '↵'))));
  }

  async set(mode, prompt = false) {
    // Once it is there nothing is waited for: what is typed after the key is the task's.
    if (mode === 'task' && !tasks && !(await late(fetchTasks))) return;
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
        await tasks.createTask({ text, dueAt, ownerID: owner, kindID: kind, entity: this.entity });
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
