// Modal dialogs on <dialog>: focus is trapped and returned by the browser, Esc closes.

import { h, icon, $, uid } from './dom.js';
import { t } from './i18n.js';
import { Refused } from './api.js';
import { complain } from './mutations.js';

/** Opens a dialog; `close(value)` resolves `done`. */
export function openDialog({ title, body, wide, onclose }) {
  const id = uid('dialog');
  let result;
  const node = h('dialog.dialog', { class: wide && 'wide', 'aria-labelledby': id },
    h('header', null, h('h2', { id }, title),
      h('button.btn.sm.i.g', { type: 'button', 'aria-label': t('common.close'), onclick: () => close() },
        icon('x', 's'))),
    body);
  let settle;
  const done = new Promise((resolve) => (settle = resolve));
  const close = (value) => {
    result = value;
    node.close();
  };
  node.addEventListener('close', () => {
    node.remove();
    onclose?.(result);
    settle(result);
  });
  node.addEventListener('pointerdown', (event) => {
    if (event.target === node) close();
  });
  $('#layers').append(node);
  node.showModal();
  ($('[autofocus]', node) ?? $('input,textarea,select', node) ?? $('button', node))?.focus();
  return { node, close, done };
}

/**
 * A form in a dialog. `save(form)` may throw Refused: its sentences land beside their inputs
 * (`paths` maps the server's dotted path to an input name). Resolves with what `save` gave.
 */
export function formDialog({ title, fields, submit, save, wide, paths = {} }) {
  const form = h('form.form', { novalidate: true });
  const footer = h('footer', null,
    h('button.btn', { type: 'button', onclick: () => dialog.close() }, t('common.cancel')),
    h('button.btn.p', { type: 'submit' }, submit, h('kbd', { 'aria-hidden': 'true' }, '↵')));
  form.append(h('div.form-body', null, fields), footer);
  const dialog = openDialog({ title, body: form, wide });
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) form.requestSubmit();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    clearErrors(form);
    const button = $('[type=submit]', form);
    if (button.disabled) return;
    if (!checkRequired(form)) return;
    button.disabled = true;
    try {
      dialog.close(await save(form));
    } catch (error) {
      if (!(error instanceof Refused) || !showErrors(form, error, paths)) complain(error);
    } finally {
      button.disabled = false;
    }
  });
  return dialog;
}

/** A labelled control with a place for its error. */
export function field(label, control, { hint, optional } = {}) {
  const inner = control.matches('input,select,textarea') ? control : $('input,select,textarea', control);
  const id = (inner.id ||= uid('field'));
  return h('div.field', { 'data-name': inner.name },
    h('label', { for: id }, label, optional && h('span.hint', null, t('common.optional'))),
    control, hint && h('p.hint', null, hint), h('p.error', { id: id + '-e', role: 'alert', hidden: true }));
}

export function showError(form, name, text) {
  const box = form.querySelector(`.field[data-name="${name}"]`);
  if (!box) return false;
  const error = $('.error', box);
  const control = $('input,select,textarea', box);
  error.textContent = text;
  error.hidden = false;
  control.setAttribute('aria-invalid', 'true');
  control.setAttribute('aria-describedby', error.id);
  return control;
}

export function clearErrors(form) {
  for (const error of form.querySelectorAll('.error')) error.hidden = true;
  for (const control of form.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid');
}

export function checkRequired(form) {
  let first = null;
  for (const control of form.querySelectorAll('[required]'))
    if (!control.value.trim()) first ??= showError(form, control.name, t('error.required'));
  first?.focus();
  return !first;
}

export function showErrors(form, error, paths = {}) {
  let first = null;
  for (const [path, text] of error.fields) {
    const short = path.replace(/^\d+\./, '');
    const name = paths[short] ?? paths[short.split('.')[0]] ?? short;
    first ??= showError(form, name, text);
  }
  first?.focus?.();
  return Boolean(first);
}
