// Sentences of the event log: who changed what, from what to what.

import { h } from './dom.js';
import { t, parts, has } from './i18n.js';
import { pipeline, session, member, WON, LOST } from './store.js';
import { stageLabel } from './bits.js';
import * as format from './format.js';

/** Of a changed note's old text in a line of the feed. */
const NOTE_CHARACTERS_MAX = 200;

const strong = (text) => h('b', null, text);
const quoted = (text) => strong(t('common.quoted', { text }));

function stageName(value) {
  const status = value?.lead_status;
  if (!status) return '…';
  return stageLabel(status.pipeline_id, status.id);
}

/** Who or what the event tied to the record, as far as the page knows him. */
function linked(value, nameOf) {
  const end = value?.link?.entity ?? {};
  const name = nameOf?.(end.type, end.id);
  return name ? strong(name) : '';
}

const plain = (value, show = (one) => one) => (value === undefined || value === null ? '—' : show(value));

/** Fields of a deal that amoCRM has not: type of the event, label, how its value reads. */
const OWN = {
  channel_field_changed: ['field.channel', (one) => plain(one?.channel_field_value?.channel, (code) => t('channel.' + code))],
  closed_at_field_changed: ['field.closed_at', (one) => plain(one?.closed_at_field_value?.closed_at, (moment) => format.moment(moment))],
  expected_close_field_changed: ['field.close_on', (one) => plain(one?.expected_close_field_value?.expected_close_on, (day) => format.plainDate(day))],
  loss_reason_field_changed: ['field.loss_reason_id', (one) => plain(session.reasonByID.get(one?.loss_reason_field_value?.loss_reason_id)?.name)],
};

const money = (value) => {
  const sale = value?.sale_field_value?.sale;
  return sale === undefined || sale === null ? '—' : format.money(Math.round(sale * 100));
};

function customValue(list) {
  const texts = (list ?? []).map((one) => valueText(one.custom_field_value)).filter(Boolean);
  return texts.join(', ') || '—';
}

/** What the log keeps as the API has it, as a person reads it. */
function valueText(value) {
  const { kind } = fieldOf(value?.field_id) ?? {};
  const { text } = value ?? {};
  if (kind === 'checkbox') return t(/^(true|1)$/.test(text) ? 'common.yes' : 'common.no');
  if (kind === 'date' && /^\d{4}-\d\d-\d\d/.test(text)) return format.plainDate(text.slice(0, 10));
  if (kind === 'date' && /^\d+$/.test(text)) return format.plainDate(format.dayKey(Number(text)));
  if (kind === 'numeric' && !Number.isNaN(Number(text))) return format.number(Number(text), 4);
  return text;
}

/** What a note said, cut short. */
function noteText(note) {
  const text = note?.params?.text ?? '';
  return text.length > NOTE_CHARACTERS_MAX ? text.slice(0, NOTE_CHARACTERS_MAX).trimEnd() + '…' : text || '…';
}

const fieldOf = (id) => Object.values(session.fields ?? {}).flat().find((field) => field.id === id);

function fieldName(type, list) {
  const id = Number(/^custom_field_(\d+)_/.exec(type)?.[1]) || list?.[0]?.custom_field_value?.field_id;
  return fieldOf(id)?.name ?? t('event.a_field');
}

/** {icon, body} of an event; body is an array of texts and nodes. `nameOf(type, id)` names the records that the page knows. */
export function describe(item, nameOf) {
  const before = item.before?.[0];
  const after = item.after?.[0];
  const { type } = item;
  const say = (key, values) => parts('event.' + key, values);
  if (type === 'lead_status_changed') {
    const moved = before?.lead_status?.pipeline_id !== after?.lead_status?.pipeline_id;
    const to = moved ? `${pipeline(after?.lead_status?.pipeline_id)?.name ?? ''}: ${stageName(after)}` : stageName(after);
    const key = after?.lead_status?.id === WON ? 'won' : after?.lead_status?.id === LOST ? 'lost' : 'stage';
    return { icon: key === 'won' ? 'check' : key === 'lost' ? 'x' : 'arr', body: say(key, { from: quoted(stageName(before)), to: quoted(to) }) };
  }
  if (type === 'sale_field_changed')
    return { icon: 'money', body: say('amount', { from: strong(money(before)), to: strong(money(after)) }) };
  if (type === 'name_field_changed')
    return { icon: 'edit', body: say('name', { from: quoted(before?.name_field_value?.name ?? ''), to: quoted(after?.name_field_value?.name ?? '') }) };
  if (type === 'entity_responsible_changed')
    return { icon: 'user', body: say('owner', { from: strong(member(before?.responsible_user?.id)?.name ?? '—'), to: strong(member(after?.responsible_user?.id)?.name ?? '—') }) };
  if (OWN[type]) {
    const [label, read] = OWN[type];
    return { icon: 'edit', body: say('field', { field: strong(t(label)), from: strong(read(before)), to: strong(read(after)) }) };
  }
  if (/^custom_field_/.test(type))
    return { icon: 'edit', body: say('field', { field: strong(fieldName(type, item.after?.length ? item.after : item.before)),
      from: strong(customValue(item.before)), to: strong(customValue(item.after)) }) };
  if (type === 'task_deadline_changed')
    return { icon: 'clock', body: say('deadline', { to: strong(after?.task_deadline ? format.moment(after.task_deadline.timestamp) : '—') }) };
  if (type === 'task_text_changed') return { icon: 'task', body: say('task_text', { to: quoted(after?.task?.text ?? '') }) };
  if (type === 'entity_tag_added') return { icon: 'tag', body: say('tag_added', { tag: quoted(after?.tag?.name ?? '') }) };
  if (type === 'entity_tag_deleted') return { icon: 'tag', body: say('tag_removed', { tag: quoted((before ?? after)?.tag?.name ?? '') }) };
  if (/_added$/.test(type) && /^(lead|contact|company)_/.test(type)) return { icon: 'plus', body: say(type) };
  if (/^(lead|contact|company)_(un)?linked$/.test(type))
    return { icon: 'link', body: [...say(type), ' ', linked(after ?? before, nameOf)] };
  if (type === 'note_changed') return { icon: 'note', body: say('note_changed', { from: quoted(noteText(before?.note)) }) };
  const known = has('event.' + type);
  const icons = { task_added: 'task', task_completed: 'check', task_result_added: 'check', note_pinned: 'pin', note_unpinned: 'pin' };
  return { icon: icons[type] ?? (/linked$/.test(type) ? 'link' : /_deleted$/.test(type) ? 'trash' : /_restored$/.test(type) ? 'undo' : 'edit'), body: known ? say(type) : say('other', { type }) };
}
