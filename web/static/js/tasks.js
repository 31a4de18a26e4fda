// The tasks of the day: overdue, today, tomorrow, later, and what is done. On top a line that
// takes «завтра 15:00 позвонить» as it is said.

import { h, icon, replace, debounce, $, $$ } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { stateBox, go } from './router.js';
import { memberAvatar, memberName, dueChip } from './bits.js';
import { completeTask, newTaskDialog, rescheduleMenu } from './task-actions.js';
import { quickTask } from './task-quick.js';
import * as format from './format.js';

const GROUPS = ['overdue', 'today', 'tomorrow', 'later', 'done_today'];
const OPEN = GROUPS.slice(0, 4);
const WHOSE = ['mine', 'given', 'all'];
const HREF = { deal: 'deals', contact: 'contacts', company: 'companies' };
const ICON = { deal: 'deals', contact: 'user', company: 'bld' };

export async function open(_, query) {
  const whose = WHOSE.includes(query.get('whose')) ? query.get('whose') : 'mine';
  const data = await api.get(api.address('/ui/tasks', { whose }));
  return new TasksPage(whose, data).screen();
}

class TasksPage {
  constructor(whose, data) {
    this.whose = whose;
    this.list = h('div.task-list', { tabindex: '0', role: 'region', 'aria-label': t('nav.tasks') });
    this.views = h('nav.views', { 'aria-label': t('tasks.views') });
    this.quick = quickTask();
    this.node = h('div.screen.list-screen', null,
      h('header.top', null, h('h1', null, t('nav.tasks')), h('span.grow'),
        h('button.btn.p', { type: 'button', 'aria-label': t('task.new'), onclick: () => newTaskDialog() }, icon('plus'), h('span.label', null, t('task.new')))),
      this.views, this.quick.node, this.list);
    this.take(data);
    const soon = debounce(200, () => this.reload());
    this.stops = [
      store.subscribe('news', ({ entity, type }) => (entity === 'task' || /^task/.test(type ?? '')) && soon()),
      store.subscribe('touched', ({ entity }) => entity === 'task' && soon()),
      store.subscribe('task', () => this.draw()),
      store.subscribe('reset', soon),
    ];
  }

  screen() {
    const step = (by) => () => this.step(by);
    return {
      node: this.node, title: t('nav.tasks'), leave: () => this.stops.forEach((stop) => stop()),
      keys: { KeyT: () => this.quick.focus(), KeyJ: step(1), KeyK: step(-1), KeyR: () => this.onRow('.due'), KeyO: () => this.onRow('.link-quiet') },
    };
  }

  take(data) {
    const known = this.data && new Set(GROUPS.flatMap((group) => this.data.groups[group].map((task) => task.id)));
    this.data = data;
    this.arrived = new Set(known ? OPEN.flatMap((group) => data.groups[group].filter((task) => !known.has(task.id)).map((task) => task.id)) : []);
    this.silent = true;
    for (const group of GROUPS) for (const task of data.groups[group]) store.put('task', task);
    this.silent = false;
    this.draw();
  }

  async reload() {
    if (!this.node.isConnected) return;
    try {
      this.take(await api.get(api.address('/ui/tasks', { whose: this.whose })));
    } catch {
      // The banner tells about the connection; the list stays.
    }
  }

  // ---- drawing

  draw() {
    if (this.silent || $('.is-finishing', this.list)) return;
    const focused = document.activeElement?.closest?.('.trow')?.dataset.id;
    replace(this.views, WHOSE.map((whose) => h('a', { href: api.address('/tasks', { whose: whose === 'mine' ? null : whose }), 'aria-current': whose === this.whose ? 'page' : null },
      t('tasks.' + whose), h('span.c', null, format.number(this.data.views[whose])))));
    const open = OPEN.reduce((sum, group) => sum + this.data.groups[group].length, 0);
    const sections = GROUPS.map((group) => this.group(group));
    if (!open) sections.unshift(stateBox({ mark: icon('check', 'big'), title: t('tasks.none'), text: t('tasks.none_' + this.whose),
      action: h('button.btn.p', { type: 'button', onclick: () => this.quick.focus() }, icon('plus'), t('task.new')) }));
    replace(this.list, sections);
    if (focused) $(`.trow[data-id="${focused}"] .ck`, this.list)?.focus({ preventScroll: true });
  }

