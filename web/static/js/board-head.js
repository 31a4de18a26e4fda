// What stands over the columns: the pipeline, its views with counts, the figures.

import { h, icon, replace } from './dom.js';
import { t, lang } from './i18n.js';
import * as api from './api.js';
import { session, mayAddDeals } from './store.js';
import { openMenu } from './menu.js';
import { BIG_MINOR, FilterBar, filterQuery, isFiltered } from './board-filter.js';
import { go } from './router.js';
import * as format from './format.js';

export const VIEWS = ['open', 'mine', 'no_task', 'overdue', 'big'];

export class BoardHead {
  /** `narrow(filter)` and `add()` are called when a filter is set and a deal is to be made. */
  constructor({ pipeline, view, filter, narrow, add }) {
    Object.assign(this, { pipeline, view });
    this.filters = new FilterBar(filter, narrow);
    this.views = h('nav.views', { 'aria-label': t('board.views') });
    this.kpi = h('dl.kpi');
    this.nodes = [this.top(add), h('div.viewbar', null, this.views, this.filters.node), this.kpi];
  }

  draw(data, filter) {
    this.drawViews(data.views ?? [], filter);
    if (data.kpi) this.drawKPI(data.kpi, isFiltered(filter));
  }

  top(add) {
    const { pipeline } = this;
    const name = h('button.picker', { type: 'button', 'aria-haspopup': 'menu', onclick: () => this.pickPipeline(name) },
      h('span.sq', { 'data-hue': pipeline.color }), pipeline.name, icon('down'));
    return h('header.top', null, h('h1', null, name), h('span.grow'),
      mayAddDeals() && h('button.btn.p', { type: 'button', 'data-act': 'new', 'aria-label': t('deal.new'), 'aria-keyshortcuts': 'N', onclick: add },
        icon('plus'), h('span.label', null, t('deal.new')), h('kbd', { 'aria-hidden': 'true' }, 'N')));
  }

  pickPipeline(anchor) {
    openMenu(anchor, session.pipelines.map((line) => ({
      text: line.name, hue: line.color, checked: line === this.pipeline, run: () => go('/deals?pipeline=' + line.id),
    })), { label: t('nav.pipelines') });
  }

  drawViews(views, filter) {
    const counts = new Map(views.map((view) => [view.key, view.count]));
    replace(this.views, VIEWS.map((view) => {
      const count = counts.get(view) ?? 0;
      const tone = count > 0 && { no_task: 'a', overdue: 'r' }[view];
      return h('a', {
        href: api.address('/deals', { pipeline: this.pipeline.id, view: view === 'open' ? null : view, ...filterQuery(filter) }),
        'aria-current': view === this.view ? 'page' : null, title: view === 'big' ? t('view.big_from', { sum: format.money(BIG_MINOR) }) : null,
      }, t('view.' + view), h('span.c', { class: tone || '' }, format.number(count)));
    }));
  }

  drawKPI(kpi, isNarrowed) {
    // In a narrow window the figures scroll sideways, which keys must be able to do too.
    if (matchMedia('(max-width: 1180px)').matches) this.kpi.tabIndex = 0;
    replace(this.kpi,
      cell(t('kpi.open'), format.moneyShort(kpi.open_amount_minor), h('small', null, t('count.deals', { n: kpi.open_count }))),
      cell(t('kpi.forecast', { month: monthName(format.now()) }), format.moneyShort(kpi.forecast_minor),
        delta(kpi.forecast_delta_pct, percentDelta(kpi.forecast_delta_pct))),
      cell(t('kpi.win_rate'), format.percent(kpi.win_rate_pct ?? 0, 1),
        delta(kpi.win_rate_delta_pp, t('kpi.pp', { value: format.signed(kpi.win_rate_delta_pp ?? 0, 1) }))),
      cell(t('kpi.cycle'), t('words.days', { n: Math.round(kpi.cycle_days ?? 0) }),
        delta(Math.round(kpi.cycle_delta_days ?? 0), (kpi.cycle_delta_days > 0 ? '+' : '−') +
          t('words.days', { n: Math.abs(Math.round(kpi.cycle_delta_days ?? 0)) }), false)),
      // The goal is everybody's: what is left by a filter is not measured by it.
      !isNarrowed && kpi.goal_minor > 0 && plan(kpi));
  }
}

const MONTH_NAMES = {
  ru: ['январь', 'февраль', 'март', 'апрель', 'май', 'июнь', 'июль', 'август', 'сентябрь', 'октябрь', 'ноябрь', 'декабрь'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};

/** The name of a month as in «Прогноз на ноябрь». */
export const monthName = (at) => MONTH_NAMES[lang][+format.dayKey(at).slice(5, 7) - 1];

const cell = (title, value, ...rest) => h('div', null, h('dt', null, title), h('dd', null, value, rest));

function delta(value, text, goodWhenUp = true) {
  if (value === null || value === undefined || value === 0) return null;
  return h('small', { class: value > 0 === goodWhenUp ? 'up' : 'dn' }, text);
}

const percentDelta = (value) => (value > 0 ? '+' : '') + format.percent(value ?? 0);

/** What is won of the month's goal, and how much of the rest is expected. */
function plan(kpi) {
  const share = (part) => `${Math.min(100, (part / kpi.goal_minor) * 100)}%`;
  const rest = Math.max(0, Math.min(kpi.expected_minor ?? 0, kpi.goal_minor - kpi.won_minor));
  return h('div.plan', null,
    h('dt', null, h('span', null, t('kpi.goal')), h('span.num', null,
      t('kpi.of', { won: format.moneyShort(kpi.won_minor), goal: format.moneyShort(kpi.goal_minor) }))),
    h('dd.bar', null, h('i.won', { vars: { width: share(kpi.won_minor) } }),
      h('i.expected', { vars: { width: share(rest) } })));
}
