// One card of the board. Cloned from a prototype and filled by text nodes: a thousand in a blink.

import { h } from './dom.js';
import { t, tidy } from './i18n.js';
import { member, mayEdit, stage } from './store.js';
import { channel, memberAvatar, tagChip } from './bits.js';
import { money } from './money.js';
import * as format from './format.js';

/** A longer name may be cut off: then it is said whole under the pointer. */
const TWO_LINES = 48;
let prototype = null;
const avatars = new Map();
const channels = new Map();

function blank() {
  return h('li.card', null,
    h('a.name', { draggable: 'false', tabindex: '-1' }, ' '),
    h('div.who', null, h('span.trunc', null), h('span.age', { title: t('card.age') }, ' ')),
    h('div.foot', null, h('b.num', null, ' '), h('span.chip.due', null, ' ')));
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
    node = channel(code);
    channels.set(code, node);
  }
  return node.cloneNode(true);
}

export function makeCard(deal) {
  prototype ??= blank();
  const node = prototype.cloneNode(true);
  node.setAttribute('data-id', deal.id);
  fillCard(node, deal);
  return node;
}

export function fillCard(node, deal) {
  const name = node.firstChild;
  const line = name.nextSibling;
  const foot = line.nextSibling;
  name.firstChild.data = tidy(deal.name);
  name.setAttribute('href', '/deals/' + deal.id);
  if (deal.name.length > TWO_LINES) name.title = deal.name;
  else if (name.title) name.removeAttribute('title');
  const age = line.lastChild;
  const people = age.previousSibling;
  if (people.previousSibling) people.previousSibling.remove();
  if (deal.channel) line.prepend(channelOf(deal.channel));
  fillPeople(people, deal.company?.name, deal.contact?.name);
  fillAge(age, deal);
  const sum = foot.firstChild;
  const chip = sum.nextSibling;
  sum.firstChild.data = money(deal.amount_minor);
  fillDue(chip, deal.next_task);
  while (foot.lastChild !== chip) foot.lastChild.remove();
  if (deal.tags?.length) for (const tag of deal.tags.slice(0, 2)) foot.append(tagChip(tag));
  foot.append(avatarOf(deal.owner_id));
  if (deal.id < 0) node.classList.add('is-temporary');
  if (mayEdit(deal) === node.classList.contains('is-fixed')) node.classList.toggle('is-fixed');
}

/** On one line when there is room, else the company over the person: of neither is the beginning ever cut off. */
function fillPeople(people, company, person) {
  const both = company && person;
  if (both) people.replaceChildren(h('span', null, company), h('span', null, person));
  else people.textContent = company || person || t('card.nobody');
  people.className = both ? 'both' : 'trunc';
  if (Math.max(company?.length ?? 0, person?.length ?? 0) > 24) people.title = [company, person].filter(Boolean).join(' · ');
  else people.removeAttribute('title');
}

/** What time alone changes: how long it has stood, whether its task is late. */
export function freshen(node, deal) {
  fillAge(node.querySelector('.age'), deal);
  fillDue(node.querySelector('.due'), deal.next_task);
}

function fillAge(age, deal) {
  const stood = Math.max(0, format.now() - deal.stage_entered_at);
  const rots = stage(deal.pipeline_id, deal.stage_id)?.rot_days;
  age.firstChild.data = format.span(stood);
  age.className = rots && stood > rots * 86400 ? 'age warn' : 'age';
}

function fillDue(chip, task) {
  const { text, tone } = task ? format.due(task.due_at) : { text: t('due.none'), tone: 'amber' };
  chip.className = task ? `chip due ${tone}` : `chip due off ${tone}`;
  chip.firstChild.data = text;
  if (task) chip.title = task.text;
  else chip.removeAttribute('title');
}
