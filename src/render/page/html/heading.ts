import { formatAmount, type Unit } from '../../../units.ts';
import type { FunctionWeights } from './functions.ts';

/** A column of the table. */
export interface Heading {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly isText: boolean;
  /** Pixels; the name has what is left. */
  readonly width?: number;
  compare(a: FunctionWeights, b: FunctionWeights): number;
  text(row: FunctionWeights): string;
  tooltip(row: FunctionWeights): string;
  /** Of the longest bar, 0 to 1. */
  share(row: FunctionWeights): number;
  /** Class of a cell whose bar has another colour than the others. */
  className?(row: FunctionWeights): string;
}

/**
 * Pixels of a column with room for such an amount: of 13 px a digit is at most 0.64 em wide, a letter of "bytes" 0.55 on
 * average, a comma 0.32.
 */
export function widthFor(amount: string, least: number): number {
  const count = (characters: RegExp) => amount.match(characters)?.length ?? 0;
  const text = 8.4 * count(/[\d+]/g) + 7.2 * count(/[a-z]/gi) + 4.2 * count(/[ ,.]/g);
  return Math.max(least, Math.ceil(18 + text));
}

/** Of these amounts the one that takes most room: none of bytes takes more than one short of a KiB. */
export function longestOf(amounts: readonly number[], unit: Unit): string {
  const isLongest = (amount: number) => unit === 'bytes' && amount >= 1000 && amount < 1024;
  const most = amounts.reduce((most, amount) => Math.max(most, amount), 0);
  return formatAmount(amounts.find(isLongest) ?? most, unit);
}

/** What the table of a view has. */
export interface Headings {
  /** Over the headings: what so many of them have in common. */
  readonly groups: readonly { readonly title: string; readonly span: number }[];
  readonly headings: readonly Heading[];
  /** Of the heading sorted by before another is chosen. */
  readonly first: string;
  /** `#rrggbb` of a function. */
  colour(row: FunctionWeights): string;
}

export type WeightKind = 'total' | 'self';

/** What there are three headings of each, in a table of changes and of growth. */
export const weightKinds: readonly { readonly kind: WeightKind; readonly hint: string }[] = [
  { kind: 'total', hint: 'with all that the function calls; recursion counts once' },
  { kind: 'self', hint: 'what the function allocates itself' },
];

export const weightGroups: Headings['groups'] = [
  { title: '', span: 1 },
  { title: 'Total', span: 3 },
  { title: 'Self', span: 3 },
];
