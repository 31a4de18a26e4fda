// One line for a new task: the deadline is read from the words while they are typed.

import { h, icon, replace } from './dom.js';
import { t } from './i18n.js';
import * as api from './api.js';
import { complain } from './mutations.js';
import { toast } from './toast.js';
import { readDue } from './due-words.js';
import { createTask, newTaskDialog } from './task-actions.js';
import * as format from './format.js';

export function quickTask() {
  const input = h('input', { type: 'text', placeholder: t('task.quick_example'), 'aria-label': t('task.quick'), 'aria-keyshortcuts': 'T', autocomplete: 'off', maxlength: 4000 });
  const due = h('span.quick-due', { role: 'status' });
  const send = h('button.btn.sm.p', { type: 'submit', hidden: true }, t('common.add'), h('kbd', { 'aria-hidden': 'true' }, '↵'));
  const error = h('p.error', { role: 'alert', hidden: true });
  const form = h('form.quick-task', { novalidate: true }, icon('plus'), input, due, send, h('kbd', { 'aria-hidden': 'true' }, 'T'), error);
  const draw = () => {
    const typed = input.value.trim();
    const found = readDue(typed);
    send.hidden = !typed;
    error.hidden = true;
    replace(due, typed && h('span.chip', { class: found.isSaid && 'said' }, icon('clock', 'xs'), format.moment(found.at)));
  };
  const fail = (text) => {
    error.textContent = text;
    error.hidden = false;
    input.focus();
  };
  input.addEventListener('input', draw);
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (input.value) {
      input.value = '';
      draw();
    } else input.blur();
    event.preventDefault();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const typed = input.value.trim();
    const { text, at } = readDue(typed);
    if (!typed) return;
    if (!text) return fail(t('task.what'));
    if (at < format.now()) return fail(t('task.past'));
    input.value = '';
    draw();
    try {
      await createTask({ text: text[0].toUpperCase() + text.slice(1), dueAt: at });
      toast({ text: t('toast.task_created_for', { when: format.moment(at) }) });
    } catch (problem) {
      input.value = typed;
      draw();
      if (problem instanceof api.Refused) fail(problem.message);
      else complain(problem);
    }
  });
  return { node: form, focus: () => (form.checkVisibility() ? input.focus() : newTaskDialog()) };
}
