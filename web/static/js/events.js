// Sentences of the event log: who changed what, from what to what.

import { h } from './dom.js';
import { t, parts, has } from './i18n.js';
import { pipeline, session, member } from './store.js';
import { stageLabel } from './bits.js';
import * as format from './format.js';

const strong = (text) => h('b', null, text);
const quoted = (text) => strong(t('common.quoted', { text }));

function stageName(value) {
  const status = value?.lead_status;
  if (!status) return '…';
  return stageLabel(status.pipeline_id, status.id);
}

const money = (value) => {
  const sale = value?.sale_field_value?.sale;
  return sale === undefined || sale === null ? '—' : format.money(Math.round(sale * 100));
};

function customValue(list) {
  const texts = (list ?? []).map((one) => one.custom_field_value?.text).filter(Boolean);
  return texts.join(', ') || '—';
}

function fieldName(type, list) {
  const id = Number(/^custom_field_(\d+)_/.exec(type)?.[1]) || list?.[0]?.custom_field_value?.field_id;
  for (const group of Object.values(session.fields ?? {})) {
    const found = group.find((field) => field.id === id);
    if (found) return found.name;
  }
  return t('event.a_field');
}

/** {icon, body} of an event; body is an array of texts and nodes. */
export function describe(item) {
  const before = item.before?.[0];
  const after = item.after?.[0];
  const { type } = item;
  const say = (key, values) => parts('event.' + key, values);
  if (type === 'lead_status_changed') {
    const moved = before?.lead_status?.pipeline_id !== after?.lead_status?.pipeline_id;
    const to = moved ? `${pipeline(after?.lead_status?.pipeline_id)?.name ?? ''}: ${stageName(after)}` : stageName(after);
    const key = after?.lead_status?.id === 142 ? 'won' : after?.lead_status?.id === 143 ? 'lost' : 'stage';
    return { icon: key === 'won' ? 'check' : key === 'lost' ? 'x' : 'arr', body: say(key, { from: quoted(stageName(before)), to: quoted(to) }) };
  }
  if (type === 'sale_field_changed')
    return { icon: 'money', body: say('amount', { from: strong(money(before)), to: strong(money(after)) }) };
  if (type === 'name_field_changed')
    return { icon: 'edit', body: say('name', { to: quoted(after?.name_field_value?.name ?? '') }) };
  if (type === 'entity_responsible_changed')
    return { icon: 'user', body: say('owner', { to: strong(member(after?.responsible_user?.id)?.name ?? '—') }) };
  if (/^custom_field_/.test(type))
    return { icon: 'edit', body: say('field', { field: strong(fieldName(type, item.after?.length ? item.after : item.before)),
      from: customValue(item.before), to: strong(customValue(item.after)) }) };
  if (type === 'task_deadline_changed')
    return { icon: 'clock', body: say('deadline', { to: strong(after?.task_deadline ? format.moment(after.task_deadline.timestamp) : '—') }) };
  if (type === 'task_text_changed') return { icon: 'task', body: say('task_text', { to: quoted(after?.task?.text ?? '') }) };
  if (type === 'entity_tag_added') return { icon: 'tag', body: say('tag_added', { tag: quoted(after?.tag?.name ?? '') }) };
  if (type === 'entity_tag_deleted') return { icon: 'tag', body: say('tag_removed', { tag: quoted((before ?? after)?.tag?.name ?? '') }) };
  if (/_added$/.test(type) && /^(lead|contact|company)_/.test(type)) return { icon: 'plus', body: say(type) };
  const known = has('event.' + type);
  const icons = { task_added: 'task', task_completed: 'check', task_result_added: 'check', task_deleted: 'trash' };
  return { icon: icons[type] ?? (/linked$/.test(type) ? 'link' : 'edit'), body: known ? say(type) : say('other', { type }) };
}
