// What can be done to a deal from anywhere: move, win, lose, create, undo.

import { t } from './i18n.js';
import * as api from './api.js';
import * as store from './store.js';
import { WON, LOST } from './store.js';
import { mutate, complain, late, ownEvents } from './mutations.js';
import { toast } from './toast.js';
import { now } from './format.js';

/** Moves a deal; asks for the reason first when it is lost. Resolves when the server agreed. */
export async function moveDeal(id, stageID, { pipelineID } = {}) {
  const deal = store.get('deal', id);
  const target = pipelineID ?? deal?.pipeline_id;
  if (!deal || (deal.stage_id === stageID && deal.pipeline_id === target)) return false;
  const stage = store.stage(target, stageID);
  let reason;
  if (stageID === LOST) {
    reason = await askReason();
    if (reason === null) return false;
  }
  const closing = stageID === WON || stageID === LOST;
  const before = {
    stage_id: deal.stage_id, pipeline_id: deal.pipeline_id, stage_entered_at: deal.stage_entered_at,
    is_rotting: deal.is_rotting, closed_at: deal.closed_at ?? null, loss_reason_id: deal.loss_reason_id ?? null,
  };
  const sent = mutate({
    type: 'deal', id, key: 'leads', url: `/api/v4/leads/${id}`,
    change: {
      stage_id: stageID, pipeline_id: target, stage_entered_at: now(), is_rotting: false,
      closed_at: closing ? now() : null, loss_reason_id: reason || null,
    },
    body: { status_id: stageID, pipeline_id: target, ...(reason ? { loss_reason_id: reason } : {}) },
  });
  const text = t(stageID === WON ? 'toast.won' : stageID === LOST ? 'toast.lost' : 'toast.moved', {
    name: short(deal.name), stage: stage?.name,
  });
  toast({ text, undo: () => undo(sent, id, before) });
  sent.catch(() => {});
  return sent.then(() => true, () => false);
}

const short = (name) => (name.length > 44 ? name.slice(0, 42).trimEnd() + '…' : name);

/** Takes back what `sent` did: at once on the screen, then on the server. */
async function undo(sent, id, before) {
  const done = await sent.catch(() => null);
  if (!done?.events.length) return;
  const layer = store.overlay('deal', id, before);
  try {
    const answer = await api.post(`/ui/undo/${done.events[0]}`);
    for (const event of api.eventIDs(answer, 'leads')) ownEvents.add(event);
    layer.keep(answer?.version === undefined ? {} : { version: answer.version });
    store.emit('touched', { entity: 'deal', id });
    toast({ text: t('toast.undone') });
  } catch (error) {
    layer.revert();
    if (error.status === 409) toast({ text: t('error.undo_changed'), tone: 'bad' });
    else complain(error);
  }
}

/** Changes fields of a deal, with undo in the toast; throws Refused for the caller's field. */
export async function updateDeal(id, change, body, { text } = {}) {
  const deal = store.get('deal', id);
  const before = Object.fromEntries(Object.keys(change).map((key) => [key, deal?.[key] ?? null]));
  const sent = mutate({
    type: 'deal', id, key: 'leads', url: `/api/v4/leads/${id}`, change, body, quiet: true,
  });
  const done = await sent;
  if (text) toast({ text, undo: done.events.length ? () => undo(sent, id, before) : undefined });
  return done;
}

/** Asks why the deal is lost; null when the person thought better of it, 0 when there are no reasons. */
export const askReason = async () => (await (await late(() => import('./deal-new.js')))?.askReason()) ?? null;
