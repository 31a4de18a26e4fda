// Catalogue of messages: {"key": "text {name}"} or {"key": {one, few, many, other}} chosen by {n}.

import { assets } from './dom.js';

let messages = {};
let plural;
let number;
export let lang = 'ru';

export async function loadMessages(language) {
  lang = language === 'en' ? 'en' : 'ru';
  const response = await fetch(`${assets}/i18n/${lang}.json`);
  if (!response.ok) throw new Error('i18n ' + response.status);
  messages = await response.json();
}

function pattern(key, values) {
  const found = messages[key];
  if (found === undefined) return key;
  if (typeof found === 'string') return found;
  // Made when first needed: each costs milliseconds of the first screen.
  plural ??= new Intl.PluralRules(lang);
  return found[plural.select(values?.n ?? 0)] ?? found.other;
}

function shown(name, value) {
  if (name !== 'n' || typeof value !== 'number') return String(value ?? '');
  if (Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
  number ??= new Intl.NumberFormat(lang === 'ru' ? 'ru-RU' : 'en-US');
  return number.format(value);
}

export const has = (key) => messages[key] !== undefined;

export function t(key, values) {
  const text = pattern(key, values);
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (_, name) => shown(name, values[name]));
}

/** As `t`, but a value may be a node: gives an array for `h`. */
export function parts(key, values = {}) {
  return pattern(key, values)
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((piece) => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      if (!name) return piece;
      const value = values[name];
      return value instanceof Node ? value : shown(name, value);
    });
}

const PREPOSITION = /(^|[\s(«])(в|во|на|с|со|к|ко|и|о|об|у|от|до|за|из|по|для|не|но|а|№|a|an|the|of|to|in|on|at|for)\s+/giu;

/** User text for display: short words keep to the next one, numbers to their noun. */
export const tidy = (text) =>
  (text ?? '')
    .replace(PREPOSITION, '$1$2\u00a0')
    .replace(PREPOSITION, '$1$2\u00a0')
    .replace(/(\d)\s+(?=[\p{L}%₽])/gu, '$1\u00a0');
