// Sums and numbers as people write them. Without Intl, whose first format costs a board ten milliseconds; a test holds each to it.

import { lang, grouped } from './i18n.js';

const NB = '\u00a0';
const SIGNS = { RUB: '₽', USD: '$', EUR: '€', KZT: '₸', UAH: '₴', GBP: '£' };
const SCALES = { ru: ['', 'тыс.', 'млн', 'млрд', 'трлн'], en: ['', 'K', 'M', 'B', 'T'] };
let currency = 'RUB';
let formats = {};

export function setCurrency(code) {
  currency = code;
  formats = {};
}

const point = () => (lang === 'ru' ? ',' : '.');
const tag = () => (lang === 'ru' ? 'ru-RU' : 'en-US');

/** A currency without a sign of its own stands as Intl has it. */
const foreign = (more) => (formats[Object.keys(more) + lang] ??= new Intl.NumberFormat(tag(), {
  style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...more }));

function withSign(text, sign, below) {
  const sum = lang === 'ru' ? text + NB + sign : sign + text;
  return below ? '−' + sum : sum;
}

/** 1 234 567 ₽; kopecks are for documents. */
export function money(minor) {
  const whole = Math.trunc((minor ?? 0) / 100);
  const sign = SIGNS[currency];
  if (sign) return withSign(grouped(Math.abs(whole)), sign, whole < 0);
  return foreign({ maximumFractionDigits: 0 }).format(whole).replace(/-/, '−');
}

/** 8,46 млн ₽: three significant figures from a hundred thousand on. */
export function moneyShort(minor) {
  const size = Math.abs(minor ?? 0);
  if (size < 100_000_00) return money(minor);
  const sign = SIGNS[currency];
  if (!sign) return foreign({ notation: 'compact', maximumSignificantDigits: 3 }).format(minor / 100).replace(/-/, '−');
  // Rounded while it is whole: the figure that is cut off is then exact.
  const step = 10 ** (String(size).length - 3);
  const round = Math.round(size / step) * step;
  const scale = Math.min(4, Math.floor((String(round).length - 3) / 3));
  const figure = String(+(round / 100 / 1000 ** scale).toPrecision(3)).replace('.', point());
  return withSign(figure + (lang === 'ru' ? NB : '') + SCALES[lang][scale], sign, minor < 0);
}

export function number(value, digits = 0) {
  const rounded = Math.abs(value).toFixed(digits);
  const [whole, part] = rounded.split('.');
  const rest = part?.replace(/0+$/, '');
  const text = grouped(+whole) + (rest ? point() + rest : '');
  return value < 0 && +rounded ? '−' + text : text;
}

export const signed = (value, digits = 0) => (value > 0 ? '+' : '') + number(value, digits);

export const percent = (value, digits = 0) => number(value, digits) + (lang === 'ru' ? NB + '%' : '%');

/** The symbol alone, for the end of an input. */
export const currencySign = () =>
  SIGNS[currency] ?? foreign({ maximumFractionDigits: 0 }).formatToParts(0).find((part) => part.type === 'currency')?.value ?? currency;

/** "186 000,50" → 18600050; null when it is not an amount (13 digits keep minor units exact). */
export function parseMoney(text) {
  const clean = String(text).replace(/[\s\u00a0\u202f₽$€]/g, '').replace(',', '.');
  if (clean === '') return 0;
  if (!/^\d{1,13}(\.\d{1,2})?$/.test(clean)) return null;
  const [whole, part = ''] = clean.split('.');
  return Number(whole) * 100 + Number((part + '00').slice(0, 2));
}

export const plainMoney = (minor) => {
  const whole = Math.trunc((minor ?? 0) / 100);
  const rest = (minor ?? 0) % 100;
  return number(whole) + (rest ? point() + String(rest).padStart(2, '0') : '');
};
