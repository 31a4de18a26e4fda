// The board of a pipeline: views, figures, columns, moving cards.

import { h, icon, $, replace, announce } from './dom.js';
import { freshen } from './card.js';
import { t, tidy } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { session } from './store.js';
import { complain } from './mutations.js';
import { Columns } from './columns.js';
import { enableDrag, settle } from './drag.js';
import { openMenu } from './menu.js';
import { moveDeal, WON, LOST } from './deal-actions.js';
import { createDeal, newDealDialog, quickAddForm, NEW_DEAL_PATHS } from './deal-new.js';
import { clearErrors, checkRequired, showError, showErrors } from './dialog.js';
import { newTaskDialog } from './task-actions.js';
import { wantCards, whenUnknownDeal } from './news.js';
import { FilterBar, NO_FILTER, filterQuery, isFiltered, readFilter } from './board-filter.js';
import { toast } from './toast.js';
import { go } from './router.js';
import * as format from './format.js';

const VIEWS = ['open', 'mine', 'no_task', 'overdue', 'big'];
const LAST = 'voronka.pipeline';
let kept = null;

export async function open(_, query) {
  const wanted = Number(query.get('pipeline')) || Number(localStorage.getItem(LAST));
  const pipeline = store.pipeline(wanted) ?? store.mainPipeline();
  if (!pipeline) return emptyCompany();
  localStorage.setItem(LAST, pipeline.id);
  const view = VIEWS.includes(query.get('view')) ? query.get('view') : 'open';
  const key = `${pipeline.id} ${view}`;
  const filter = readFilter(query);
  if (kept?.key === key && kept.fresh() && kept.hasFilter(filter)) {
    kept.refresh();
    return kept.screen();
  }
  const data = await api.get(api.address('/ui/board', { pipeline: pipeline.id, view, ...filterQuery(filter) }));
  kept?.dispose();
  kept = new Board(key, pipeline, view, filter, data);
  return kept.screen();
}

/** Forgets the kept board, so that the next visit fetches it. */
function forgetBoard() {
  kept?.dispose();
  kept = null;
}
store.subscribe('boards', forgetBoard);

const emptyCompany = () => ({ title: t('nav.deals'), node: h('div.screen', null, t('board.no_pipelines')) });

class Board {
  constructor(key, pipeline, view, filter, data) {
    Object.assign(this, { key, pipeline, view, filter, data, held: [], scroll: null, at: Date.now() });
    this.filters = new FilterBar(filter, (next) => this.narrow(next));
    this.views = h('nav.views', { 'aria-label': t('board.views') });
    this.kpi = h('dl.kpi');
    this.node = h('div.screen.board', null, this.top(),
      h('div.viewbar', null, this.views, this.filters.node), this.kpi);
    this.quickActions();
    this.mount();
    this.stops = [
      store.subscribe('deal', (change) => this.changed(change)),
      store.subscribe('reset', () => this.reload()),
    ];
    this.seen = () => !document.hidden && this.isStale && this.refreshSoon();
    document.addEventListener('visibilitychange', this.seen);
    whenUnknownDeal((patch) => !patch?.pipeline_id || patch.pipeline_id === pipeline.id);
    this.clock = setInterval(() => this.tick(), 60_000);
  }

  /** The columns of the data now known; earlier ones give way. */
  mount() {
    const { pipeline } = this;
    this.columns?.dispose();
    const old = this.columns?.node;
    this.columns = new Columns(this.data, this.view, pipeline, this.filter);
    if (old) old.replaceWith(this.columns.node);
    else this.node.append(this.columns.node);
    this.drag = enableDrag({
      cols: this.columns.node, screen: this.node,
      closing: pipeline.stages.filter((stage) => stage.kind === 'won' || stage.kind === 'lost'),
      drop: (id, stageID, rect) => this.move(id, stageID, rect),
      ended: () => this.release(),
    });
    this.listen();
    this.drawViews();
    this.drawKPI();
  }

  hasFilter(filter) {
    return Object.keys(NO_FILTER).every((key) => filter[key] === this.filter[key]);
  }

  /** Another filter: the columns change in place, so the box that is being typed in stays. */
  async narrow(filter) {
    const { pipeline, view } = this;
    history.replaceState(null, '', api.address('/deals', {
      pipeline: pipeline.id, view: view === 'open' ? null : view, ...filterQuery(filter) }));
    this.filter = filter;
    const asked = (this.asked = {});
    this.node.classList.add('is-narrowing');
    try {
      const data = await api.get(this.address());
      // A later word has been typed, or another screen opened meanwhile.
      if (asked !== this.asked) return;
      this.data = data;
      this.at = Date.now();
      this.mount();
      announce(t('filter.found', { n: data.stages.reduce((sum, stage) => sum + (this.columns.columns.has(stage.id) ? stage.count : 0), 0) }));
    } catch (error) {
      complain(error);
    } finally {
      if (asked === this.asked) this.node.classList.remove('is-narrowing');
    }
  }

