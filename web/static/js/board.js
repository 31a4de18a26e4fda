// The board of a pipeline: what it shows, and how it follows what happens.

import { h, announce } from './dom.js';
import { t } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { complain, late } from './mutations.js';
import { freshen } from './card.js';
import { Columns } from './columns.js';
import { whenUnknownDeal } from './news.js';
import { BoardHead, VIEWS } from './board-head.js';
import { Hands } from './board-hands.js';
import { NO_FILTER, filterQuery, readFilter } from './board-filter.js';
import { toast } from './toast.js';
import { go } from './router.js';
import * as format from './format.js';

const LAST = 'voronka.pipeline';
const KEPT_MS = 10 * 60_000;
let kept = null;

export async function open(_, query) {
  const wanted = Number(query.get('pipeline')) || Number(localStorage.getItem(LAST));
  const pipeline = store.pipeline(wanted) ?? store.mainPipeline();
  if (!pipeline) return { title: t('nav.deals'), node: h('div.screen', null, t('board.no_pipelines')) };
  localStorage.setItem(LAST, pipeline.id);
  const view = VIEWS.includes(query.get('view')) ? query.get('view') : 'open';
  const filter = readFilter(query);
  if (kept?.shows(pipeline, view, filter)) {
    kept.refresh();
    return kept.screen();
  }
  const data = await api.get(boardAddress(pipeline, view, filter));
  kept?.dispose();
  kept = new Board(pipeline, view, filter, data);
  return kept.screen();
}

/** Forgets the kept board, so that the next visit fetches it. */
function forgetBoard() {
  kept?.dispose();
  kept = null;
}
store.subscribe('boards', forgetBoard);

const boardAddress = (pipeline, view, filter) =>
  api.address('/ui/board', { pipeline: pipeline.id, view, ...filterQuery(filter) });

/** What only hands need is fetched once the first board stands. */
const fetchDrag = () => late(() => import('./drag.js'));
const fetchActions = () => late(() => import('./deal-actions.js'));
const fetchAdding = () => late(() => import('./board-add.js'));
let drag = null;
let actions = null;

class Board {
  constructor(pipeline, view, filter, data) {
    Object.assign(this, { pipeline, view, filter, data, held: [], scroll: null, at: Date.now() });
    this.head = new BoardHead({ pipeline, view, filter, narrow: (next) => this.narrow(next), add: () => this.newDeal() });
    this.hands = new Hands({
      pipeline, isBusy: () => this.drag.active,
      move: (id, stageID, more) => this.move(id, stageID, more), add: (stageID) => this.quickAdd(stageID),
    });
    this.node = h('div.screen.board', null, this.head.nodes);
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
    this.enableDrag();
    this.hands.listen(this.columns);
    this.head.draw(this.data, this.filter);
  }

  async enableDrag() {
    const cols = this.columns.node;
    this.drag = { active: false };
    drag ??= await fetchDrag();
    if (!drag || cols !== this.columns.node) return;
    this.drag = drag.enableDrag({
      cols, screen: this.node,
      closing: this.pipeline.stages.filter((stage) => stage.kind === 'won' || stage.kind === 'lost'),
      may: (id) => this.may(id),
      drop: (id, stageID, rect) => this.move(id, stageID, { rect }),
      ended: () => this.release(),
    });
    actions ??= await fetchActions();
  }

  shows(pipeline, view, filter) {
    return pipeline === this.pipeline && view === this.view && Date.now() - this.at < KEPT_MS &&
      Object.keys(NO_FILTER).every((key) => filter[key] === this.filter[key]);
  }

  screen() {
    return {
      node: this.node, title: this.pipeline.name,
      keys: { KeyN: () => this.newDeal(), KeyF: () => this.head.filters.focus(), ...this.hands.keys() },
      leave: () => this.remember(), shown: () => this.restore(),
    };
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
      const data = await api.get(boardAddress(pipeline, view, filter));
      // A later word has been typed, or another screen opened meanwhile.
      if (asked !== this.asked) return;
      this.data = data;
      this.at = Date.now();
      this.mount();
      announce(t('filter.found', { n: this.columns.total() }));
    } catch (error) {
      complain(error);
    } finally {
      if (asked === this.asked) this.node.classList.remove('is-narrowing');
    }
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
    if (from) drag?.settle(moved, this.dropRect ?? from);
    else if (!change.before) flash(moved);
    this.refreshSoon();
  }

  /** After a drag: what came meanwhile. */
  release() {
    const held = this.held;
    this.held = [];
    for (const change of held) this.changed(change);
    if (this.mustReload) this.reload();
  }

  /** Whether this person may move the deal; says why not. */
  may(id) {
    const deal = store.get('deal', id);
    if (!deal || store.mayEdit(deal)) return true;
    const owner = store.member(deal.owner_id)?.name;
    toast({ text: owner ? t('board.not_yours', { name: owner }) : t('error.forbidden'), tone: 'bad' });
    return false;
  }

  /** From `rect`, where it was let go. `painted()` is called when it stands in its new place. */
  async move(id, stageID, { rect, painted } = {}) {
    if (!this.may(id)) return;
    // Once it is there, nothing is waited for: the card moves under the very key that asked.
    actions ??= await fetchActions();
    if (!actions) return;
    const { name } = store.get('deal', id);
    const stage = store.stage(this.pipeline.id, stageID);
    this.dropRect = rect;
    const sent = actions.moveDeal(id, stageID);
    this.dropRect = null;
    painted?.();
    if (stage?.kind === 'open') announce(t('board.moved', { name, stage: stage.name }));
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
      const data = await api.get(boardAddress(this.pipeline, this.view, filter));
      if (filter !== this.filter) return;
      this.data = data;
      this.at = Date.now();
      this.head.draw(data, filter);
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

  /** What the passing of a minute changes. */
  tick() {
    if (!this.node.isConnected || document.hidden || this.drag.active) return;
    for (const [id, node] of this.columns.nodes) {
      const deal = store.get('deal', id);
      if (!deal) continue;
      if (this.columns.belongs(deal) === this.columns.places.has(id)) freshen(node, deal);
      else this.columns.reconcile({ id, before: deal, after: deal }, { counted: false });
    }
  }

  // ---- adding

  async newDeal(stageID) {
    if (!store.mayAddDeals()) return;
    const adding = await fetchAdding();
    if (await adding?.newDeal(this.pipeline, stageID)) this.refreshSoon();
  }

  async quickAdd(stageID) {
    const adding = await fetchAdding();
    adding?.quickAdd(this.pipeline, this.columns.columns.get(stageID), () => this.refreshSoon());
  }

  // ---- leaving and coming back

  remember() {
    this.hands.actions.remove();
    this.scroll = {
      left: this.columns.node.scrollLeft,
      tops: new Map([...this.columns.columns].map(([id, column]) => [id, column.list.scrollTop])),
    };
  }

  restore() {
    if (!this.scroll) return;
    this.columns.node.scrollLeft = this.scroll.left;
    for (const [id, top] of this.scroll.tops) this.columns.columns.get(id).list.scrollTop = top;
    if (this.hands.last) this.columns.nodes.get(this.hands.last)?.firstChild.focus({ preventScroll: true });
  }

  dispose() {
    for (const stop of this.stops) stop();
    clearInterval(this.clock);
    clearTimeout(this.waiting);
    document.removeEventListener('visibilitychange', this.seen);
    this.columns.dispose();
  }
}

function flash(node) {
  node.classList.add('is-news');
  setTimeout(() => node.classList.remove('is-news'), 1200);
}
