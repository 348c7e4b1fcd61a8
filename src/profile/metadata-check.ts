import type { Column, Profile } from '../profile.ts';
import { runColumn, sides } from './differential.ts';
import type { Metadata } from './metadata.ts';
import { normalizations, views } from './metadata.ts';
import { pageKinds, type Residency } from './residency.ts';
import { snapshotColumns } from './steadiness.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isDuration: Check = (value) => Number.isFinite(value) && (value as number) >= 0;
const isTime: Check = (value) => isText(value) && !Number.isNaN(Date.parse(value as string));

function isOneOf(...words: readonly string[]): Check {
  return (value) => words.some((word) => word === value);
}

function isListOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

/** Fields that are not known are allowed: a later version may have them. */
function isObject(needed: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const fields = value as Record<string, unknown>;
    return (
      Object.entries(needed).every(([key, check]) => check(fields[key])) &&
      Object.entries(optional).every(([key, check]) => !(key in fields) || check(fields[key]))
    );
  };
}

const isWeight = isObject({ bytes: isCount, calls: isCount });
const isOmission = isObject(
  { reason: isText, calls: isCount },
  { bytes: isCount, noun: isOneOf('call', 'fault', 'event') },
);
const isStop = isObject(
  { reason: isText, weight: isWeight },
  { module: isText, partly: isFlag, replaced: isFlag },
);
const isNameless = isObject(
  { module: isText, symbols: isOneOf('none', 'dynsym'), weight: isWeight },
  { buildId: isText },
);
const isQuality = isObject(
  {
    unwind: isOneOf('auto', 'dwarf', 'fp'),
    maxFrames: isCount,
    total: isWeight,
    complete: isWeight,
    framePointers: isWeight,
    stops: isListOf(isStop),
    nameless: isListOf(isNameless),
  },
  { addresses: isFlag },
);

const residencyChecks: { readonly [Key in keyof Required<Residency>]: Check } = {
  process: isText,
  pageSize: isCount,
  kinds: isListOf(isOneOf(...pageKinds)),
  before: isCount,
  after: isCount,
  rss: isObject({ before: isCount }, { after: isCount }),
  explained: isCount,
  withoutFault: isCount,
  freed: isCount,
  swappedOut: isCount,
  copied: isCount,
  again: isCount,
  swapped: isCount,
  zero: isCount,
  released: isCount,
  upperBound: isFlag,
};
const { rss, ...residencyNeeded } = residencyChecks;
const isResidency = isObject(residencyNeeded, { rss });

const isMetadata: Check = (value) =>
  isObject({})(value) && wrongField(value as Record<string, unknown>) === undefined;
const isRun = isObject({
  name: isText,
  total: isCount,
  factor: (value) => Number.isFinite(value) && (value as number) >= 0,
  meta: isMetadata,
});
const isDifferential = isObject({
  before: isListOf(isRun),
  after: isListOf(isRun),
  normalized: isOneOf(...normalizations),
  threshold: isCount,
});
const isContainedView = isObject({ columns: isCount, meta: isMetadata });

const checks: { readonly [Key in keyof Required<Metadata>]: Check } = {
  view: isOneOf(...views),
  host: isText,
  kernel: isText,
  tool: isText,
  targets: isListOf(isText),
  start: isTime,
  durationMs: isDuration,
  estimated: isText,
  snapshots: isListOf(isCount),
  filters: isListOf(isText),
  filtered: isListOf(isOmission),
  lost: isListOf(isOmission),
  stacks: isQuality,
  residency: isListOf(isResidency),
  notes: isListOf(isText),
  differential: isDifferential,
  views: isListOf(isContainedView),
};

/** The first field of what should be metadata that is not what it should be; undefined if all are. */
export function wrongField(meta: Readonly<Record<string, unknown>>): string | undefined {
  return Object.entries(checks).find(([key, check]) => key in meta && !check(meta[key]))?.[0];
}

/** The first column that the metadata tell of and that is not there; undefined if all are. */
export function missingColumn({ columns, meta }: Profile): string | undefined {
  const names = new Set(columns.map(({ name }) => name));
  return columnsToldBy(meta, columns[0]!).find((name) => !names.has(name));
}

function columnsToldBy({ differential, snapshots }: Metadata, first: Column): string[] {
  const ofSnapshots = snapshotColumns(first, snapshots).map(({ name }) => name);
  if (differential === undefined) return ofSnapshots;
  const repeated = sides.filter((side) => differential[side].length > 1);
  const ofRuns = repeated.flatMap((side) =>
    differential[side].map((_, index) => runColumn(side, index)),
  );
  return [...sides, ...ofRuns, ...ofSnapshots];
}
