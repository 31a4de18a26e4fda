// Dates and phones as people of the tenant's country write them, and money by way of money.js. Times are Unix seconds.

import { lang, t } from './i18n.js';
import { setCurrency } from './money.js';

export { money, moneyShort, number, signed, percent, currencySign, parseMoney, plainMoney } from './money.js';

const DAY_S = 86400;
const NB = '\u00a0';
const MONTHS = {
  ru: ['янв', 'фев', 'мар', 'апр', 'мая', 'июн', 'июл', 'авг', 'сен', 'окт', 'ноя', 'дек'],
  en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
};
let zone = 'Europe/Moscow';
let skew_s = 0;
let formats = {};
/** [from, seconds ahead of UTC] as far as the server told. */
let told = [];
let toldUntil = 0;

export function setLocale({ timeZone, money, serverTime, clock }) {
  zone = timeZone || zone;
  if (money) setCurrency(money);
  if (serverTime) skew_s = serverTime - Date.now() / 1000;
  told = clock?.offsets ?? [];
  toldUntil = clock?.until ?? 0;
  formats = {};
  offsets.clear();
  dayNames.clear();
}

/** Now by the server's clock. */
export const now = () => Math.floor(Date.now() / 1000 + skew_s);

const tag = () => (lang === 'ru' ? 'ru-RU' : 'en-GB');
const make = (key, build) => (formats[key + lang] ??= build());
const date = (key, options) =>
  make(key, () => new Intl.DateTimeFormat(tag(), { timeZone: zone, ...options }));

// ---- days and times, in the tenant's zone

const two = (value) => (value < 10 ? '0' + value : String(value));
/** The wall clock of a moment, in seconds, as if it were UTC; and its day since 1970. */
const wall_s = (at) => at + offset_s(at);
const wallDay = (at) => Math.floor(wall_s(at) / DAY_S);

