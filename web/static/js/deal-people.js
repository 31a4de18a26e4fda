// The people of a deal as its page shows them.

import { h, icon } from './dom.js';
import { t, tidy } from './i18n.js';
import { session } from './store.js';
import { late } from './mutations.js';
import { personAvatar } from './bits.js';
import * as f from './fields.js';
import * as format from './format.js';

/** Menus come when one is first opened. */
export const openMenu = async (...given) => (await late(() => import('./menu.js')))?.openMenu(...given);

export const first = (one) => (typeof one === 'string' ? one : one?.value);

/** What can be done to a tie, behind three dots. */
export function partMenu({ name }, items) {
  const label = t('link.actions', { name });
  const button = h('button.pen', { type: 'button', 'aria-haspopup': 'menu', 'aria-label': label, title: label,
    onclick: () => openMenu(button, items, { align: 'end', label }) }, icon('more', 's'));
  return button;
}

export function personBlock(person, isMain, menu) {
  const rows = [
    ...(person.phones ?? []).map((one) => [t('field.phone'), h('a.link.num', { href: format.phoneHref(first(one)) }, format.phone(first(one)))]),
    ...(person.emails ?? []).map((one) => [t('field.email'), f.mailLink(first(one))]),
    ...(session.fields?.contact ?? []).filter((field) => field.kind !== 'multitext' && person.fields?.[field.id] !== undefined && person.fields?.[field.id] !== null)
      .map((field) => [field.name, f.showField(field, person.fields[field.id])]),
  ];
  return h('div.person-block', null,
    h('div.person', null, personAvatar(person), h('div.grow', null, h('a.strong', { href: '/contacts/' + person.id }, tidy(person.name)),
      h('small', null, isMain && [h('span.chip', null, t('contact.main')), ' '],
        person.since ? t('deal.client_since', { month: format.monthYear(person.since) }) : t('deal.new_client'))), menu),
    h('dl', null, rows.map(([label, value]) => h('div.f', null, h('dt', null, label), h('dd', null, h('span.shown', null, value))))));
}
