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

const others = (id) => recent().filter((one) => one.id !== id);

export const remember = (deal) => keep([deal, ...others(deal.id)].slice(0, LIMIT));
export const forget = (id) => keep(others(id));

function keep(list) {
  localStorage.setItem(key(), JSON.stringify(list));
  emit('recent', list);
}
