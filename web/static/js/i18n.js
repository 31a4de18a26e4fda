// Catalogue of messages: {"key": "text {name}"} or {"key": {one, few, many, other}} chosen by {n}.

import { assets } from './dom.js';

let messages = {};
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
  return found[plural(values?.n ?? 0)] ?? found.other;
}

/** CLDR's category of a number; Intl.PluralRules says the same, and costs milliseconds of the first screen. */
export function plural(n) {
  if (lang === 'en') return n === 1 ? 'one' : 'other';
  if (!Number.isInteger(n)) return 'other';
  const ten = Math.abs(n) % 10;
  const teen = Math.abs(n) % 100;
  if (ten === 1 && teen !== 11) return 'one';
  return ten >= 2 && ten <= 4 && (teen < 12 || teen > 14) ? 'few' : 'many';
}

function shown(name, value) {
  if (name !== 'n' || typeof value !== 'number') return String(value ?? '');
  return Number.isInteger(value) && value >= 0 ? grouped(value)
    : value.toLocaleString(lang === 'ru' ? 'ru-RU' : 'en-US');
}

/** 1 234 567 of a whole number that is not below zero. */
export const grouped = (value) => value < 1000 ? String(value)
  : String(value).replace(/\B(?=(\d{3})+$)/g, lang === 'ru' ? '\u00a0' : ',');

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
