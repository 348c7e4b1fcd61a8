import { childNodes } from '../../profile/children.ts';
import type { NodeIndex } from '../../profile.ts';
import { counted, countedMatches, formatCount } from '../../units.ts';
import { roomFor } from '../draw.ts';
import type { Box } from '../layout.ts';
import type { Found } from './find.ts';
import { boxesOf, type Chart } from './view.ts';

/** So many frames are marked at once; of more, the wide ones first and the others piece by piece. */
const markedAtOnce = 1500;
/** Milliseconds in which the reader sees what is marked, and goes on typing. */
const pause = 30;

/** Marks what matches, and in another way gathered frames with a match among them or above. */
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
    const { classList } = groups[at]!;
    const isHit = reach !== undefined && isMarked(box, reach);
    classList.toggle('hit', isHit);
    classList.toggle('among', isHit && box.gathered > 0);
  };
}

/** `, 3 matches among them`, of gathered frames and all that they call; or nothing. */
export function matchesInWords({ model }: Chart, { reach }: Found, box: Box): string {
  if (reach === undefined || box.lighterThan === undefined) return '';
  const { children, total } = model().tree;
  const isThere = (node: NodeIndex) => reach[node]! > 0;
  const isNarrow = (node: NodeIndex) => isThere(node) && total[node]! < box.lighterThan!;
  const pending = [...childNodes(children, box.node)].filter(isNarrow);
  let matches = 0;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (reach[node] === 2) matches++;
    pending.push(...childNodes(children, node).filter(isThere));
  }
  return matches === 0 ? '' : `, ${countedMatches(matches)} among them`;
}

/** `2 of 5: matched 12.34% of all: 5 frames, 1.2 MiB`, and the same in few words: `2 of 5, 12.34%`. */
export function foundInWords(
  { kind, look, model }: Chart,
  found: Found,
  match: number,
): readonly [words: string, few: string] {
  // What was too narrow to be drawn, or gathered into one box, cannot be searched without the data.
  const least = model().isComplete ? '' : 'at least ';
  const words = `matched ${least}${kind.foundInWords(found, model(), look)}`;
  const count = found.nodes.length;
  const few = `, ${least}${kind.foundBriefly(found, model(), look)}`;
  if (match < 0) return [words, counted(count, 'frame') + few];
  const at = `${formatCount(match + 1)} of ${formatCount(count)}`;
  return [`${at}: ${words}`, at + few];
}
