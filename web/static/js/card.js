// One card of the board. Cloned from a prototype and filled by text nodes: a thousand in a blink.

import { h, icon } from './dom.js';
import { t, tidy } from './i18n.js';
import { member } from './store.js';
import { memberAvatar, tagChip } from './bits.js';
import * as format from './format.js';

let prototype = null;
const avatars = new Map();
const channels = new Map();

function blank() {
  return h('li.card', null,
    h('a.name', { draggable: 'false', tabindex: '-1' }, ' '),
    h('div.who', null, h('span.trunc', null, ' '), h('span.age', { title: t('card.age') }, ' ')),
    h('div.foot', null, h('b.num', null, ' '), h('span.chip.due', null, icon('clock', 'xs'), ' ')));
}

function avatarOf(id) {
  let node = avatars.get(id);
  if (!node || node.name !== member(id)?.name) {
    node = { name: member(id)?.name, node: memberAvatar(id) };
    avatars.set(id, node);
  }
  return node.node.cloneNode(true);
}

function channelOf(code) {
  let node = channels.get(code);
  if (!node) {
    node = h('span.ch', { 'data-ch': code, title: t('channel.' + code) }, icon('c-' + code));
    channels.set(code, node);
  }
  return node.cloneNode(true);
}

export function who(deal) {
  const company = deal.company?.name;
  const person = deal.contact?.name;
  return [company, person].filter(Boolean).join(' · ');
}

export function makeCard(deal) {
  prototype ??= blank();
  const node = prototype.cloneNode(true);
  node.dataset.id = deal.id;
  fillCard(node, deal);
  return node;
}

export function fillCard(node, deal) {
  const name = node.firstChild;
  const line = name.nextSibling;
  const foot = line.nextSibling;
  name.firstChild.data = tidy(deal.name);
  name.href = '/deals/' + deal.id;
  const age = line.lastChild;
  const people = age.previousSibling;
  if (people.previousSibling) people.previousSibling.remove();
  if (deal.channel) line.prepend(channelOf(deal.channel));
  people.firstChild.data = people.title = who(deal) || t('card.nobody');
  age.firstChild.data = format.span(Math.max(0, format.now() - deal.stage_entered_at));
  age.className = deal.is_rotting ? 'age warn' : 'age';
  const sum = foot.firstChild;
  const chip = sum.nextSibling;
  sum.firstChild.data = format.money(deal.amount_minor);
  fillDue(chip, deal.next_task);
  while (foot.lastChild !== chip) foot.lastChild.remove();
  if (deal.tags?.length) for (const tag of deal.tags.slice(0, 2)) foot.append(tagChip(tag));
  foot.append(avatarOf(deal.owner_id));
  node.classList.toggle('is-temporary', deal.id < 0);
}

function fillDue(chip, task) {
  const { text, tone } = task ? format.due(task.due_at) : { text: t('due.none'), tone: 'amber' };
  const key = (task ? 'clock' : 'bell') + tone;
  if (chip.dataset.key !== key) {
    chip.className = `chip due ${tone}`;
    chip.firstChild.firstChild.setAttribute('href', task ? '#clock' : '#bell');
    chip.dataset.key = key;
  }
  chip.lastChild.data = text;
  if (task) chip.title = task.text;
  else chip.removeAttribute('title');
}
