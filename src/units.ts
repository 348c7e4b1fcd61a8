import { signOf } from './growth.ts';

/** What weights are counted in. */
export type Unit = 'bytes' | 'count' | 'pages';

/** A unit that several amounts are shown in, so that they can be compared at a glance. */
export interface Scale {
  /** What follows the number; empty for plain counts. */
  readonly unit: string;
  /** How many of the column's own units make one. */
  readonly size: number;
  /** Digits after the point. */
  readonly digits: number;
}

const byteUnits = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 1536 -> "1.5 KiB"; exact below 1024: "812 bytes". Binary units, locale-free. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${formatCount(bytes)} bytes`;
  return formatIn(bytes, { ...binaryScale(bytes), digits: 1 });
}

/** "1 call", "1,234 calls" */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** "1 match", "1,234 matches" */
export function countedMatches(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'match' : 'matches'}`;
}

/** 1234567 -> "1,234,567" */
export function formatCount(count: number): string {
  const text = String(count);
  if (text.includes('e')) return text;
  const point = text.indexOf('.');
  let end = point < 0 ? text.length : point;
  let groups = text.slice(end);
  // Not by a regular expression: pictures have thousands of counts, and it would take most of their time.
  for (const first = count < 0 ? 1 : 0; end - first > 3; end -= 3)
    groups = `,${text.slice(end - 3, end)}${groups}`;
  return text.slice(0, end) + groups;
}

/** An amount by itself: "1.5 KiB", "812 bytes", "1,234". */
export function formatAmount(amount: number, unit: Unit): string {
  return unit === 'bytes' ? formatBytes(amount) : formatCount(amount);
}

/** A change, always with its sign: "+1.5 KiB", "-12"; "0 bytes" for none. */
export function formatChange(change: number, unit: Unit): string {
  return `${signOf(change)}${formatAmount(Math.abs(change), unit)}`;
}

/** The one scale for a picture whose largest amount is `largest`, in `unit`. */
export function scaleFor(largest: number, unit: Unit): Scale {
  if (unit !== 'bytes') return { unit: '', size: 1, digits: 0 };
  if (largest < 1024) return { unit: 'bytes', size: 1, digits: 0 };
  return binaryScale(largest);
}

/** The time that a rate is told for. */
export interface RatePeriod {
  readonly words: 'a second' | 'a minute';
  readonly seconds: number;
}

/** A minute, unless less was traced: nobody knows how a minute would have gone on. */
export function ratePeriodOf(tracedMs = 0): RatePeriod {
  return tracedMs < 60_000 ? { words: 'a second', seconds: 1 } : { words: 'a minute', seconds: 60 };
}

/** What so many bytes a second, not 0, are in a period: "+1.2 MiB", "+<1 byte". */
export function formatRate(perSecond: number, { seconds }: RatePeriod): string {
  const bytes = Math.round(seconds * perSecond);
  return bytes === 0 ? `${signOf(perSecond)}<1 byte` : formatChange(bytes, 'bytes');
}

/** What an amount is shown as in a scale, in its last digits: 12.34 MiB are 123 of 0.1 MiB. */
function stepsOf(amount: number, { size, digits }: Scale): number {
  return Math.round(Number((amount / size).toFixed(digits)) * 10 ** digits);
}

/**
 * The change between two amounts that are shown in a scale, by what is shown of them, so that one can check it:
 * "+0.04 MiB" from 0.10 to 0.14, also where it is nearer to 0.05. "-<0.01 MiB" where both are shown alike.
 */
export function formatChangeIn(before: number, after: number, scale: Scale): string {
  const steps = Math.abs(stepsOf(after, scale) - stepsOf(before, scale));
  const least = Math.min(1, Math.abs(after - before));
  const size = (steps * scale.size) / 10 ** scale.digits;
  return signOf(after - before) + formatIn(steps === 0 ? least : size, scale);
}

/** An amount in a scale, and to the byte: "4.95 MiB (5,190,451 bytes)"; only the latter where that is all. */
export function formatExactly(amount: number, scale: Scale, countName: string): string {
  const exact = `${formatCount(amount)} ${countName}`;
  return scale.size === 1 ? exact : `${formatIn(amount, scale)} (${exact})`;
}

/** An amount in a scale: "12.3 MiB"; what would round to zero is "<0.1 MiB". */
export function formatIn(amount: number, scale: Scale): string {
  const unit = amount === 1 && scale.unit === 'bytes' ? 'byte' : scale.unit;
  const suffix = unit === '' ? '' : ` ${unit}`;
  if (scale.size === 1) return `${formatCount(amount)}${suffix}`;
  const text = (amount / scale.size).toFixed(scale.digits);
  const isZero = amount > 0 && Number(text) === 0;
  return `${isZero ? `<${(10 ** -scale.digits).toFixed(scale.digits)}` : text}${suffix}`;
}

/** The largest unit that does not begin with "0.", for 1024 bytes and more. */
function binaryScale(bytes: number): Scale {
  let power = 1;
  // 1023.95 would be shown as 1024.0 of the smaller unit.
  while (bytes / 1024 ** power >= 1023.95 && power < byteUnits.length) power++;
  const size = 1024 ** power;
  return { unit: byteUnits[power - 1]!, size, digits: bytes / size < 10 ? 2 : 1 };
}

/**
 * 0.123 of 1 -> "12.3%". Only all is "100%" and only nothing "0%": what would be rounded to them is
 * ">99.9%" and "<0.1%".
 */
export function formatShare(part: number, whole: number): string {
  if (part === 0) return '0%';
  if (part === whole) return '100%';
  const text = ((100 * part) / whole).toFixed(1);
  if (text === '0.0') return '<0.1%';
  return text === '100.0' ? '>99.9%' : `${text}%`;
}

/** 5002 -> "5.0 s", 61000 -> "1 min 1 s" */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
