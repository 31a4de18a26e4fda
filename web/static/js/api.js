// Talks to the server: private JSON of screens under /ui, writes under /api/v4.

import { lang } from './i18n.js';

/** What the server refused, in the user's words; `fields` maps a dotted path to its sentence. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.detail || body?.title || `HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.fields = new Map();
    for (const item of body?.['validation-errors'] ?? [])
      for (const { path, detail } of item.errors ?? []) this.fields.set(path, detail);
    const [first] = this.fields.values();
    if (first) this.message = first;
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {}

let onSignedOut = () => {};
export const whenSignedOut = (work) => (onSignedOut = work);

const TIMEOUT_MS = 20_000;

async function send(method, url, body, { headers, signal, keepalive } = {}) {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let response;
  try {
    response = await fetch(url, {
      method,
      credentials: 'same-origin',
      keepalive,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headers: {
        Accept: 'application/json, application/problem+json',
        'Accept-Language': lang,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(error.message);
  }
  if (response.status === 204) return null;
  const text = await response.text();
  let json = null;
  try {
    json = text ? JSON.parse(text) : null;
  } catch {
    if (response.ok) throw new Refused(502, { detail: 'not JSON' });
  }
  if (response.ok) return json;
  if (response.status === 401 && !url.startsWith('/ui/sign-')) onSignedOut();
  throw new Refused(response.status, json);
}

export const get = (url, options) => send('GET', url, undefined, options);
export const post = (url, body, options) => send('POST', url, body ?? {}, options);
export const patch = (url, body, options) => send('PATCH', url, body, options);
export const remove = (url, options) => send('DELETE', url, undefined, options);

/** "/ui/board", {pipeline: 1, view: null} → "/ui/board?pipeline=1" */
export function address(path, query = {}) {
  const search = new URLSearchParams();
  for (const key in query)
    if (query[key] !== undefined && query[key] !== null && query[key] !== '') search.set(key, query[key]);
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** The id in an amoCRM list answer, or in a flat one. */
export const newID = (answer, key) => answer?._embedded?.[key]?.[0]?.id ?? answer?.id ?? null;
export const eventIDs = (answer, key) =>
  answer?.event_ids ?? answer?._embedded?.[key]?.[0]?.event_ids ?? [];
