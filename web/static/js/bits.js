// Small pieces that many screens show: avatars, deadlines, tags, channels.

import { h } from './dom.js';
import { t, tidy } from './i18n.js';
import { member, pipeline, session } from './store.js';
import * as format from './format.js';

export function avatar(person, size = '') {
  const name = person?.name ?? '';
  return h('span.av', {
    class: size, vars: { '--h': person?.hue ?? format.hueOf(name) }, title: name || null,
    role: 'img', 'aria-label': name || '?',
  }, person?.initials || format.initials(name));
}

/** The avatar of a member by id; a robot when nobody. */
export const memberAvatar = (id, size) => avatar(member(id) ?? { name: t('who.robot'), initials: '•', hue: 266 }, size);
export const memberName = (id) => member(id)?.name ?? t('who.robot');

export function channel(code) {
  if (!code) return null;
  return h('span.ch', { 'data-ch': code, title: t('channel.' + code), role: 'img', 'aria-label': t('channel.' + code) });
}

export function dueChip(task) {
  if (!task) return h('span.chip.due.off.amber', null, t('due.none'));
  const { text, tone } = format.due(task.due_at);
  return h('span.chip.due', { class: tone, title: task.text }, text);
}

/** A longer tag may be cut off: then it is said whole under the pointer. */
const TAG_CHARACTERS = 24;
const tagChips = new Map();

/** Cloned: a board shows the same dozen tags a thousand times. */
export function tagChip(tag) {
  const key = `${tag.color} ${tag.name}`;
  let node = tagChips.get(key);
  if (!node) {
    if (tagChips.size > 500) tagChips.clear();
    node = h('span.chip', { title: tag.name.length > TAG_CHARACTERS ? tag.name : null },
      h('span.sq', { vars: tag.color ? { '--c': '#' + String(tag.color).replace('#', '') } : null }), tag.name);
    tagChips.set(key, node);
  }
  return node.cloneNode(true);
}

export function stageLabel(pipelineID, stageID) {
  return pipeline(pipelineID)?.stages.find((stage) => stage.id === stageID)?.name ?? '…';
}

export const activeMembers = () => session.members.filter((one) => one.is_active !== false);

/** <select> of members. */
export function memberSelect(value, props) {
  return h('select', { name: 'owner', ...props }, activeMembers().map((one) =>
    h('option', { value: one.id, selected: one.id === value }, one.name)));
}

/** Clients have no hue of their own: it follows from the name. */
export const personAvatar = (person, size = 'lg') =>
  h('span.av', { class: size, 'aria-hidden': 'true', vars: { '--h': format.hueOf(person.name) } }, format.initials(person.name));
