// The columns of one board: which cards stand where, in what order, and what they sum to.

import { h } from './dom.js';
import { t } from './i18n.js';
import * as store from './store.js';
import { session } from './store.js';
import * as api from './api.js';
import { makeColumn, drawHead } from './column.js';
import { makeCard, fillCard } from './card.js';
import { BIG_MINOR, filterQuery, isFiltered, passes } from './board-filter.js';
import * as format from './format.js';

export class Columns {
  constructor(data, view, pipeline, filter) {
    this.view = view;
    this.filter = filter;
    this.pipeline = pipeline;
    this.columns = new Map();
    this.nodes = new Map();
    this.places = new Map();
    this.node = h('div.cols', { role: 'group', 'aria-label': t('board.columns') });
    this.more = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.loadMore(Number(entry.target.dataset.stage));
    }, { rootMargin: '400px' });
    const loaded = new Map(data.stages.map((stage) => [stage.id, stage]));
    for (const stage of pipeline.stages)
      if (stage.kind !== 'won' && stage.kind !== 'lost') this.addColumn(stage, loaded.get(stage.id));
    this.closed = new Map(data.stages.filter((s) => s.id === store.WON || s.id === store.LOST).map((s) => [s.id, s]));
    this.node.append(...[...this.columns.values()].map((column) => column.node));
    this.drawHeads();
  }

  addColumn(stage, loaded) {
    const column = makeColumn(stage, loaded, isFiltered(this.filter));
    const batch = document.createDocumentFragment();
    for (const card of loaded?.cards ?? []) {
      store.put('deal', card);
      const deal = store.get('deal', card.id);
      if (!deal) continue;
      column.ids.push(card.id);
      this.places.set(card.id, stage.id);
      const node = makeCard(deal);
      this.nodes.set(card.id, node);
      batch.append(node);
    }
    batch.append(column.empty, column.end);
    column.list.append(batch);
    this.columns.set(stage.id, column);
    if (column.next) this.more.observe(column.end);
  }

  /** Heads are drawn once after any number of changes, still before the next frame. */
  headsChanged() {
    if (this.headsWait) return;
    this.headsWait = true;
    queueMicrotask(() => {
      this.headsWait = false;
      this.drawHeads();
    });
  }

  drawHeads() {
    const all = [...this.columns.values()];
    const largest = Math.max(1, ...all.map((column) => column.amount));
    for (const column of all) {
      drawHead(column, largest);
      const first = this.nodes.get(column.ids[0]);
      if (first && !column.list.querySelector('.name[tabindex="0"]')) first.firstChild.tabIndex = 0;
    }
  }

  /** Deals in all columns, those not loaded yet too. */
  total() {
    return [...this.columns.values()].reduce((sum, column) => sum + column.count, 0);
  }

  /** Whether a deal belongs on this board under the view chosen. */
  belongs(deal) {
    if (!deal || deal.pipeline_id !== this.pipeline.id || !this.columns.has(deal.stage_id)) return false;
    // The server judges words by more than a card shows: what it gave stays.
    const filter = this.places.has(deal.id) ? { ...this.filter, query: '' } : this.filter;
    if (!passes(deal, filter)) return false;
    if (this.view === 'mine') return deal.owner_id === session.user.id;
    if (this.view === 'no_task') return !deal.next_task;
    if (this.view === 'overdue') return Boolean(deal.next_task) && deal.next_task.due_at < format.now();
    if (this.view === 'big') return deal.amount_minor >= BIG_MINOR;
    return true;
  }

  /** Brings the board in line with a changed deal. Gives the card that appeared or moved. */
  reconcile({ id, before, after }, { counted = true } = {}) {
    const old = this.places.get(id);
    const target = this.belongs(after) ? after.stage_id : undefined;
    if (old === undefined && target === undefined) return null;
    if (counted) this.count(before && this.belongs(before) ? before : null, target === undefined ? null : after);
    if (old === target) {
      fillCard(this.nodes.get(id), after);
      if (before?.stage_entered_at !== after.stage_entered_at) this.insert(id, after, target);
      if (counted) this.headsChanged();
      return null;
    }
    if (old !== undefined) this.take(id, old);
    if (target === undefined) {
      this.nodes.get(id)?.remove();
      this.nodes.delete(id);
    } else {
      if (!this.nodes.has(id)) this.nodes.set(id, makeCard(after));
      else fillCard(this.nodes.get(id), after);
      this.insert(id, after, target);
    }
    this.headsChanged();
    return this.nodes.get(id) ?? null;
  }

  count(before, after) {
    const from = before && this.columns.get(before.stage_id);
    const to = after && this.columns.get(after.stage_id);
    if (from) {
      from.count -= 1;
      from.amount -= before.amount_minor;
    }
    if (to) {
      to.count += 1;
      to.amount += after.amount_minor;
    }
  }

  take(id, stageID) {
    const column = this.columns.get(stageID);
    const at = column.ids.indexOf(id);
    if (at >= 0) column.ids.splice(at, 1);
    this.places.delete(id);
    const link = this.nodes.get(id)?.firstChild;
    if (link) link.tabIndex = -1;
  }

  /** Newest in the stage first, as the server orders them. */
  insert(id, deal, stageID) {
    const column = this.columns.get(stageID);
    const known = column.ids.indexOf(id);
    if (known >= 0) column.ids.splice(known, 1);
    let at = column.ids.findIndex((other) =>
      (store.get('deal', other)?.stage_entered_at ?? 0) <= deal.stage_entered_at);
    if (at < 0) at = column.ids.length;
    column.ids.splice(at, 0, id);
    this.places.set(id, stageID);
    const node = this.nodes.get(id);
    const next = this.nodes.get(column.ids[at + 1]) ?? column.empty;
    if (node.parentNode === column.list && node.nextSibling === next) return;
    const focused = node.contains(document.activeElement);
    column.list.insertBefore(node, next);
    if (focused) node.firstChild.focus({ preventScroll: true });
  }

  async loadMore(stageID) {
    const column = this.columns.get(stageID);
    if (!column?.next || column.loading) return;
    column.loading = true;
    column.end.classList.add('is-loading');
    try {
      const page = await api.get(api.address('/ui/board/stage', {
        pipeline: this.pipeline.id, stage: stageID, view: this.view, after: column.next,
        ...filterQuery(this.filter),
      }));
      column.next = page?.next ?? null;
      for (const card of page?.cards ?? []) {
        if (this.places.has(card.id)) continue;
        store.put('deal', card);
        const deal = store.get('deal', card.id);
        if (this.places.has(card.id) || !this.belongs(deal)) continue;
        this.nodes.set(card.id, makeCard(deal));
        this.insert(card.id, deal, deal.stage_id);
      }
    } catch {
      // The next scroll tries again.
    }
    column.loading = false;
    column.end.classList.remove('is-loading');
    this.more.unobserve(column.end);
    if (column.next) this.more.observe(column.end);
    this.drawHeads();
  }

  /** Counts, sums and conversions as the server has them. */
  refreshHeads(data) {
    for (const stage of data.stages) {
      const column = this.columns.get(stage.id);
      if (!column) continue;
      Object.assign(column, { count: stage.count, amount: stage.amount_minor, conversion: stage.conversion_pct });
    }
    this.drawHeads();
  }

  /** The card `step` places away in the column, or in the neighbouring column. */
  neighbour(id, step, across) {
    const stageID = this.places.get(id);
    const column = this.columns.get(stageID);
    if (!column) return null;
    const at = column.ids.indexOf(id);
    if (!across) return column.ids[at + step] ?? null;
    const order = [...this.columns.keys()];
    for (let place = order.indexOf(stageID) + step; order[place] !== undefined; place += step) {
      const other = this.columns.get(order[place]);
      if (other.ids.length) return other.ids[Math.min(at, other.ids.length - 1)];
    }
    return null;
  }

  stageBeside(id, step) {
    const order = [...this.columns.keys()];
    return order[order.indexOf(this.places.get(id)) + step] ?? null;
  }

  focus(id) {
    const node = this.nodes.get(id);
    if (!node) return;
    const column = this.columns.get(this.places.get(id));
    for (const link of column.list.querySelectorAll('.name[tabindex="0"]')) link.tabIndex = -1;
    node.firstChild.tabIndex = 0;
    node.firstChild.focus();
    node.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  dispose() {
    this.more.disconnect();
  }
}
