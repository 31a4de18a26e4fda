// Applies the server's stream to the store; fetches the cards that a patch cannot describe.

import * as api from './api.js';
import * as store from './store.js';
import { ownEvents } from './mutations.js';

const wanted = new Set();
const BATCH = 100;
/** Beyond so many cards, loading the board again is cheaper for everyone. */
const WANTED_MAX = 500;
const GATHER_MS = 40;
let timer = 0;
let fetching = false;
let keepsCards = () => false;
const SETUP = new Set(['pipeline', 'loss_reason', 'custom_field']);
let setup = 0;

/** A board says whether it would show deals it has not met yet. */
export const whenUnknownDeal = (test) => (keepsCards = test);

/** Fetches cards by id, many in one request, one request at a time: a late answer is never older. */
export function wantCards(...ids) {
  for (const id of ids) if (id > 0) wanted.add(id);
  if (wanted.size > WANTED_MAX) {
    wanted.clear();
    store.emit('reset', {});
  }
  schedule();
}

function schedule() {
  if (!timer && !fetching && wanted.size) timer = setTimeout(fetchWanted, GATHER_MS);
}

async function fetchWanted() {
  timer = 0;
  fetching = true;
  const ids = [...wanted].slice(0, BATCH);
  for (const id of ids) wanted.delete(id);
  let reached = true;
  try {
    const answer = await api.get(api.address('/ui/board/cards', { ids: ids.join(',') }));
    const found = new Set((answer?.cards ?? []).map((card) => card.id));
    for (const card of answer?.cards ?? []) store.put('deal', card);
    for (const id of ids) if (!found.has(id) && store.get('deal', id)) store.drop('deal', id);
  } catch {
    // Asked for again as soon as the connection is back.
    for (const id of ids) wanted.add(id);
    reached = false;
  }
  fetching = false;
  if (reached) schedule();
}

/** Columns that a patch may carry and a card shows as they are. */
const PLAIN = ['name', 'pipeline_id', 'stage_id', 'amount_minor', 'owner_id', 'stage_entered_at', 'updated_at',
  'version', 'closed_at', 'loss_reason_id', 'channel', 'expected_close_on', 'next_task'];
/** Our own changes of these are on the screen already, whole. */
const WHOLE = new Set(['lead_status_changed', 'sale_field_changed', 'name_field_changed', 'entity_responsible_changed']);

export function startNews() {
  store.subscribe('connection', ({ up }) => up && schedule());
  store.subscribe('stream', (event) => {
    const { entity, id, patch } = event;
    const own = ownEvents.has(event.event_id);
    if (entity === 'deal') dealNews(event, own);
    else if (entity === 'contact' || entity === 'company') partyNews(event);
    else if (SETUP.has(entity)) setupNews();
    // Of what is kept here; a tag or a colleague is not.
    if (entity !== 'deal' && patch && store.keeps(entity) && store.get(entity, id)) store.patch(entity, id, patch);
    store.emit('news', { ...event, own });
  });
}

/** Pipelines, stages, reasons and fields are in what every screen knows: it is read anew, then the screens. */
function setupNews() {
  clearTimeout(setup);
  setup = setTimeout(async () => {
    try {
      store.openSession(await api.get('/ui/session'));
      store.emit('reset', {});
    } catch {
      // The connection is gone: the stream brings a reset, or this again, when it is back.
    }
  }, GATHER_MS);
}

/** What the patch says is painted at once; tags, people and tasks, which it does not say, are fetched. */
function dealNews({ id, type, patch }, own) {
  if (type === 'lead_deleted') {
    store.drop('deal', id, patch?.version);
    return;
  }
  if (!store.get('deal', id)) {
    if (!own && keepsCards(patch)) wantCards(id);
    return;
  }
  const plain = Object.fromEntries(PLAIN.filter((key) => patch && key in patch).map((key) => [key, patch[key]]));
  if (Object.keys(plain).length) store.patch('deal', id, plain);
  if (!own || !WHOLE.has(type)) wantCards(id);
}

/** Cards name their client: a new name is a new line on each of his cards. */
function partyNews({ entity, id, type, patch }) {
  const gone = type === `${entity}_deleted` || type === `${entity}_restored`;
  if (!gone && !patch?.name) return;
  for (const deal of store.all('deal')) {
    if (deal[entity]?.id !== id) continue;
    if (gone) wantCards(deal.id);
    else if (deal[entity].name !== patch.name)
      store.patch('deal', deal.id, { [entity]: { ...deal[entity], name: patch.name } });
  }
}
