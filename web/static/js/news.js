// Applies the server's stream to the store; fetches the cards that a patch cannot describe.

import * as api from './api.js';
import * as store from './store.js';
import { ownEvents } from './mutations.js';

const wanted = new Set();
let timer = 0;
let keepsCards = () => false;

/** A board says whether it would show deals it has not met yet. */
export const whenUnknownDeal = (test) => (keepsCards = test);

/** Fetches cards by id, many in one request. */
export function wantCards(...ids) {
  for (const id of ids) if (id > 0) wanted.add(id);
  if (!timer && wanted.size) timer = setTimeout(fetchWanted, 60);
}

async function fetchWanted() {
  timer = 0;
  const ids = [...wanted].slice(0, 100);
  if (!ids.length) return;
  for (const id of ids) wanted.delete(id);
  try {
    const answer = await api.get(api.address('/ui/board/cards', { ids: ids.join(',') }));
    const found = new Set((answer?.cards ?? []).map((card) => card.id));
    for (const card of answer?.cards ?? []) store.put('deal', card);
    for (const id of ids) if (!found.has(id) && store.get('deal', id)) store.drop('deal', id);
  } catch {
    // The next change or reload brings them.
  }
  if (wanted.size && !timer) timer = setTimeout(fetchWanted, 60);
}

/** Columns that are plain values on a card; anything else is fetched. */
const PLAIN = new Set(['name', 'pipeline_id', 'stage_id', 'amount_minor', 'owner_id', 'stage_entered_at',
  'updated_at', 'version', 'closed_at', 'loss_reason_id', 'channel', 'is_rotting', 'expected_close_on']);

export function startNews() {
  store.subscribe('stream', (event) => {
    const { entity, id, patch } = event;
    if (entity === 'deal' || entity === 'lead') dealNews(event);
    else if (entity === 'task') {
      const parent = patch?.entity ?? { type: patch?.entity_type, id: patch?.entity_id };
      if (parent?.type === 'deal' && store.get('deal', parent.id)) wantCards(parent.id);
      if (patch && store.get('task', id)) store.patch('task', id, patch);
    } else if (store.get(entity, id) && patch) store.patch(entity, id, patch);
    store.emit('news', { ...event, own: ownEvents.has(event.event_id) });
  });
}

function dealNews({ id, type, patch, event_id: event }) {
  if (/_deleted$/.test(type) && /^(lead|deal)_/.test(type)) {
    store.drop('deal', id);
    return;
  }
  const known = store.get('deal', id);
  const plain = patch && Object.keys(patch).every((key) => PLAIN.has(key)) && Object.keys(patch).length > 0;
  if (known && plain) store.patch('deal', id, patch);
  else if (known || (!ownEvents.has(event) && keepsCards(patch))) wantCards(id);
}
