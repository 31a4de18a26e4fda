// «завтра 15:00 позвонить» → the task's text and its deadline, in Russian and English.

import * as format from './format.js';

const DAYS = { ru: ['вс', 'пн', 'вт', 'ср', 'чт', 'пт', 'сб'], en: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };
const LONG = ['воскресенье', 'понедельник', 'вторник', 'сред[уа]', 'четверг', 'пятниц[уа]', 'суббот[уа]'];
const MONTHS = ['янв', 'фев', 'мар', 'апр', 'ма[йя]', 'июн', 'июл', 'авг', 'сен', 'окт', 'ноя', 'дек'];
const MONTHS_EN = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const PARTS = [[/утром|in the morning|morning/, 9], [/дн[её]м|at noon|noon|in the afternoon|afternoon/, 13], [/вечером|in the evening|tonight|evening/, 18]];
const UNITS = [[/^(?:мин|min)/, 60], [/^(?:ч|hour|hr|h$)/, 3600], [/^(?:д|day)/, 86400], [/^(?:нед|week)/, 7 * 86400]];
const MORNING = 10;
const EVENING = 18;

/** A whole word: letters of both scripts count, which \b does not know. */
const word = (source) => new RegExp(`(?<![\\p{L}\\d])(?:${source})(?![\\p{L}\\d])[.,]?`, 'iu');

/**
 * `at` is the deadline in Unix seconds by the company's clock, `isSaid` whether the words named it
 * (else it is this evening, or tomorrow morning), `text` what is left of them.
 */
export function readDue(words) {
  const left = { text: words };
  const take = (source) => {
    const found = word(source).exec(left.text);
    if (found) left.text = left.text.slice(0, found.index) + ' ' + left.text.slice(found.index + found[0].length);
    return found;
  };
  const span = takeSpan(take);
  const day = span?.seconds < 86400 ? null : span ? span.seconds / 86400 : takeDay(take);
  const clock = span?.seconds < 86400 ? null : takeClock(take);
  const text = left.text.replace(/\s+/g, ' ').replace(/^[\s,.:;—–-]+|[\s,:;—–-]+$/g, '');
  if (span?.seconds < 86400) return { text, at: Math.ceil((format.now() + span.seconds) / 300) * 300, isSaid: true };
  return { text, at: moment(day, clock), isSaid: day !== null || clock !== null };
}

/** «через 2 часа», «через полчаса», «in an hour». */
function takeSpan(take) {
  if (take('через\\s+полчаса|in\\s+half\\s+an\\s+hour')) return { seconds: 1800 };
  const found = take('(?:через|in)\\s+(?:(\\d{1,3}|an?)\\s+)?(мин\\p{L}*|час\\p{L}*|ч|д[ен]\\p{L}*|недел\\p{L}*|min\\p{L}*|hours?|hrs?|h|days?|weeks?)');
  if (!found) return null;
  const unit = UNITS.find(([pattern]) => pattern.test(found[2].toLowerCase()))?.[1];
  return unit ? { seconds: (Number(found[1]) || 1) * unit } : null;
}

/** Whole days from today; null when no day is named. */
function takeDay(take) {
  if (take('послезавтра|day\\s+after\\s+tomorrow')) return 2;
  if (take('завтра|tomorrow|tmr')) return 1;
  if (take('сегодня|today')) return 0;
  const date = takeDate(take);
  if (date !== null) return date;
  const today = new Date(format.dayKey(format.now()) + 'T00:00Z').getUTCDay();
  for (let at = 0; at < 7; at++) {
    const named = take(`(?:(?:в|во|on|next)\\s+)?(?:${LONG[at]}|${DAYS.ru[at]}|${DAYS.en[at]}(?:day|sday|nesday|rsday|urday)?)`);
    if (named) return ((at - today + 6) % 7) + 1;
  }
  return null;
}

/** «25 ноября», «25.11», «25.11.2027», «Nov 25». A date that is over is meant for the next year. */
function takeDate(take) {
  const dotted = take('(\\d{1,2})\\.(\\d{1,2})(?:\\.(\\d{4}|\\d{2}))?(?!\\d)');
  if (dotted && +dotted[1] <= 31 && +dotted[2] >= 1 && +dotted[2] <= 12)
    return daysTo(+dotted[1], +dotted[2], dotted[3] && (dotted[3].length === 2 ? 2000 + +dotted[3] : +dotted[3]));
  for (let at = 0; at < 12; at++) {
    const name = `(?:${MONTHS[at]}|${MONTHS_EN[at]})\\p{L}*`;
    const found = take(`(\\d{1,2})(?:st|nd|rd|th)?\\s+${name}`) ?? take(`${name}\\s+(\\d{1,2})(?:st|nd|rd|th)?`);
    if (found) return daysTo(+found[1], at + 1);
  }
  return null;
}

function daysTo(day, month, year) {
  const key = format.dayKey(format.now());
  const today = Date.UTC(+key.slice(0, 4), +key.slice(5, 7) - 1, +key.slice(8, 10));
  let at = Date.UTC(year ?? +key.slice(0, 4), month - 1, day);
  if (!year && at < today) at = Date.UTC(+key.slice(0, 4) + 1, month - 1, day);
  return Math.round((at - today) / 864e5);
}

/** [hour, minute] or null. */
function takeClock(take) {
  const exact = take('(?:(?:в|к|at|by)\\s+)?([01]?\\d|2[0-3])[:.]([0-5]\\d)\\s*(am|pm)?');
  if (exact) return [hourOf(exact[1], exact[3]), +exact[2]];
  const english = take('(?:(?:at|by)\\s+)?(1[0-2]|0?[1-9])\\s*(am|pm)');
  if (english) return [hourOf(english[1], english[2]), 0];
  const russian = take('(?:в|к)\\s+([01]?\\d|2[0-3])(?:\\s*(?:ч|час|часа|часов))?(?:\\s+(утра|дня|вечера))?') ?? take('at\\s+([01]?\\d|2[0-3])()');
  if (russian) return [hourOf(russian[1], /дня|вечера/.test(russian[2] ?? '') ? 'pm' : null), 0];
  const part = PARTS.find(([pattern]) => take(pattern.source));
  return part ? [part[1], 0] : null;
}

const hourOf = (text, half) => (half?.toLowerCase() === 'pm' && +text < 12 ? +text + 12 : half?.toLowerCase() === 'am' && +text === 12 ? 0 : +text);

function moment(day, clock) {
  const now = format.now();
  if (clock) {
    const at = format.dayAt(day ?? 0, ...clock);
    return day === null && at <= now ? format.dayAt(1, ...clock) : at;
  }
  const evening = format.dayAt(0, EVENING);
  if (day) return format.dayAt(day, MORNING);
  if (evening > now + 900) return evening;
  return day === 0 ? Math.ceil((now + 3600) / 900) * 900 : format.dayAt(1, MORNING);
}
