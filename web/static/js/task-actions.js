// Making, finishing and moving tasks; deadline presets.

import { h } from './dom.js';
import { t } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session } from './store.js';
import { mutate, complain, late } from './mutations.js';
import { toast } from './toast.js';
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

/** The dialog of a new task; gives its id. */
export const newTaskDialog = async (options) => (await late(() => import('./task-new.js')))?.newTaskDialog(options);

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

/** Tells the other screens. */
export function touched(task) {
  if (task.entity?.type === 'deal') wantCards(task.entity.id);
  store.emit('touched', { entity: 'task', id: task.id, parent: task.entity });
}

/** A menu of other deadlines beside `anchor`. */
export const rescheduleMenu = async (anchor, task) => (await late(() => import('./task-new.js')))?.rescheduleMenu(anchor, task);