  address() {
    return api.address('/ui/board', { pipeline: this.pipeline.id, view: this.view, ...filterQuery(this.filter) });
  }

  screen() {
    return {
      node: this.node,
      title: this.pipeline.name,
      keys: {
        KeyN: () => this.newDeal(),
        KeyF: () => this.filters.focus(),
        KeyJ: () => this.step(1), KeyK: () => this.step(-1),
        KeyE: () => { const id = this.focused(); return id ? void go('/deals/' + id) : false; },
        KeyT: () => { const id = this.focused(); return id ? void newTaskDialog({ deal: store.get('deal', id) }) : false; },
        'Shift+ArrowLeft': () => this.shift(-1), 'Shift+ArrowRight': () => this.shift(1),
      },
      leave: () => this.remember(),
      shown: () => this.restore(),
    };
  }

  fresh() {
    return Date.now() - this.at < 10 * 60_000;
  }

  // ---- top

  top() {
    const { pipeline } = this;
    const name = h('button.picker', { type: 'button', 'aria-haspopup': 'menu', onclick: () => this.pickPipeline(name) },
      h('span.sq', { 'data-hue': pipeline.color }), pipeline.name, icon('down'));
    return h('header.top', null, h('h1', null, name), h('span.grow'),
      h('button.btn.p', { type: 'button', 'data-act': 'new', 'aria-label': t('deal.new'), 'aria-keyshortcuts': 'N', onclick: () => this.newDeal() },
        icon('plus'), h('span.label', null, t('deal.new')), h('kbd', { 'aria-hidden': 'true' }, 'N')));
  }

  pickPipeline(anchor) {
    openMenu(anchor, session.pipelines.map((line) => ({
      text: line.name, hue: line.color, checked: line === this.pipeline, run: () => go('/deals?pipeline=' + line.id),
    })), { label: t('nav.pipelines') });
  }

  drawViews() {
    const counts = new Map((this.data.views ?? []).map((view) => [view.key, view.count]));
    replace(this.views, VIEWS.map((view) => {
      const count = counts.get(view) ?? 0;
      const tone = count > 0 && { no_task: 'a', overdue: 'r' }[view];
      return h('a', {
        href: api.address('/deals', { pipeline: this.pipeline.id, view: view === 'open' ? null : view, ...filterQuery(this.filter) }),
        'aria-current': view === this.view ? 'page' : null,
      }, t('view.' + view), h('span.c', { class: tone || '' }, format.number(count)));
    }));
  }

  drawKPI() {
    const { kpi } = this.data;
    if (!kpi) return;
    // On a phone the figures scroll sideways, which keys must be able to do too.
    if (matchMedia('(max-width: 760px)').matches) this.kpi.tabIndex = 0;
    const delta = (value, text, goodWhenUp = true) => {
      if (value === null || value === undefined || value === 0) return null;
      return h('small', { class: value > 0 === goodWhenUp ? 'up' : 'dn' }, text);
    };
    const cell = (title, value, ...rest) => h('div', null, h('dt', null, title), h('dd', null, value, rest));
    const share = (part) => `${kpi.goal_minor ? Math.min(100, (part / kpi.goal_minor) * 100) : 0}%`;
    const won = h('i.won', { vars: { width: share(kpi.won_minor) } });
    const rest = Math.max(0, Math.min(kpi.expected_minor ?? 0, kpi.goal_minor - kpi.won_minor));
    replace(this.kpi,
      cell(t('kpi.open'), format.moneyShort(kpi.open_amount_minor), h('small', null, t('count.deals', { n: kpi.open_count }))),
      cell(t('kpi.forecast', { month: format.monthName(format.now()) }), format.moneyShort(kpi.forecast_minor),
        delta(kpi.forecast_delta_pct, percentDelta(kpi.forecast_delta_pct))),
      cell(t('kpi.win_rate'), format.percent(kpi.win_rate_pct ?? 0, 1),
        delta(kpi.win_rate_delta_pp, t('kpi.pp', { value: format.signed(kpi.win_rate_delta_pp ?? 0, 1) }))),
      cell(t('kpi.cycle'), t('words.days', { n: Math.round(kpi.cycle_days ?? 0) }),
        delta(Math.round(kpi.cycle_delta_days ?? 0), (kpi.cycle_delta_days > 0 ? '+' : '−') +
          t('words.days', { n: Math.abs(Math.round(kpi.cycle_delta_days ?? 0)) }), false)),
      kpi.goal_minor > 0 && h('div.plan', null,
        h('dt', null, h('span', null, t('kpi.goal')), h('span.num', null,
          t('kpi.of', { won: format.moneyShort(kpi.won_minor), goal: format.moneyShort(kpi.goal_minor) }))),
        h('dd.bar', null, won, h('i.expected', { vars: { width: share(rest) } }))));
  }

