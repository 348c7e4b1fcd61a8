import { gunzipSync, strFromU8 } from 'fflate/browser';
import { kindsOf, sourceOf } from '../../profile/frame-words.ts';
import { ProfileTextReader } from '../../profile/text-reader.ts';
import type { Column, NodeIndex, Profile } from '../../profile.ts';
import { formatCount, formatIn } from '../../units.ts';
import { type Change, changeAmounts } from '../change-amounts.ts';
import type { PageLook } from '../document.ts';
import { type Face, flameFace } from '../face.ts';
import { type Box, type Tree, treeOf } from '../layout.ts';
import { shownOf } from '../shown.ts';
import { visible } from '../xml.ts';

/** What can be zoomed and searched: everything that was recorded, or only what is drawn. */
export interface Model {
  readonly tree: Tree;
  /** Per node, an index into `texts`; -1 for what is no function. */
  readonly frame: Int32Array;
  /** What the search looks at, per frame: its name, and what else is known of it. */
  readonly texts: readonly (readonly [name: string, details: string])[];
  readonly face: (box: Box) => Face;
  /** Pixels; what is narrower is gathered. */
  readonly minWidth: number;
  /** The same where a part is zoomed to. */
  readonly zoomMinWidth: number;
  /** Per node, of a differential. */
  readonly changes?: readonly (Change | undefined)[];
  /** Every function has a node. */
  readonly isComplete: boolean;
}

/** Pixels. Thousands of frames narrower than that take long to draw, and a further zoom shows them. */
const seenWidth = 0.5;

/** From the data in the picture if it can be had, else from what is drawn. */
export function readModel(svg: SVGSVGElement, frames: SVGGElement, look: PageLook): Model {
  return modelOfData(svg, look) ?? modelOfDrawing(frames, look);
}

function modelOfData(svg: SVGSVGElement, look: PageLook): Model | undefined {
  const data = svg.querySelector('.memstacks-profile');
  if (look.flame === undefined || data === null) return undefined;
  try {
    const { profile, column } = shownOf(readProfile(data.textContent!), look.flame);
    return modelOfProfile(profile, column, { ...look, flame: look.flame });
  } catch {
    // Somebody has changed the file: what is drawn can still be looked at.
    return undefined;
  }
}

function readProfile(base64: string): Profile {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
  const reader = new ProfileTextReader();
  for (const line of strFromU8(gunzipSync(bytes)).slice(0, -1).split('\n')) reader.take(line);
  return reader.finish();
}

function modelOfProfile(
  profile: Profile,
  column: Column,
  look: PageLook & Required<Pick<PageLook, 'flame'>>,
): Model {
  const tree = treeOf(profile, column);
  const texts = profile.frames.map(
    (frame) =>
      [visible(frame.name), visible([sourceOf(frame), ...kindsOf(frame)].join(' '))] as const,
  );
  return {
    tree,
    texts,
    frame: profile.frame,
    face: flameFace(profile, { ...look, ...look.flame, total: tree.total[0]! }),
    minWidth: look.flame.minWidth,
    zoomMinWidth: Math.max(look.flame.minWidth, seenWidth),
    isComplete: true,
  };
}

/** One box as it is drawn. */
interface Drawn extends Face {
  readonly start: number;
  readonly weight: number;
  readonly parent: NodeIndex;
}

/** A second line with weights is not what somebody searches. */
function detailsOf({ tooltip, change }: Drawn): string {
  const line = tooltip[1] ?? '';
  return change !== undefined && line.startsWith('total: ') ? '' : line;
}

function modelOfDrawing(frames: SVGGElement, look: PageLook): Model {
  const drawn = readBoxes(frames, look);
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
    texts: drawn.map((each) => [each.name, detailsOf(each)]),
    face: ({ node }) => drawn[node]!,
    changes: drawn.map(({ change }) => change),
    minWidth: 0,
    zoomMinWidth: 0,
    isComplete,
  };
}

function isFunction(className: string): boolean {
  return !className.split(' ').includes('other');
}

function readBoxes(frames: SVGGElement, look: PageLook): Drawn[] {
  const drawn: Drawn[] = [];
  const open: NodeIndex[] = [];
  for (const group of Array.from(frames.children) as SVGGElement[]) {
    const start = Number(group.dataset.start);
    // Every box has weight, so those that begin inside of another were called by it.
    while (open.length > 0 && endOf(drawn[open[open.length - 1]!]!) <= start) open.pop();
    const parent = open.length === 0 ? -1 : open[open.length - 1]!;
    open.push(drawn.push(readBox(group, look, { start, parent })) - 1);
  }
  return drawn;
}

function endOf({ start, weight }: Drawn): number {
  return start + weight;
}

function readBox(
  group: SVGGElement,
  look: PageLook,
  place: { start: number; parent: NodeIndex },
): Drawn {
  const weight = Number(group.dataset.weight);
  const tooltip = group.querySelector('title')!.textContent!.split('\n');
  const drawn = {
    ...place,
    weight,
    tooltip,
    fill: group.querySelector('rect')!.getAttribute('fill')!,
    className: group.getAttribute('class')!,
  };
  const { before, after } = group.dataset;
  if (before !== undefined) {
    const change = { before: Number(before), after: Number(after) };
    const name = tooltip[0]!.slice(0, tooltip[0]!.lastIndexOf(' ('));
    return { ...drawn, name, change, ...changeAmounts(change, look.scale) };
  }
  return {
    ...drawn,
    name: nameIn(tooltip[0]!, weight * (look.flame?.factor ?? 1)),
    amount: formatIn(weight * (look.flame?.factor ?? 1), look.scale),
  };
}

/** `NAME (32,768,000 bytes, 12.34%)` -> `NAME`; a name may itself hold such brackets. */
function nameIn(tooltip: string, shownWeight: number): string {
  const end = tooltip.lastIndexOf(` (${formatCount(Math.round(shownWeight))} `);
  return end < 0 ? tooltip : tooltip.slice(0, end);
}
