import { gunzipSync, strFromU8 } from 'fflate/browser';
import { kindsOf, sourceOf } from '../../profile/frame-words.ts';
import type { NodeIndex, Profile } from '../../profile.ts';
import type { PageLook } from '../document.ts';
import type { Face } from '../face.ts';
import { type Box, treeOf } from '../layout.ts';
import { visible } from '../xml.ts';
import { bytesOf, profileOf } from './embedded-profile.ts';
import type { Searchable } from './find.ts';
import type { BoxLabel, DrawnWords, Kind, Shown } from './kind.ts';

/** What can be zoomed and searched: everything that was recorded, or only what is drawn. */
export interface Model extends Searchable {
  readonly face: (box: Box) => Face;
  /** Pixels; what is narrower is gathered. */
  readonly minWidth: number;
  /** The same where a part is zoomed to. */
  readonly zoomMinWidth: number;
  /** Every function has a node. */
  readonly isComplete: boolean;
}

/** Pixels. Thousands of frames narrower than that take long to draw, and a further zoom shows them. */
const seenWidth = 0.5;

/** From the data in the picture if it can be had, else from what is drawn. */
export function readModel(drawn: Drawn, kind: Kind): Model {
  return modelOfData(drawn, kind) ?? modelOfDrawing(drawn, kind);
}

interface Drawn {
  readonly svg: SVGSVGElement;
  readonly frames: SVGGElement;
  readonly look: PageLook;
}

function modelOfData({ svg, look }: Drawn, kind: Kind): Model | undefined {
  const data = svg.querySelector('.memstacks-profile');
  if (data === null) return undefined;
  try {
    return modelOfShown(kind.again(readProfile(data.textContent!), look), look);
  } catch {
    // Somebody has changed the file: what is drawn can still be looked at.
    return undefined;
  }
}

function readProfile(base64: string): Profile {
  return profileOf(strFromU8(gunzipSync(bytesOf(base64))));
}

/** Of what is shown, names as they are seen. */
export function modelOfShown(
  { profile, tree, face, changes }: Shown,
  { minWidth }: Pick<PageLook, 'minWidth'>,
): Model {
  const texts = profile.frames.map(
    (frame) =>
      [visible(frame.name), visible([sourceOf(frame), ...kindsOf(frame)].join(' '))] as const,
  );
  return {
    tree,
    texts,
    frame: profile.frame,
    face,
    minWidth,
    zoomMinWidth: Math.max(minWidth, seenWidth),
    isComplete: true,
    ...(changes && {
      changeAt: (node) => ({ before: changes.before[node]!, after: changes.after[node]! }),
    }),
  };
}

/** One box as it is drawn. */
interface DrawnBox extends Face {
  readonly start: number;
  readonly weight: number;
  readonly parent: NodeIndex;
}

function modelOfDrawing({ frames, look }: Drawn, kind: Kind): Model {
  const drawn = readBoxes(frames, (words) => kind.labelOf(words, look));
  const self = Float64Array.from(drawn, ({ weight }) => weight);
  for (const { parent, weight } of drawn) if (parent >= 0) self[parent] = self[parent]! - weight;
  const frame = Int32Array.from(drawn, ({ className }, node) =>
    isFunction(className) ? node : -1,
  );
  const profile: Profile = {
    frame,
    frames: drawn,
    parent: Int32Array.from(drawn, ({ parent }) => parent),
    columns: [{ name: '', unit: 'count', self }],
    meta: {},
  };
  const tree = treeOf(profile, profile.columns[0]!);
  const isComplete = !look.hides && frame.every((each, node) => each >= 0 || node === 0);
  return {
    tree: { ...tree, compare: (a, b) => a - b },
    frame,
    texts: drawn.map((each) => [each.name, kind.detailsIn(each.tooltip)]),
    face: ({ node }) => drawn[node]!,
    ...(look.widths && { changeAt: (node) => drawn[node]!.change! }),
    minWidth: 0,
    zoomMinWidth: 0,
    isComplete,
  };
}

function isFunction(className: string): boolean {
  return !className.split(' ').includes('other');
}

function readBoxes(frames: SVGGElement, labelOf: (drawn: DrawnWords) => BoxLabel): DrawnBox[] {
  const drawn: DrawnBox[] = [];
  const open: NodeIndex[] = [];
  for (const group of Array.from(frames.children) as SVGGElement[]) {
    const start = Number(group.dataset.start);
    // Every box has weight, so those that begin inside of another were called by it.
    while (open.length > 0 && endOf(drawn[open[open.length - 1]!]!) <= start) open.pop();
    const parent = open.length === 0 ? -1 : open[open.length - 1]!;
    const words = { words: tooltipOf(group)[0]!, data: group.dataset };
    open.push(drawn.push({ ...labelOf(words), ...readBox(group), start, parent }) - 1);
  }
  return drawn;
}

function endOf({ start, weight }: DrawnBox): number {
  return start + weight;
}

function readBox(group: SVGGElement): Omit<DrawnBox, keyof BoxLabel | 'start' | 'parent'> {
  return {
    weight: Number(group.dataset.weight),
    tooltip: tooltipOf(group),
    fill: group.querySelector('rect')!.getAttribute('fill')!,
    className: group.getAttribute('class')!,
  };
}

function tooltipOf(group: SVGGElement): string[] {
  return group.querySelector('title')!.textContent!.split('\n');
}
