// The deals this person opened last, kept in the browser.

import { emit, session } from './store.js';

const LIMIT = 6;
const key = () => `voronka.recent.${session.tenant?.id}.${session.user?.id}`;

export function recent() {
  try {
    return JSON.parse(localStorage.getItem(key())) ?? [];
  } catch {
    return [];
  }
}

export function remember(deal) {
  const list = [deal, ...recent().filter((one) => one.id !== deal.id)].slice(0, LIMIT);
  localStorage.setItem(key(), JSON.stringify(list));
  emit('recent', list);
}