/** "2026-11-23" of a moment. */
export function dayKey(at) {
  const date = new Date(wall_s(at) * 1000);
  return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

/** Whole days from today to the moment's day: 0 today, 1 tomorrow, −1 yesterday. */
export const daysFromToday = (at) => wallDay(at) - wallDay(now());

const clocks = [];

export const time = (at) => clockOf(wall_s(at));
function clockOf(wall) {
  const minute = Math.floor(wall / 60) % 1440;
  return (clocks[minute] ??= `${two(Math.floor(minute / 60))}:${two(minute % 60)}`);
}

function dayMonth(key, withYear) {
  const text = `${+key.slice(8, 10)}${NB}${MONTHS[lang][+key.slice(5, 7) - 1]}`;
  return withYear ? `${text}${NB}${key.slice(0, 4)}` : text;
}
const otherYear = (key) => key.slice(0, 4) !== dayKey(now()).slice(0, 4);

/** «Сегодня», «Завтра», «Вчера» or «23 ноя». */
export const shortDay = (at) => nameOf(wallDay(at), at);

const dayNames = new Map();
let namedOn = null;

/** Said once a day for each day: a board asks a thousand times. */
function nameOf(day, at) {
  const today = wallDay(now());
  if (today !== namedOn) dayNames.clear();
  namedOn = today;
  let name = dayNames.get(day);
  if (name === undefined) dayNames.set(day, (name = newName(day - today, at)));
  return name;
}

function newName(days, at) {
  if (days === 0) return t('day.today');
  if (days === 1) return t('day.tomorrow');
  if (days === -1) return t('day.yesterday');
  const key = dayKey(at);
  return dayMonth(key, otherYear(key));
}

/** «Сегодня, 15:30», «23 ноя, 15:30». A deadline at the very end of a day is the day. */
export function moment(at) {
  const wall = wall_s(at);
  const clock = clockOf(wall);
  const day = nameOf(Math.floor(wall / DAY_S), at);
  return clock === '23:59' || clock === '00:00' ? day : `${day},${NB}${clock}`;
}

/** «Пятница, 20 ноября», for the rules between days of a feed. */
export function longDay(at) {
  const days = daysFromToday(at);
  if (days === 0) return t('day.today');
  if (days === -1) return t('day.yesterday');
  const year = otherYear(dayKey(at)) ? { year: 'numeric' } : {};
  const text = date('long' + !!year.year, { weekday: 'long', day: 'numeric', month: 'long', ...year })
    .format(at * 1000).replace(/\s+г\.$/, '').replace(/(\d) (?=\p{L})/u, `$1${NB}`);
  return text[0].toUpperCase() + text.slice(1);
}

/** "2026-11-30" → «30 ноября 2026». */
export function plainDate(key, { year = otherYear(key) } = {}) {
  const at = Date.UTC(+key.slice(0, 4), +key.slice(5, 7) - 1, +key.slice(8, 10), 12);
  return make('plain' + year, () => new Intl.DateTimeFormat(tag(), {
    timeZone: 'UTC', day: 'numeric', month: 'long', ...(year ? { year: 'numeric' } : {}),
  })).format(at).replace(/\s+г\.$/, '').replace(/ /g, NB);
}

/** «марта 2024»: with a day the month stands in the genitive, which is what «с …» needs. */
export const monthYear = (at) =>
  date('my', { day: 'numeric', month: 'long', year: 'numeric' }).formatToParts(at * 1000)
    .filter(({ type }) => type === 'month' || type === 'year').map(({ value }) => value).join(NB);

/** 18 мин, 2 ч, 4 д. */
export function span(seconds) {
  if (seconds < 3600) return spanOf('span.minutes', Math.max(1, Math.floor(seconds / 60)));
  if (seconds < DAY_S) return spanOf('span.hours', Math.floor(seconds / 3600));
  return spanOf('span.days', Math.floor(seconds / DAY_S));
}

const spanOf = (key, n) => (formats[`${key} ${n} ${lang}`] ??= t(key, { n }));

/** «5 дней», «3 часа», in words. */
export function spanWords(seconds) {
  if (seconds < 3600) return t('words.minutes', { n: Math.max(1, Math.round(seconds / 60)) });
  if (seconds < 86400) return t('words.hours', { n: Math.round(seconds / 3600) });
  return t('words.days', { n: Math.round(seconds / 86400) });
}

/** How a deadline looks: text and colour. */
export function due(at) {
  const left = at - now();
  if (left < 0) {
    const days = -daysFromToday(at);
    const late = days >= 1 ? t('due.late_days', { n: days }) : t('due.late', { time: time(at) });
    return { text: late, tone: 'red' };
  }
  return { text: moment(at), tone: daysFromToday(at) === 0 ? 'amber' : '' };
}

/** Wall-clock parts in the tenant's zone → Unix seconds. */
export function fromWall(year, month, day, hour = 0, minute = 0) {
  const wall = Date.UTC(year, month - 1, day, hour, minute) / 1000;
  let guess = wall;
  for (let pass = 0; pass < 2; pass++) guess = wall - offset_s(guess);
  return guess;
}

/**
 * How far the tenant's clock is ahead of UTC. The server told how it is put in the years around now; beyond them, a day on
 * which it is not put forward or back is asked about once.
 */
function offset_s(at) {
  if (at >= told[0]?.[0] && at < toldUntil) {
    let place = told.length - 1;
    while (told[place][0] > at) place--;
    return told[place][1];
  }
  const day = Math.floor(at / DAY_S) * DAY_S;
  const starts = offsetAt(day);
  return starts === offsetAt(day + DAY_S) ? starts : askOffset_s(at);
}

const offsets = new Map();

function offsetAt(midnight) {
  let found = offsets.get(midnight);
  if (found === undefined) offsets.set(midnight, (found = askOffset_s(midnight)));
  return found;
}

function askOffset_s(at) {
  const found = make('parts', () => new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
    hour: 'numeric', minute: 'numeric', second: 'numeric',
  })).formatToParts(at * 1000);
  const part = Object.fromEntries(found.map(({ type, value }) => [type, +value]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000 - at;
}

/** For <input type="datetime-local">, both ways. */
export const toLocalInput = (at) => `${dayKey(at)}T${time(at)}`;
export function fromLocalInput(text) {
  const found = /^(\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  return found ? fromWall(...found.slice(1).map(Number)) : null;
}

/** A moment `days` ahead at hour:minute by the tenant's clock. */
export function dayAt(days, hour, minute = 0) {
  const key = dayKey(now() + days * 86400);
  return fromWall(+key.slice(0, 4), +key.slice(5, 7), +key.slice(8, 10), hour, minute);
}

/** +7 916 204-18-33; other numbers as they came. */
export function phone(text) {
  const digits = String(text).replace(/\D/g, '');
  const russian = /^[78]?(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(digits);
  if (!russian || (digits.length === 11 && !/^[78]/.test(digits))) return String(text);
  const [, code, first, second, third] = russian;
  return `+7${NB}${code}${NB}${first}\u2011${second}\u2011${third}`;
}
export const phoneHref = (text) => 'tel:' + String(text).replace(/[^\d+]/g, '');
export const initials = (name) =>
  (name || '?').replace(/[«»"“”]/g, '').split(/\s+/).filter(Boolean).slice(0, 2)
    .map((word) => word[0].toUpperCase()).join('');
/** A stable hue of a name, for people who have none of their own. */
export const hueOf = (name) => {
  let sum = 7;
  for (const letter of name || '') sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
};
