import type { FunctionWeights } from './functions.ts';

/** A column of the table. */
export interface Heading {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly isText: boolean;
  compare(a: FunctionWeights, b: FunctionWeights): number;
  text(row: FunctionWeights): string;
  tooltip(row: FunctionWeights): string;
  /** Of the longest bar, 0 to 1. */
  share(row: FunctionWeights): number;
  /** Class of a cell whose bar has another colour than the others. */
  className?(row: FunctionWeights): string;
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
