// What the history of a deal says, beside it: how long each stage took, what its client has bought.

import { h } from './dom.js';
import { t } from './i18n.js';
import * as store from './store.js';
import * as format from './format.js';

/** Seconds spent in each stage of the pipeline it is in now. */
export function spentIn(deal, spans = []) {
  const spent = new Map();
  for (const span of spans) {
    if (span.pipeline_id !== deal.pipeline_id) continue;
    const until = span.left_at ?? (span.stage_id === deal.stage_id ? format.now() : span.entered_at);
    spent.set(span.stage_id, (spent.get(span.stage_id) ?? 0) + Math.max(0, until - span.entered_at));
  }
  return spent;
}

export function rail(deal, { spans, usual_days: usual = {}, contacts = [] }) {
  const spent = spentIn(deal, spans);
  const days = (stage) => spent.has(stage.id) ? spent.get(stage.id) / 86400 : undefined;
  const open = (store.pipeline(deal.pipeline_id)?.stages ?? []).filter((stage) => stage.kind === 'open');
  const longest = Math.max(1, ...open.map((stage) => Math.max(days(stage) ?? 0, usual[stage.id] ?? 0)));
  const age = format.now() - (deal.created_at ?? format.now());
  const [person] = contacts;
  return [
    h('section.w', null, h('header', null, h('h2', null, t('rail.path')), h('small', null, t('rail.total', { span: format.spanWords(age) }))),
      h('ul.paths', null, open.map((stage) => pathOf(stage, days(stage), usual[stage.id], longest))), h('p.fine', null, t('rail.usual'))),
    person && h('section.w', null, h('header', null, h('h2', null, t('rail.client')), person.since && h('small', null, t('rail.since', { month: format.monthYear(person.since) }))),
      h('div.stats', null,
        h('div', null, h('small', null, t('rail.bought')), h('b.num', null, format.moneyShort(person.won_minor ?? 0))),
        h('div', null, h('small', null, t('rail.deals')), h('b.num', null, format.number(person.deals_count ?? 0)))),
      h('a.btn.sm.wide', { href: '/contacts/' + person.id }, t('rail.open_contact'))),
  ];
}

/** One stage: how long it took, against what is usual. */
function pathOf(stage, days, usual, longest) {
  const slow = days !== undefined && usual && days > usual * 1.5;
  return h('li.path', { 'data-hue': stage.hue },
    h('div.kv', null, h('span.trunc', null, stage.name), h('b', { class: slow ? 'warn' : '' }, days === undefined ? '—' : format.spanWords(days * 86400))),
    h('div.bar', { 'aria-hidden': 'true' }, h('i', { vars: { width: `${((days ?? 0) / longest) * 100}%` } }),
      usual ? h('span.tick', { vars: { left: `${Math.min(99, (usual / longest) * 100)}%` } }) : null));
}
