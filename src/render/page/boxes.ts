/** What the page remembers of one frame of the picture. */
interface Box {
  readonly group: SVGGElement;
  readonly rect: SVGRectElement;
  readonly name: string;
  /** Its file and line, and whether it was inlined and the like; empty for most. */
  readonly details: string;
  readonly start: number;
  readonly weight: number;
  /** Of a differential. */
  readonly change: Change | undefined;
  /** Index of the box that called it, -1 for the root. */
  readonly parent: number;
  /** Index after the last box that it called, directly or not. */
  end: number;
  /** A function, and not the root or frames gathered for want of room. */
  readonly isFunction: boolean;
  /** As drawn at first; put back on reset. */
  readonly still: { readonly x: string; readonly width: string; readonly label: Element | null };
  label: Element | null;
}

interface Change {
  readonly before: number;
  readonly after: number;
}

interface Chart {
  readonly svg: SVGSVGElement;
  readonly frames: SVGGElement;
  /** In document order: a box is followed by all that it called. */
  readonly boxes: readonly Box[];
  readonly indexOf: ReadonlyMap<Element, number>;
  /** Every function has a box of its own. */
  readonly isComplete: boolean;
  /** Pixels. */
  readonly left: number;
  /** Pixels. */
  readonly room: number;
  /** Index of the box that fills the width; 0 when nothing is zoomed. */
  zoomed: number;
}

/** Pixels between neighbours, as in the static picture. */
const gap = 0.5;

function readChart(svg: SVGSVGElement): Chart {
  const frames = svg.querySelector<SVGGElement>('.frames')!;
  const boxes: Box[] = [];
  const indexOf = new Map<Element, number>();
  const open: number[] = [];
  for (const group of Array.from(frames.children) as SVGGElement[]) {
    const start = Number(group.dataset.start);
    for (let top = open.length; top > 0 && endsBefore(boxes[open[top - 1]!]!, start); top--) {
      boxes[open.pop()!]!.end = boxes.length;
    }
    indexOf.set(group, boxes.length);
    open.push(boxes.push(readBox(group, open.length === 0 ? -1 : open[open.length - 1]!)) - 1);
  }
  for (const index of open) boxes[index]!.end = boxes.length;
  const { x, width } = boxes[0]!.still;
  const isComplete = !frames.dataset.hidden && boxes.every((box, at) => at === 0 || box.isFunction);
  const [left, room] = [Number(x), Number(width) + gap];
  return { svg, frames, boxes, indexOf, isComplete, left, room, zoomed: 0 };
}

/** Every box has weight, so those that begin inside of another were called by it. */
function endsBefore(box: Box, start: number): boolean {
  return box.start + box.weight <= start;
}

function readBox(group: SVGGElement, parent: number): Box {
  const rect = group.querySelector('rect')!;
  const label = group.querySelector('text');
  const weight = Number(group.dataset.weight);
  const change = changeOf(group);
  const [first, second = ''] = group.querySelector('title')!.textContent!.split('\n');
  return {
    group,
    rect,
    weight,
    parent,
    label,
    change,
    name: change === undefined ? nameIn(first!, weight) : first!.slice(0, first!.lastIndexOf(' (')),
    details: change !== undefined && second.startsWith('total: ') ? '' : second,
    start: Number(group.dataset.start),
    end: 0,
    isFunction: !group.classList.contains('other'),
    still: { x: rect.getAttribute('x')!, width: rect.getAttribute('width')!, label },
  };
}

function changeOf({ dataset: { before, after } }: SVGGElement): Change | undefined {
  return before === undefined ? undefined : { before: Number(before), after: Number(after) };
}

/** `NAME (32,768,000 bytes, 12.34%)` -> `NAME`; a name may itself hold such brackets. */
function nameIn(tooltip: string, weight: number): string {
  return tooltip.slice(0, tooltip.lastIndexOf(` (${withCommas(weight)} `));
}

function withCommas(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
