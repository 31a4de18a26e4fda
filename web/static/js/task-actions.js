// Making, finishing and moving tasks; deadline presets.

import { h, icon } from './dom.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session } from './store.js';
import { mutate, complain, inOrder } from './mutations.js';
import { toast } from './toast.js';
import { formDialog, field, openDialog } from './dialog.js';
import { openMenu } from './menu.js';
import { memberSelect } from './bits.js';
import { wantCards } from './news.js';
import * as format from './format.js';

const API_TYPE = { deal: 'leads', contact: 'contacts', company: 'companies' };

/** «Через час», «Сегодня, 18:00», «Завтра, 10:00», «Через 3 дня», «Через неделю». */
export function presets() {
  const now = format.now();
  const evening = format.dayAt(0, 18);
  const quarter = Math.ceil((now + 3600) / 900) * 900;
  return [
    { text: t('preset.hour'), at: quarter },
    evening > now + 1800 && { text: t('preset.evening'), at: evening },
    { text: t('preset.tomorrow'), at: format.dayAt(1, 10) },
    { text: t('preset.three'), at: format.dayAt(3, 10) },
    { text: t('preset.week'), at: format.dayAt(7, 10) },
  ].filter(Boolean);
}

/** Deadline control: chips and a date-time input that follow one another. */
export function duePicker(initial = format.dayAt(1, 10)) {
  const input = h('input', { name: 'due', type: 'datetime-local', required: true, value: format.toLocalInput(initial), 'aria-label': t('task.due') });
  const chips = presets().map((preset) => h('button.chip.pickable', {
    type: 'button', onclick: () => { input.value = format.toLocalInput(preset.at); mark(); },
  }, preset.text));
  const all = presets();
  const mark = () => chips.forEach((chip, index) =>
    chip.setAttribute('aria-pressed', String(input.value === format.toLocalInput(all[index].at))));
  input.addEventListener('input', mark);
  mark();
  return { node: h('div.due-picker', null, chips, input), input, value: () => format.fromLocalInput(input.value) };
}

export function kindSelect(value = 1) {
  return h('select', { name: 'kind', 'aria-label': t('task.kind') },
    [1, 2].map((kind) => h('option', { value: kind, selected: kind === value }, t('task.kind_' + kind))));
}

export async function createTask({ text, dueAt, ownerID, kindID = 1, entity }) {
  const answer = await api.post('/api/v4/tasks', [{
    text, complete_till: dueAt, task_type_id: kindID, responsible_user_id: ownerID ?? session.user.id,
    ...(entity ? { entity_id: entity.id, entity_type: API_TYPE[entity.type] } : {}),
  }]);
  if (entity?.type === 'deal') wantCards(entity.id);
  store.emit('touched', { entity: 'task', id: api.newID(answer, 'tasks'), parent: entity });
  return api.newID(answer, 'tasks');
}

export function newTaskDialog({ deal, entity, text = '' } = {}) {
  const target = entity ?? (deal && { type: 'deal', id: deal.id, name: deal.name });
  const picker = duePicker();
  const dialog = formDialog({
    title: t('task.new'),
    submit: t('task.create'),
    paths: { complete_till: 'due', responsible_user_id: 'owner', task_type_id: 'kind' },
    fields: [
      target && h('p.lead', null, icon(target.type === 'deal' ? 'deals' : target.type === 'contact' ? 'user' : 'bld', 's'), tidy(target.name)),
      field(t('field.text'), h('textarea', { name: 'text', rows: 2, required: true, maxlength: 4000, autofocus: true, placeholder: t('task.example') }, text)),
      h('div.field', { 'data-name': 'due' }, h('label', { for: (picker.input.id = 'task-due') }, t('task.due')), picker.node, h('p.error', { id: 'task-due-e', hidden: true })),
      h('div.two', null, field(t('field.owner'), memberSelect(session.user.id)), field(t('task.kind'), kindSelect())),
    ],
    save: (form) => {
      const data = new FormData(form);
      return createTask({ text: data.get('text').trim(), dueAt: picker.value(), entity: target,
        ownerID: Number(data.get('owner')), kindID: Number(data.get('kind')) });
    },
  });
  return dialog.done.then((id) => {
    if (id) toast({ text: t('toast.task_created') });
    return id;
  });
}

/** Finishes a task at once on the screen; with undo. Resolves true when the server agreed. */
export async function completeTask(task, result = '') {
  const sent = mutate({
    type: 'task', id: task.id, key: 'tasks', url: `/api/v4/tasks/${task.id}`,
    change: { completed_at: format.now(), result },
    body: { is_completed: true, ...(result ? { result: { text: result } } : {}) },
  });
  toast({ text: t('toast.task_done', { name: task.text.slice(0, 60) }), undo: () => reopen(task, sent) });
  try {
    await sent;
  } catch {
    return false;
  }
  touched(task);
  return true;
}

async function reopen(task, sent) {
  await sent.catch(() => {});
  try {
    await mutate({
      type: 'task', id: task.id, key: 'tasks', url: `/api/v4/tasks/${task.id}`,
      change: { completed_at: null, result: task.result ?? null }, body: { is_completed: false }, quiet: true,
    });
    touched(task);
    toast({ text: t('toast.undone') });
  } catch (error) {
    complain(error);
  }
}

export async function moveTask(task, dueAt) {
  const before = task.due_at;
  const send = (at) => mutate({
    type: 'task', id: task.id, key: 'tasks', url: `/api/v4/tasks/${task.id}`,
    change: { due_at: at }, body: { complete_till: at },
  }).then(() => touched(task));
  const sent = send(dueAt);
  toast({ text: t('toast.task_moved', { when: format.moment(dueAt) }), undo: () => send(before).catch(() => {}) });
  await sent.catch(() => {});
}

function touched(task) {
  if (task.entity?.type === 'deal') wantCards(task.entity.id);
  store.emit('touched', { entity: 'task', id: task.id, parent: task.entity });
}

/** «Завтра, 10:00» needs no second line to say so. */
const sameMoment = ({ text, at }) => text.replaceAll('\u00a0', ' ') === format.moment(at).replaceAll('\u00a0', ' ');

/** A menu of other deadlines beside `anchor`. */
export function rescheduleMenu(anchor, task) {
  openMenu(anchor, [
    { heading: t('task.reschedule') },
    ...presets().map((preset) => ({ text: preset.text, note: sameMoment(preset) ? null : format.moment(preset.at), icon: 'clock', run: () => moveTask(task, preset.at) })),
    '-',
    { text: t('task.other_time'), icon: 'cal', run: () => pickTime(task) },
  ], { label: t('task.reschedule'), align: 'end' });
}

function pickTime(task) {
  const picker = duePicker(Math.max(task.due_at, format.now()));
  const form = h('form.form', null, h('div.form-body', null, picker.node),
    h('footer', null, h('button.btn.p', { type: 'submit' }, t('common.save'))));
  const dialog = openDialog({ title: t('task.reschedule'), body: form });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const at = picker.value();
    if (at) dialog.close(moveTask(task, at));
  });
}
