// Rows of a record's fields, edited in place: Enter or leaving saves, Esc gives up,
// and what the server refuses stays open with its sentence beside it.

import { h, icon, replace, uid, announce, $, $$ } from './dom.js';
import { t } from './i18n.js';
import { Refused } from './api.js';
import { complain, fetched, late, refusal } from './mutations.js';
import { memberAvatar, memberName, tagChip } from './bits.js';
import * as format from './format.js';

const SAVED_MS = 1600;

/** What a field is written in is fetched once its rows stand. */
let controls = null;
const fetchControls = async () => (controls ??= await import('./field-controls.js'));

/**
 * One row. `value()` gives the current value; `show(value)` its nodes; `control(controls)` chooses of field-controls.js what
 * gives {node, input, read()} of a value; `save(value, before)` sends it. Without `control` the row is read only;
 * with `linked` what it shows can be followed, and a pencil beside it edits.
 */
export function row({ label, name, value, show, control, save, wrap, linked }) {
  const id = uid('f');
  const box = h('dd', { class: wrap && 'wrap' });
  const error = h('dd.error', { hidden: true, id: id + '-e' });
  const node = h('div.f', { 'data-field': name }, h('dt', { id }, label), box, error);
  let editing = false;

  function draw() {
    if (editing) return;
    keepFocus(box, fill);
  }

  function fill() {
    const shown = show(value());
    node.classList.remove('edit', 'bad');
    error.hidden = true;
    const empty = shown === null || shown === '' || (Array.isArray(shown) && shown.length === 0);
    const content = empty ? [h('span.none', { 'aria-hidden': 'true' }, '—'), h('span.vh', null, t('common.empty'))] : shown;
    if (!control) {
      replace(box, content);
      return;
    }
    if (linked && !empty) {
      replace(box, h('span.shown', null, content), h('button.pen', { type: 'button', 'aria-label': t('field.change', { name: label }), title: t('field.change', { name: label }), onclick: () => edit() }, icon('edit', 's')));
      return;
    }
    const button = h('button.value', { type: 'button', 'aria-labelledby': `${id} ${id}-v`, onclick: () => edit() },
      h('span.shown', { id: id + '-v' }, content));
    replace(box, button);
  }

  async function edit(start = value(), refused) {
    // Once they are there nothing is waited for: what is typed after the key is the field's.
    if (!controls && !(await late(fetchControls))) return;
    editing = true;
    node.classList.add('edit');
    const made = control(controls)(start);
    const { input } = made;
    input.setAttribute('aria-labelledby', id);
    const old = value();
    const before = JSON.stringify(made.read());
    let closed = false;
    const close = (focus) => {
      closed = true;
      editing = false;
      draw();
      if (focus) $('button', box)?.focus();
    };
    const commit = async (focus) => {
      if (closed) return;
      const next = made.read();
      if (next === undefined) return fail(t('error.value'));
      if (JSON.stringify(next) === before && !refused) return close(focus);
      closed = true;
      editing = false;
      node.classList.add('saving');
      box.setAttribute('aria-busy', 'true');
      const sent = save(next, old);
      draw();
      if (focus) $('button', box)?.focus();
      try {
        await sent;
        node.classList.add('saved');
        setTimeout(() => node.classList.remove('saved'), SAVED_MS);
      } catch (problem) {
        if (problem instanceof Refused && problem.status < 500 && problem.status !== 412) {
          edit(next, refusal(problem));
        } else complain(problem);
      } finally {
        node.classList.remove('saving');
        box.removeAttribute('aria-busy');
      }
    };
    const fail = (text) => {
      node.classList.add('bad');
      error.textContent = text;
      error.hidden = false;
      announce(text);
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', error.id);
    };
    made.node.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        close(true);
      } else if (event.key === 'Enter' && (!input.matches('textarea') || event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        commit(true);
      } else if (event.key === 'Tab' && !made.many && made.read() !== undefined) {
        const next = neighbour(node, event.shiftKey ? -1 : 1);
        if (!next) return;
        event.preventDefault();
        commit(false);
        next.click();
      }
    });
    made.node.addEventListener('focusout', (event) => {
      if (!made.node.contains(event.relatedTarget)) commit(false);
    });
    if (input.matches('select,[type=checkbox]') && !made.many) input.addEventListener('change', () => commit(true));
    replace(box, made.node);
    if (refused) fail(refused);
    input.focus();
    input.select?.();
  }

  if (!controls) fetched(fetchControls).catch(() => {});
  draw();
  return { node, draw, edit };
}

/** Draws again what holds the focus, and gives it back to the same field. */
export function keepFocus(box, draw) {
  const field = box.contains(document.activeElement) && document.activeElement.closest('[data-field]');
  draw();
  if (field) $(`[data-field="${field.dataset.field}"] :is(.value, .pen)`, box.closest('.fields') ?? box)?.focus();
}

