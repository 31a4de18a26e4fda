// Entities by type and id. What a screen sees = what the server said + what is on its way there.

import { t } from './i18n.js';

const tables = { deal: new Map(), task: new Map(), contact: new Map(), company: new Map() };
const listeners = new Map();

/** The stages that every pipeline closes a deal by. */
export const WON = 142;
export const LOST = 143;

/** Set once at start: user, tenant, members, pipelines, fields… of GET /ui/session. */
export const session = {};

export function openSession(found) {
  found.pipelines.forEach(nameClosings);
  Object.assign(session, found);
  session.memberByID = new Map(found.members.map((member) => [member.id, member]));
  session.pipelineByID = new Map(found.pipelines.map((line) => [line.id, line]));
  session.reasonByID = new Map((found.loss_reasons ?? []).map((reason) => [reason.id, reason]));
}

/** What a new pipeline calls its closing stages, in either language; a company that kept it reads its own words. */
const GIVEN_NAMES = { won: ['Успешно реализовано', 'Won'], lost: ['Закрыто и не реализовано', 'Lost'] };

function nameClosings({ stages }) {
  for (const stage of stages) if (GIVEN_NAMES[stage.kind]?.includes(stage.name)) stage.name = t('stage.' + stage.kind);
}

export const member = (id) => session.memberByID?.get(id);
export const pipeline = (id) => session.pipelineByID?.get(id);
export const stage = (pipelineID, stageID) =>
  pipeline(pipelineID)?.stages.find((found) => found.id === stageID);
const isAmong = (owners, deal) => !owners || owners.includes(deal.owner_id);
/** What this person may do to a deal: the server has the last word, a screen offers no more than this. */
export const mayEdit = (deal) => isAmong(session.user.edits_deals_of, deal);
export const mayDelete = (deal) => isAmong(session.user.deletes_deals_of, deal);
export const mayAddDeals = () => session.user.adds_deals;
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

/** Versions at which records were deleted: an answer that was read before and comes after must not bring one back. */
const deleted = new Map();

/** What the server said. An older version than the known one is ignored. */
export function put(type, record) {
  if (deleted.get(`${type} ${record.id}`) >= record.version) return;
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

/** It is not there, or not for this person; `version` when it was deleted. */
export function drop(type, id, version) {
  if (version !== undefined) deleted.set(`${type} ${id}`, version);
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
