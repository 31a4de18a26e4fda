// The tasks of the day: overdue, today, tomorrow, later, and what is done.

import { h, icon, replace, debounce, $ } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { stateBox } from './router.js';
import { memberAvatar, memberName, dueChip } from './bits.js';
import { completeTask, newTaskDialog, rescheduleMenu } from './task-actions.js';
import * as format from './format.js';

const GROUPS = ['overdue', 'today', 'tomorrow', 'later', 'done_today'];
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
    this.node = h('div.screen.list-screen', null,
      h('header.top', null, h('h1', null, t('nav.tasks')), h('span.grow'),
        h('button.btn.p', { type: 'button', 'aria-keyshortcuts': 'T', onclick: () => newTaskDialog() }, icon('plus'), h('span.label', null, t('task.new')), h('kbd', { 'aria-hidden': 'true' }, 'T'))),
      this.views, this.list);
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
    return { node: this.node, title: t('nav.tasks'), leave: () => this.stops.forEach((stop) => stop()), keys: { KeyT: () => void newTaskDialog() } };
  }

  take(data) {
    this.data = data;
    this.silent = true;
    for (const group of GROUPS) for (const task of data.groups?.[group] ?? []) store.put('task', task);
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

  draw() {
    if (this.silent) return;
    if ($('.is-finishing', this.list)) return;
    const { counts = {} } = this.data;
    replace(this.views, WHOSE.map((whose) => h('a', { href: api.address('/tasks', { whose: whose === 'mine' ? null : whose }), 'aria-current': whose === this.whose ? 'page' : null },
      t('tasks.' + whose), counts[whose] !== undefined && h('span.c', null, format.number(counts[whose])))));
    const open = GROUPS.slice(0, 4).reduce((sum, group) => sum + (this.data.groups?.[group]?.length ?? 0), 0);
    const sections = GROUPS.map((group) => this.group(group));
    if (!open) sections.unshift(stateBox({ mark: icon('check', 'big'), title: t('tasks.none'), text: t('tasks.none_text'),
      action: h('button.btn.p', { type: 'button', onclick: () => newTaskDialog() }, icon('plus'), t('task.new')) }));
    replace(this.list, sections);
  }

  group(name) {
    const tasks = (this.data.groups?.[name] ?? []).map((task) => store.get('task', task.id) ?? task);
    if (!tasks.length) return null;
    return h('section.tasks-group', { 'data-group': name }, h('h2', null, t('tasks.' + name), h('span.c', null, format.number(tasks.length))),
      h('ul', null, tasks.map((task) => this.row(task))));
  }

  row(task) {
    const done = Boolean(task.completed_at);
    const node = h('li.trow', { class: done && 'is-done', 'data-id': task.id });
    append(node,
      h('button.ck', { type: 'button', disabled: done, title: t('task.complete'), 'aria-label': t(done ? 'task.is_done' : 'task.complete_named', { name: task.text }), onclick: () => this.finish(node, task) }, icon('check', 'xs')),
      h('div.task-text', null, h('b', null, tidy(task.text)),
        h('small', null, task.entity && h('a.link-quiet', { href: `/${HREF[task.entity.type]}/${task.entity.id}` }, icon(ICON[task.entity.type], 'xs'), tidy(task.entity.name)),
          done && task.result && h('span', null, task.result), !task.entity && !done && t('task.kind_' + (task.kind_id === 2 ? 2 : 1)))),
      done ? h('span.chip.green', null, icon('check', 'xs'), format.time(task.completed_at))
        : h('button.plain', { type: 'button', title: t('task.reschedule'), 'aria-label': t('task.reschedule') + ': ' + format.moment(task.due_at), onclick: (event) => rescheduleMenu(event.currentTarget, task) }, dueChip(task)),
      memberAvatar(task.owner_id));
    return node;
  }

  finish(node, task) {
    if (node.classList.contains('is-finishing')) return;
    node.classList.add('is-finishing');
    const input = h('input', { maxlength: 1000, placeholder: t('task.result_example'), 'aria-label': t('task.result'), autocomplete: 'off' });
    const form = h('form.finish', null, input, h('button.btn.sm.p', { type: 'submit' }, t('task.complete')));
    const back = () => {
      node.classList.remove('is-finishing');
      this.draw();
    };
    form.addEventListener('keydown', (event) => event.key === 'Escape' && (event.stopPropagation(), back()));
    form.addEventListener('focusout', (event) => !form.contains(event.relatedTarget) && !input.value && back());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      node.classList.remove('is-finishing');
      completeTask(task, input.value.trim());
    });
    node.append(form);
    input.focus();
  }
}

function append(node, ...children) {
  for (const child of children) if (child) node.append(child);
}