/** The button that edits the next (or the previous) row of the same panel. */
function neighbour(node, step) {
  const rows = $$('.f', node.closest('.fields') ?? node.parentNode);
  for (let at = rows.indexOf(node) + step; rows[at]; at += step) {
    const button = $('.value, .pen', rows[at]);
    if (button) return button;
  }
  return null;
}

// ---- what is shown

export const showMember = (id) => [memberAvatar(id, 'xs'), h('span.trunc', null, memberName(id))];
export const showTags = (tags) => (tags ?? []).map(tagChip);

// ---- custom fields, by kind

const optionText = (field, id) => field.options?.find((option) => option.id === id)?.value ?? String(id);
export const mailLink = (mail) => link('mailto:' + mail, mail.split(/(?=@)/).flatMap((part) => [part, h('wbr')]));
const link = (href, text, out) => h('a.link.trunc', { href, ...(out ? { target: '_blank', rel: 'noopener noreferrer' } : {}) }, text);
const LINKED = (field) => field.kind === 'url' || (field.kind === 'multitext' && /^(PHONE|EMAIL)$/.test(field.code));

/** A field that every company starts with has its name in the reader's language, unless the company renamed it. */
const nameOf = (field) => ([t('code.' + field.code), t('code_other.' + field.code)].includes(field.name) ? t('code.' + field.code) : field.name);

/** How a value of a custom field looks. */
export function showField(field, value) {
  if (field.kind === 'checkbox') return value ? t('common.yes') : h('span.none', null, t('common.no'));
  if (value === null || value === undefined || value === '') return null;
  switch (field.kind) {
    case 'numeric': return h('span.num', null, format.number(Number(value), 4));
    case 'select': return optionText(field, value);
    case 'multiselect': return value.map((id) => h('span.chip', null, optionText(field, id)));
    case 'date': return format.plainDate(String(value).slice(0, 10), { year: true });
    case 'url': return link(/^https?:\/\//i.test(value) ? value : 'https://' + value, value.replace(/^https?:\/\//i, ''), true);
    case 'multitext': return value.map((one) => field.code === 'PHONE' ? link(format.phoneHref(one.value), format.phone(one.value))
      : field.code === 'EMAIL' ? mailLink(one.value) : h('span', null, one.value));
    default: return h('span.prose', null, value);
  }
}

/** A row for a custom field of a record; `record()` gives it, `update(change, body, back)` writes; `back` undoes. */
export function customRow(field, record, update, isLocked) {
  const made = (value) => [{ fields: { ...record().fields, [field.id]: value } },
    { custom_fields_values: [{ field_id: field.id, values: controls.apiValues(field, value) }] }];
  return row({
    linked: LINKED(field),
    label: nameOf(field),
    name: 'cf-' + field.id,
    wrap: field.kind === 'multiselect' || field.kind === 'textarea' || (field.kind === 'multitext' && !LINKED(field)),
    value: () => record()?.fields?.[field.id] ?? null,
    show: (value) => showField(field, value),
    control: isLocked ? null : (made) => made.controlOf(field),
    save: (value, before) => update(...made(value), made(before)),
  });
}

/** A heading that turns into an input: the name of a record. */
export function editableTitle({ value, label, save, isLocked = () => false }) {
  const heading = h('h1');
  const node = h('div.title-edit', null, heading);
  const draw = () => replace(heading, isLocked() ? value() : h('button', { type: 'button', title: `${label} — E`, onclick: edit }, value()));
  function edit() {
    if (isLocked()) return;
    // What is shown has no-break spaces; what is stored keeps plain ones.
    const plain = value().replaceAll('\u00a0', ' ');
    const input = h('input', { value: plain, maxlength: 255, 'aria-label': label });
    const error = h('p.error', { hidden: true, id: uid('title-e') });
    let over = false;
    const close = () => {
      over = true;
      replace(node, heading);
      draw();
    };
    const commit = async () => {
      if (over) return;
      const text = input.value.trim();
      if (!text || text === plain) return close();
      over = true;
      try {
        const sent = save(text);
        replace(node, heading);
        draw();
        await sent;
      } catch (problem) {
        if (!(problem instanceof Refused)) return complain(problem);
        edit();
        const again = $('input', node);
        again.value = text;
        again.setAttribute('aria-invalid', 'true');
        const note = $('.error', node);
        note.textContent = refusal(problem);
        note.hidden = false;
      }
    };
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') commit();
      if (event.key === 'Escape') {
        event.preventDefault();
        close();
      }
    });
    input.addEventListener('blur', commit);
    replace(node, input, error);
    input.focus();
    input.select();
  }
  draw();
  return { node, draw, edit };
}

export const section = (title, content, action) =>
  h('section.sec', null, h('header', null, h('h2', null, title), action), content);

export const addButton = (label, onclick) =>
  h('button.btn.sm.i.g', { type: 'button', 'aria-label': label, title: label, onclick }, icon('plus', 's'));
