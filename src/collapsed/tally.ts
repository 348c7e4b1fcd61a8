import type { StackTree } from './stack-tree.ts';

/** A line that could not be read. The text is the input's: hostile, and shortened. */
export interface Skipped {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly why: string;
}

/** What was found in a part of the text; lines are counted from its start. */
export interface Tally {
  lines: number;
  stackLines: number;
  decimalLines: number;
  /** Every stack's last word could be a count. */
  differential: boolean;
  /** The first ten. */
  readonly skipped: Skipped[];
  skippedLines: number;
  /** Why nothing after this line was read. */
  refused?: { readonly line: number; readonly why: string };
  /** What decimal counts have beside whole units, by node. */
  readonly millionths: Map<number, number>;
  /** Of what may be a differential: how many lines end at a node. */
  readonly ends: Map<number, number>;
}

/** Plain data, which one thread can hand to another. */
export interface Part {
  readonly tally: Tally;
  readonly tree: StackTree;
}

const skippedKept = 10;
const skippedTextBytes = 120;

/** @param differential that is what it may turn out to be */
export function emptyTally(differential: boolean): Tally {
  return {
    lines: 0,
    stackLines: 0,
    decimalLines: 0,
    differential,
    skipped: [],
    skippedLines: 0,
    millionths: new Map(),
    ends: new Map(),
  };
}

/** Notes the last of the lines so far as one that could not be read. */
export function skip(tally: Tally, line: Uint8Array, why: string): void {
  tally.skippedLines++;
  if (tally.skipped.length === skippedKept) return;
  const text = new TextDecoder().decode(line.subarray(0, skippedTextBytes));
  tally.skipped.push({ line: tally.lines, text, why });
}

/** Adds the tally of the part that follows, no differential; `nodes` are its nodes' new numbers. */
export function add(to: Tally, more: Tally, nodes: Int32Array): void {
  const placed = <T extends { readonly line: number }>(at: T) => ({
    ...at,
    line: to.lines + at.line,
  });
  to.skipped.push(...more.skipped.slice(0, skippedKept - to.skipped.length).map(placed));
  if (more.refused) to.refused ??= placed(more.refused);
  for (const [node, millionths] of more.millionths) addTo(to.millionths, nodes[node]!, millionths);
  to.lines += more.lines;
  to.stackLines += more.stackLines;
  to.decimalLines += more.decimalLines;
  to.skippedLines += more.skippedLines;
}

/** Adds to what a sparse column has for a node. */
export function addTo(sparse: Map<number, number>, node: number, more: number): void {
  sparse.set(node, (sparse.get(node) ?? 0) + more);
}