  group(name) {
    const tasks = this.data.groups[name].map((task) => store.get('task', task.id) ?? task);
    if (!tasks.length) return null;
    const hidden = this.data.counts[name] - tasks.length;
    return h('section.tasks-group', { 'data-group': name }, h('h2', null, t('tasks.' + name), h('span.c', null, format.number(this.data.counts[name]))),
      h('ul', null, tasks.map((task) => this.row(task))),
      hidden > 0 && h('p.quiet', null, t('tasks.hidden', { n: hidden })));
  }

  row(task) {
    const done = Boolean(task.completed_at);
    const card = task.entity;
    const node = h('li.trow', { class: done ? 'is-done' : this.arrived.has(task.id) && 'is-news', 'data-id': task.id },
      h('button.ck', { type: 'button', disabled: done, title: t('task.complete'), 'aria-label': t(done ? 'task.is_done' : 'task.complete_named', { name: task.text }), onclick: () => this.finish(node, task) }, icon('check', 'xs')),
      h('span.kind', { title: t('task.kind_' + kindOf(task)) }, icon(kindOf(task) === 2 ? 'user' : 'phone', 's')),
      h('div.task-text', null, h('b', null, tidy(task.text)), done && task.result && h('small', null, task.result)),
      h('div.task-card', null, card && h('a.link-quiet', { href: `/${HREF[card.type]}/${card.id}`, title: card.name }, icon(ICON[card.type], 's'), h('span.trunc', null, tidy(card.name)))),
      done ? h('span.due', null, h('span.chip.green', null, icon('check', 'xs'), format.time(task.completed_at)))
        : h('button.due', { type: 'button', 'aria-haspopup': 'menu', title: t('task.reschedule'), 'aria-label': t('task.reschedule') + ': ' + format.moment(task.due_at), onclick: (event) => rescheduleMenu(event.currentTarget, task) }, dueChip(task)),
      h('span.whom', null, memberAvatar(task.owner_id), this.whose !== 'mine' && h('span.trunc', null, memberName(task.owner_id))));
    return node;
  }

  /** Asks what came of it; Enter on an empty line finishes it all the same. */
  finish(node, task) {
    if (node.classList.contains('is-finishing')) return;
    node.classList.add('is-finishing');
    const input = h('input', { maxlength: 1000, placeholder: t('task.result_example'), 'aria-label': t('task.result'), autocomplete: 'off' });
    const form = h('form.finish', null, input, h('button.btn.sm.g', { type: 'button', onclick: () => back() }, t('common.cancel')), h('button.btn.sm.p', { type: 'submit' }, t('task.complete')));
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      node.classList.remove('is-finishing');
      form.remove();
      this.draw();
    };
    const back = () => {
      over();
      $(`.trow[data-id="${task.id}"] .ck`, this.list)?.focus();
    };
    form.addEventListener('keydown', (event) => event.key === 'Escape' && (event.stopPropagation(), back()));
    form.addEventListener('focusout', (event) => !form.contains(event.relatedTarget) && !input.value && document.hasFocus() && over());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const result = input.value.trim();
      const next = this.neighbour(node);
      isOver = true;
      node.classList.remove('is-finishing');
      completeTask(task, result);
      if (next) $(`.trow[data-id="${next}"] .ck`, this.list)?.focus({ preventScroll: true });
    });
    node.append(form);
    input.focus();
  }

  // ---- keys

  rows() {
    return $$('.trow:not(.is-done)', this.list);
  }

  neighbour(node) {
    const rows = this.rows();
    return (rows[rows.indexOf(node) + 1] ?? rows[rows.indexOf(node) - 1])?.dataset.id;
  }

  step(by) {
    const rows = this.rows();
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[at < 0 ? 0 : Math.max(0, Math.min(at + by, rows.length - 1))];
    $('.ck', next ?? this.list)?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  }

  /** Presses a control of the row that has the focus. */
  onRow(selector) {
    const control = $(selector, document.activeElement?.closest('.trow') ?? h('i'));
    if (!control) return false;
    if (control.href) go(new URL(control.href).pathname);
    else control.click();
  }
}

const kindOf = (task) => (task.kind_id === 2 ? 2 : 1);