  // ---- changes

  changed(change) {
    if (this.drag.active) {
      this.held.push(change);
      return;
    }
    const node = this.columns.nodes.get(change.id);
    const visible = node?.isConnected && this.node.isConnected;
    const from = visible && change.before?.stage_id !== change.after?.stage_id ? node.getBoundingClientRect() : null;
    const moved = this.columns.reconcile(change);
    if (!this.node.isConnected || !moved) return;
    if (from) settle(moved, this.dropRect ?? from);
    else if (!change.before) flash(moved);
    this.refreshSoon();
  }

  release() {
    const held = this.held;
    this.held = [];
    for (const change of held) this.changed(change);
    if (this.mustReload) this.reload();
  }

  async move(id, stageID, rect) {
    const deal = store.get('deal', id);
    this.dropRect = rect;
    const sent = moveDeal(id, stageID);
    this.dropRect = null;
    if (stageID !== WON && stageID !== LOST)
      announce(t('board.moved', { name: deal?.name, stage: store.stage(this.pipeline.id, stageID)?.name }));
    await sent;
    this.refreshSoon();
  }

  /** Figures are fetched at most this often, however much is going on; not for a hidden window. */
  refreshSoon() {
    this.isStale = true;
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      if (!document.hidden) this.refresh();
    }, 1500);
  }

  async refresh() {
    this.isStale = false;
    try {
      const { filter } = this;
      const data = await api.get(this.address());
      if (filter !== this.filter) return;
      this.data = data;
      this.at = Date.now();
      this.drawKPI();
      this.drawViews();
      for (const stage of data.stages) for (const card of stage.cards ?? []) {
        const known = store.get('deal', card.id);
        if (!known || known.version !== card.version || known.next_task?.id !== card.next_task?.id) store.put('deal', card);
      }
      this.columns.refreshHeads(data);
    } catch {
      // Figures stay as they were; the connection banner says the rest.
    }
  }

  /** Not under a card in the air: the columns it was measured on must stay. */
  reload() {
    this.mustReload = this.drag.active;
    if (this.mustReload) return;
    forgetBoard();
    if (this.node.isConnected) go(location.pathname + location.search);
  }

  tick() {
    if (!this.node.isConnected || document.hidden) return;
    if (this.drag.active) return;
    for (const [id, node] of this.columns.nodes) {
      const deal = store.get('deal', id);
      if (!deal) continue;
      if (this.columns.belongs(deal) === this.columns.places.has(id)) freshen(node, deal);
      else this.columns.reconcile({ id, before: deal, after: deal }, { counted: false });
    }
  }

  // ---- keyboard and pointer

  listen() {
    const cols = this.columns.node;
    cols.addEventListener('click', (event) => this.clicked(event));
    cols.addEventListener('keydown', (event) => this.pressed(event));
    cols.addEventListener('focusin', (event) => {
      const card = event.target.closest('.card');
      if (card) this.last = Number(card.dataset.id);
    });
    cols.addEventListener('pointerover', (event) => {
      if (event.pointerType !== 'mouse' || this.drag.active) return;
      const card = event.target.closest('.card');
      if (card && !card.classList.contains('is-temporary')) card.append(this.actions);
      else if (!event.target.closest('.acts')) this.actions.remove();
    });
    cols.addEventListener('pointerleave', () => this.actions.matches(':focus-within') || this.actions.remove());
  }

  /** One set of quick actions that visits the card under the pointer. */
  quickActions() {
    const button = (name, act, label) => h('button', { type: 'button', tabindex: '-1', 'data-act': act, title: label, 'aria-label': label }, icon(name));
    this.actions = h('div.acts', null, button('task', 'task', t('card.add_task')), button('more', 'more', t('card.more')));
  }

  clicked(event) {
    const button = event.target.closest('button[data-act]');
    const card = event.target.closest('.card');
    if (button?.dataset.act === 'add') this.quickAdd(Number(button.closest('.col').dataset.stage));
    else if (button && card) this.act(button, Number(card.dataset.id));
    else if (card && !event.target.closest('a') && !event.metaKey && !event.ctrlKey) $('a.name', card).click();
  }

  act(button, id) {
    const deal = store.get('deal', id);
    if (button.dataset.act === 'task') {
      newTaskDialog({ deal });
      return;
    }
    openMenu(button, [
      { text: t('card.open'), icon: 'arr', kbd: 'E', run: () => go('/deals/' + id) },
      { text: t('card.copy'), icon: 'link', run: () => this.copyLink(id) },
      '-',
      { heading: t('card.move_to') },
      ...this.pipeline.stages.filter((stage) => stage.id !== deal.stage_id).map((stage) => ({
        text: stage.name, hue: stage.kind === 'lost' ? 'pink' : stage.hue, run: () => this.move(id, stage.id),
      })),
    ], { align: 'end', label: t('card.more') });
  }

  async copyLink(id) {
    await navigator.clipboard?.writeText(`${location.origin}/deals/${id}`);
    toast({ text: t('toast.copied') });
  }

  pressed(event) {
    const card = event.target.closest('.card');
    if (!card || event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
    const id = Number(card.dataset.id);
    const next = {
      ArrowDown: () => this.columns.neighbour(id, 1), ArrowUp: () => this.columns.neighbour(id, -1),
      ArrowRight: () => this.columns.neighbour(id, 1, true), ArrowLeft: () => this.columns.neighbour(id, -1, true),
    }[event.key]?.();
    if (next === undefined) return;
    event.preventDefault();
    if (next !== null) this.columns.focus(next);
  }

  focused() {
    const card = document.activeElement?.closest?.('.card');
    return card ? Number(card.dataset.id) : null;
  }

  step(by) {
    const id = this.focused();
    if (!id) {
      const first = this.last && this.columns.places.has(this.last) ? this.last
        : [...this.columns.columns.values()].find((column) => column.ids.length)?.ids[0];
      if (first) this.columns.focus(first);
      return;
    }
    const next = this.columns.neighbour(id, by);
    if (next) this.columns.focus(next);
  }

  shift(by) {
    const id = this.focused();
    const stageID = id && this.columns.stageBeside(id, by);
    if (!stageID) return false;
    this.move(id, stageID);
    this.columns.focus(id);
  }

  // ---- adding

  async newDeal(stageID) {
    const id = await newDealDialog({ pipelineID: this.pipeline.id, stageID });
    if (!id) return;
    wantCards(id);
    this.refreshSoon();
    toast({ text: t('toast.created'), action: { text: t('card.open'), run: () => go('/deals/' + id) } });
  }

  quickAdd(stageID) {
    const column = this.columns.columns.get(stageID);
    const existing = $('form.quick', column.node);
    if (existing) {
      $('input', existing).focus();
      return;
    }
    const form = quickAddForm({
      stage: column.stage, pipelineID: this.pipeline.id,
      onclose: () => { form.remove(); $('.add', column.node).focus(); },
      onsave: (element) => this.saveQuick(element, column),
    });
    column.list.before(form);
    column.list.scrollTop = 0;
    $('input', form).focus();
  }

  /** The card is there at once under a temporary id; the form empties for the next one. */
  async saveQuick(form, column) {
    clearErrors(form);
    if (!checkRequired(form)) return;
    const data = new FormData(form);
    const minor = format.parseMoney(data.get('amount'));
    if (minor === null) {
      showError(form, 'amount', t('error.money'))?.focus();
      return;
    }
    const name = data.get('name').trim();
    const phone = data.get('phone').trim();
    const draft = -Date.now();
    store.put('deal', {
      id: draft, name, pipeline_id: this.pipeline.id, stage_id: column.stage.id, amount_minor: minor,
      owner_id: session.user.id, contact: phone ? { id: 0, name: phone } : null, company: null, channel: null,
      tags: [], next_task: null, stage_entered_at: format.now(), version: 0, is_rotting: false,
    });
    form.reset();
    $('input', form).focus();
    try {
      const id = await createDeal({ name, amount_minor: minor, pipelineID: this.pipeline.id,
        stageID: column.stage.id, phone });
      store.drop('deal', draft);
      wantCards(id);
      this.refreshSoon();
    } catch (error) {
      store.drop('deal', draft);
      for (const [key, value] of data) form.elements[key].value = value;
      if (!error.fields || !showErrors(form, error, NEW_DEAL_PATHS)) complain(error);
    }
  }

  // ---- leaving and coming back

  remember() {
    this.actions.remove();
    this.scroll = {
      left: this.columns.node.scrollLeft,
      tops: new Map([...this.columns.columns].map(([id, column]) => [id, column.list.scrollTop])),
    };
  }

  restore() {
    if (!this.scroll) return;
    this.columns.node.scrollLeft = this.scroll.left;
    for (const [id, top] of this.scroll.tops) this.columns.columns.get(id).list.scrollTop = top;
    if (this.last) this.columns.nodes.get(this.last)?.firstChild.focus({ preventScroll: true });
  }

  dispose() {
    for (const stop of this.stops) stop();
    clearInterval(this.clock);
    clearTimeout(this.waiting);
    document.removeEventListener('visibilitychange', this.seen);
    this.columns.dispose();
  }
}

const percentDelta = (value) => (value > 0 ? '+' : '') + format.percent(value ?? 0);

function flash(node) {
  node.classList.add('is-news');
  setTimeout(() => node.classList.remove('is-news'), 1200);
}
