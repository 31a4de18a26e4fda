// What fields are written in: each gives, of a value, {node, input, read()}; `read` gives undefined for what is no value.

import { h } from './dom.js';
import { t } from './i18n.js';
import { activeMembers } from './bits.js';
import * as format from './format.js';

export const textControl = (props = {}) => (value) => {
  const input = h('input', { value: value ?? '', autocomplete: 'off', maxlength: 255, ...props });
  return { node: input, input, read: () => input.value.trim() };
};

export const areaControl = (value) => {
  const input = h('textarea', { rows: 3, maxlength: 4000 }, value ?? '');
  return { node: input, input, read: () => input.value.trim() };
};

export const moneyControl = (value) => {
  const input = h('input.num', { value: value ? format.plainMoney(value) : '', inputmode: 'decimal', maxlength: 20, autocomplete: 'off' });
  return {
    node: h('span.with-sign', null, input, h('span.sign', null, format.currencySign())), input,
    read: () => format.parseMoney(input.value) ?? undefined,
  };
};

export const selectControl = (options, { none } = {}) => (value) => {
  const input = h('select', null,
    none && h('option', { value: '', selected: value === null || value === undefined }, none),
    options().map(([id, text]) => h('option', { value: id, selected: id === value }, text)));
  return { node: input, input, read: () => options().find(([id]) => String(id) === input.value)?.[0] ?? (input.value === '' ? null : value) };
};

export const dateControl = (value) => {
  const input = h('input', { type: 'date', value: value ?? '', max: '2999-12-31' });
  return { node: input, input, read: () => input.value || null };
};

export const manyControl = (options) => (value) => {
  const chosen = new Set(value ?? []);
  const boxes = options().map(([id, text]) => h('label.check', null,
    h('input', { type: 'checkbox', value: id, checked: chosen.has(id) }), text));
  const node = h('div.checks', { tabindex: '-1', role: 'group' }, boxes);
  const inputs = [...node.querySelectorAll('input')];
  return { node, input: inputs[0] ?? node, many: true,
    read: () => inputs.filter((one) => one.checked).map((one) => Number(one.value)) };
};

export const memberControl = selectControl(() => activeMembers().map((one) => [one.id, one.name]));
export const tagsControl = (value) => {
  const input = h('input', { value: (value ?? []).map((tag) => tag.name).join(', '), autocomplete: 'off', maxlength: 400, placeholder: t('field.tags_hint') });
  return { node: input, input,
    read: () => [...new Set(input.value.split(',').map((name) => name.trim()).filter(Boolean))] };
};

/** What a custom field is written in, by its kind. */
export function controlOf(field) {
  const options = () => (field.options ?? []).map((option) => [option.id, option.value]);
  switch (field.kind) {
    case 'numeric': return textControl({ inputmode: 'decimal' });
    case 'textarea': return areaControl;
    case 'select': return selectControl(options, { none: '—' });
    case 'multiselect': return manyControl(options);
    case 'checkbox': return (value) => {
      const input = h('input', { type: 'checkbox', checked: Boolean(value) });
      return { node: h('label.check', null, input, t('common.yes')), input, read: () => input.checked };
    };
    case 'date': return dateControl;
    case 'multitext': return (value) => {
      const input = h('input', { value: (value ?? []).map((one) => one.value).join(', '), autocomplete: 'off', maxlength: 400,
        inputmode: field.code === 'PHONE' ? 'tel' : field.code === 'EMAIL' ? 'email' : null });
      const codes = (value ?? []).map((one) => one.code);
      return { node: input, input, read: () => input.value.split(',').map((text) => text.trim()).filter(Boolean)
        .map((text, index) => ({ value: text, code: codes[index] ?? 'WORK' })) };
    };
    default: return textControl({ maxlength: 1000 });
  }
}

/** The write form of a value: amoCRM's `values`, null to clear. */
export function apiValues(field, value) {
  const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length);
  if (empty) return null;
  switch (field.kind) {
    case 'select': return [{ enum_id: value }];
    case 'multiselect': return value.map((id) => ({ enum_id: id }));
    case 'multitext': return value.map((one) => ({ value: one.value, enum_code: one.code }));
    case 'date': return [{ value: format.fromWall(...value.split('-').map(Number)) }];
    case 'numeric': return [{ value: String(value).replace(',', '.').replace(/\s/g, '') }];
    default: return [{ value }];
  }
}
