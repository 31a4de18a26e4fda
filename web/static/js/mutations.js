// Optimistic writes: paint now, send in order per record, roll back with a sentence when refused.

import * as api from './api.js';
import { overlay } from './store.js';
import { t } from './i18n.js';
import { toast, writing } from './toast.js';

const queues = new Map();
const RETRY_MS = [400, 1200];
let inFlight = 0;
/** Events of our own writes, so that the stream's echo is not taken for news. */
export const ownEvents = new Set();

addEventListener('beforeunload', (event) => {
  if (inFlight > 0) event.preventDefault();
});

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function persevere(work) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const again = error instanceof api.Unreachable || error.status === 503;
      if (!again || attempt >= RETRY_MS.length) throw error;
      await pause(RETRY_MS[attempt]);
    }
  }
}

/** Runs `work` after the earlier writes of the same record. */
export function inOrder(key, work) {
  const turn = (queues.get(key) ?? Promise.resolve()).catch(() => {}).then(work);
  queues.set(key, turn);
  const done = () => queues.get(key) === turn && queues.delete(key);
  turn.then(done, done);
  return turn;
}

/**
 * Changes a record: `change` is laid over the store at once, `body` goes to `url`.
 * Resolves with the answer; on refusal rolls back, shows why (unless `quiet`) and throws.
 */
export function mutate({ type, id, change, url, body, key, quiet, extra }) {
  const layer = overlay(type, id, change);
  inFlight++;
  const done = inOrder(`${type}:${id}`, () => persevere(() => api.patch(url, body)))
    .then(
      (answer) => {
        const events = api.eventIDs(answer, key);
        for (const event of events) ownEvents.add(event);
        const version = answer?.version ?? answer?._embedded?.[key]?.[0]?.version;
        layer.keep({ ...(version === undefined ? {} : { version }), ...extra?.(answer) });
        return { answer, events };
      },
      (error) => {
        layer.revert();
        if (!quiet) complain(error);
        throw error;
      },
    )
    .finally(() => inFlight--);
  writing(done);
  return done;
}

/** A module that the first screen can do without: `fetched(() => import(…))`. */
export const fetched = (load) => load().catch((error) => {
  throw new api.Unreachable(error.message);
});

/** The same for what nobody waits for: nothing, and a word about it, when there is no connection to fetch it by. */
export const late = (load) => fetched(load).catch(complain);

/** Shows a failed write in the user's words. */
export function complain(error) {
  if (error instanceof api.Unreachable) toast({ text: t('error.offline'), tone: 'bad' });
  else if (error instanceof api.Refused) toast({ text: refusal(error), tone: 'bad' });
  else {
    toast({ text: t('error.unknown'), tone: 'bad' });
    throw error;
  }
}

export function refusal(error) {
  const [path] = error.fields?.keys() ?? [];
  const name = path && t('field.' + path.split('.').at(-1));
  if (name && !name.startsWith('field.') && !error.message.includes(name))
    return t('error.field', { field: name, text: error.message });
  if (error.status === 403) return error.body?.detail || t('error.forbidden');
  if (error.status === 412) return t('error.changed');
  if (error.status >= 500) return t('error.server');
  return error.message;
}
