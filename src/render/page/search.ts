import type { NodeIndex } from '../../profile.ts';
import { counted, formatIn } from '../../units.ts';
import { changeAmounts } from '../change-amounts.ts';
import { roomFor } from '../draw.ts';
import type { Box } from '../layout.ts';
import type { Model } from './model.ts';
import { boxesOf, type Chart } from './view.ts';

export interface Query {
  readonly text: string;
  readonly isRegExp: boolean;
  readonly isCaseSensitive: boolean;
}

export interface Found {
  /** What matches, in the order of the picture: from below, then from the left. */
  readonly nodes: readonly NodeIndex[];
  /** Weight of the matches, where one stands on another only that of the lower. */
  readonly weight: number;
  /** Matches that stand on no other one. */
  readonly outer: readonly NodeIndex[];
  /** Per node, whether it or anything that it calls matches; undefined where nothing does. */
  readonly reach: Uint8Array | undefined;
}

export const nothing: Found = { nodes: [], outer: [], weight: 0, reach: undefined };

/** What functions are matched against; undefined for a regular expression that is none. */
export function matcherFor({ text, isRegExp, isCaseSensitive }: Query): RegExp | undefined {
  const source = isRegExp ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  try {
    return new RegExp(source, isCaseSensitive ? '' : 'i');
  } catch {
    return undefined;
  }
}

/** All functions that match, also those that are too narrow to be drawn. */
export function find({ tree, frame, texts }: Model, matcher: RegExp): Found {
  const hits = texts.map(
    ([name, more]) => matcher.test(name) || (more !== '' && matcher.test(more)),
  );
  const isHit = (node: NodeIndex): boolean =>
    frame[node]! >= 0 && hits[frame[node]!]! && tree.total[node]! > 0;
  const { parent, total } = tree;
  const covered = new Uint8Array(parent.length);
  const reach = new Uint8Array(parent.length);
  const outer: NodeIndex[] = [];
  for (let node = 0; node < parent.length; node++) {
    const below = node > 0 && covered[parent[node]!] === 1;
    const hit = isHit(node);
    covered[node] = below || hit ? 1 : 0;
    if (!hit) continue;
    reach[node] = 2;
    if (!below) outer.push(node);
  }
  for (let node = parent.length - 1; node > 0; node--)
    if (reach[node]! > 0) reach[parent[node]!]! ||= 1;
  const weight = outer.reduce((sum, node) => sum + total[node]!, 0);
  return { nodes: inDrawingOrder({ tree }, reach), outer, weight, reach };
}

/** Those with 2 in `reach`; subtrees with 0 are not walked. */
function inDrawingOrder({ tree }: Pick<Model, 'tree'>, reach: Uint8Array): NodeIndex[] {
  const nodes: NodeIndex[] = [];
  const pending: NodeIndex[] = reach[0] === 0 ? [] : [0];
  const { start, nodes: children } = tree.children;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (reach[node] === 2) nodes.push(node);
    const below = children.slice(start[node], start[node + 1]).filter((each) => reach[each]! > 0);
    below.sort((a, b) => tree.compare(b, a));
    for (const each of below) pending.push(each);
  }
  return nodes;
}

/** So many frames are marked at once; of more, the wide ones first and the others piece by piece. */
const markedAtOnce = 1500;
/** Milliseconds in which the reader sees what is marked, and goes on typing. */
const pause = 30;

/** Marks what matches, and gathered frames with a match among them. */
export function highlight(chart: Chart, { reach }: Found): void {
  if (reach === undefined && chart.boxes === undefined) return;
  window.clearTimeout(chart.timer);
  const boxes = boxesOf(chart);
  const mark = markerOf(chart, boxes, reach);
  if (boxes.length <= markedAtOnce) {
    boxes.forEach(mark);
    return;
  }
  const pixel = boxes[0]!.weight / roomFor(chart.look);
  boxes.forEach((box, at) => {
    if (box.weight >= pixel) mark(box, at);
  });
  const markFrom = (from: number) => {
    const end = Math.min(from + markedAtOnce, boxes.length);
    for (let at = from; at < end; at++) mark(boxes[at]!, at);
    if (end < boxes.length) chart.timer = window.setTimeout(markFrom, pause, end);
  };
  chart.timer = window.setTimeout(markFrom, pause, 0);
}

function markerOf(chart: Chart, boxes: readonly Box[], reach: Found['reach']) {
  const groups = chart.shown.children;
  const drawn = new Set(boxes.filter(({ gathered }) => gathered === 0).map(({ node }) => node));
  const { start, nodes } = chart.model().tree.children;
  const isMarked = ({ node, gathered }: Box, among: Uint8Array): boolean => {
    if (gathered === 0) return among[node] === 2;
    const below = nodes.subarray(start[node], start[node + 1]);
    return below.some((each) => among[each]! > 0 && !drawn.has(each));
  };
  return (box: Box, at: number): void => {
    groups[at]!.classList.toggle('hit', reach !== undefined && isMarked(box, reach));
  };
}

export function foundInWords(chart: Chart, found: Found): string {
  const { nodes, weight } = found;
  if (chart.model().changes?.[0] !== undefined) return changesInWords(chart, found);
  const { tree, isComplete } = chart.model();
  const all = tree.total[0]!;
  const share = all === 0 ? 0 : (100 * weight) / all;
  const amount = formatIn(weight * (chart.look.flame?.factor ?? 1), chart.look.scale);
  // What was too narrow to be drawn, or gathered into one box, cannot be searched without the data.
  const least = isComplete ? '' : 'at least ';
  return `matched ${least}${share.toFixed(2)}% of all: ${counted(nodes.length, 'frame')}, ${amount}`;
}

/** `matched 4 frames: 6.77 MiB to 6.82 MiB, +0.05 MiB, +0.7%` */
function changesInWords(chart: Chart, { nodes, outer }: Found): string {
  const { changes = [], isComplete } = chart.model();
  const sum = (side: 'before' | 'after') =>
    outer.reduce((total, node) => total + changes[node]![side], 0);
  const { amount } = changeAmounts(
    { before: sum('before'), after: sum('after') },
    chart.look.scale,
  );
  return `matched ${isComplete ? '' : 'at least '}${counted(nodes.length, 'frame')}: ${amount}`;
}
