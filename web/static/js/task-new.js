// What asks about a task, fetched when first asked for: a new one, another time.

import { h, icon } from './dom.js';
import { t, tidy } from './i18n.js';
import { session } from './store.js';
import { toast } from './toast.js';
import { formDialog, field, openDialog } from './dialog.js';
import { memberSelect } from './bits.js';
import { mutate } from './mutations.js';
import { openMenu } from './menu.js';
import { createTask, duePicker, kindSelect, presets, touched } from './task-actions.js';
import * as format from './format.js';

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

async function moveTask(task, dueAt) {
  const before = task.due_at;
  const send = (at) => mutate({
    type: 'task', id: task.id, key: 'tasks', url: `/api/v4/tasks/${task.id}`,
    change: { due_at: at }, body: { complete_till: at },
  }).then(() => touched(task));
  const sent = send(dueAt);
  toast({ text: t('toast.task_moved', { when: format.moment(dueAt) }), undo: () => send(before).catch(() => {}) });
  await sent.catch(() => {});
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

/** Another deadline, to the minute. */
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
