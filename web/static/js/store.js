// Entities by type and id. What a screen sees = what the server said + what is on its way there.

const tables = { deal: new Map(), task: new Map(), contact: new Map(), company: new Map() };
const listeners = new Map();

/** Set once at start: user, tenant, members, pipelines, fields… of GET /ui/session. */
export const session = {};

export function openSession(found) {
  Object.assign(session, found);
  session.memberByID = new Map(found.members.map((member) => [member.id, member]));
  session.pipelineByID = new Map(found.pipelines.map((line) => [line.id, line]));
  session.reasonByID = new Map((found.loss_reasons ?? []).map((reason) => [reason.id, reason]));
}

export const member = (id) => session.memberByID?.get(id);
export const pipeline = (id) => session.pipelineByID?.get(id);
export const stage = (pipelineID, stageID) =>
  pipeline(pipelineID)?.stages.find((found) => found.id === stageID);
export const mainPipeline = () => session.pipelines.find((line) => line.is_main) ?? session.pipelines[0];

function row(type, id) {
  let found = tables[type].get(id);
  if (!found) tables[type].set(id, (found = { base: null, pending: [], view: null }));
  return found;
}

function refresh(type, id, found) {
  const before = found.view;
  // `base` is replaced, never changed, so it can be shown as it is.
  found.view = found.base === null || !found.pending.length ? found.base
    : Object.assign({}, found.base, ...found.pending.map((p) => p.patch));
  emit(type, { id, before, after: found.view });
}

/** Whether records of this type are known here at all. */
export const keeps = (type) => type in tables;

export const get = (type, id) => tables[type].get(id)?.view ?? null;

/** Every record of a type that is known now. */
export const all = (type) => [...tables[type].values()].map((found) => found.view).filter(Boolean);

/** What the server said. An older version than the known one is ignored. */
export function put(type, record) {
  const found = row(type, record.id);
  if (found.base && record.version !== undefined && found.base.version > record.version) return;
  found.base = found.base ? { ...found.base, ...record } : record;
  refresh(type, record.id, found);
}

export function patch(type, id, change) {
  const found = tables[type].get(id);
  if (!found?.base) return false;
  if (change.version !== undefined && found.base.version > change.version) return true;
  found.base = { ...found.base, ...change };
  refresh(type, id, found);
  return true;
}

export function drop(type, id) {
  const found = tables[type].get(id);
  if (!found) return;
  found.base = null;
  found.pending = [];
  refresh(type, id, found);
  tables[type].delete(id);
}

/** Lays an unconfirmed change over a record; gives `keep(answer)` and `revert()`. */
export function overlay(type, id, change) {
  const found = row(type, id);
  const entry = { patch: change };
  found.pending.push(entry);
  refresh(type, id, found);
  const lift = () => {
    const place = found.pending.indexOf(entry);
    if (place >= 0) found.pending.splice(place, 1);
  };
  return {
    keep(answer = {}) {
      lift();
      const older = found.base && answer.version !== undefined && found.base.version > answer.version;
      if (found.base && !older) found.base = { ...found.base, ...change, ...answer };
      refresh(type, id, found);
    },
    revert() {
      lift();
      refresh(type, id, found);
    },
  };
}

export function subscribe(type, work) {
  if (!listeners.has(type)) listeners.set(type, new Set());
  listeners.get(type).add(work);
  return () => listeners.get(type).delete(work);
}

export function emit(type, change) {
  for (const work of listeners.get(type) ?? []) work(change);
}
