import { deflateRawSync } from 'node:zlib';
import type { Frame } from '../frame.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import { ranksOf } from '../profile/frame-order.ts';
import { kindsOf } from '../profile/frame-words.ts';
import type { Column, FrameIndex, NodeIndex, Profile } from '../profile.ts';
import type { ColourMap } from './colour.ts';
import { depthFirst } from './depth-first.ts';
import { defaultCountName } from './header.ts';
import type { PageColumn, PageData, PageLook, PageView } from './page-data.ts';
import { visible } from './xml.ts';

export interface PageOptions {
  readonly look: PageLook;
  /** What is counted; default: the column's unit. */
  readonly countName?: string | undefined;
  /** By function, instead of the scheme's. */
  readonly palette?: ColourMap | undefined;
}

/** The data of a page: views of one source, as one tree that has the columns of all of them. */
export function pageData(views: readonly Profile[], options: PageOptions): PageData {
  const profile = views.length === 1 ? views[0]! : joined(views);
  const frames = sortedFrames(profile.frames);
  const order = depthFirst(profile, (frame) => frames.rank[frame]!);
  return {
    ...frameTables(frames.sorted, options.palette),
    nodes: {
      depth: order.depth,
      frame: order.nodes.map((node) => (node === 0 ? -1 : frames.rank[profile.frame[node]!]!)),
    },
    views: viewsOf(views, profile, { order: order.nodes, countName: options.countName }),
    look: options.look,
  };
}

/** The same as base64 of deflated JSON: 4 to 6 bytes a node. */
export function packed(data: PageData): string {
  return deflateRawSync(JSON.stringify(data)).toString('base64');
}

function joined(views: readonly Profile[]): Profile {
  const builder = new ProfileBuilder(views.flatMap(({ columns }) => columns));
  let firstColumn = 0;
  for (const view of views) {
    addTo(builder, view, firstColumn);
    firstColumn += view.columns.length;
  }
  return builder.build();
}

function addTo(builder: ProfileBuilder, view: Profile, firstColumn: number): void {
  const frames = view.frames.map((frame) => builder.frame(frame));
  const nodes = new Int32Array(view.parent.length);
  for (let node = 1; node < nodes.length; node++)
    nodes[node] = builder.child(nodes[view.parent[node]!]!, frames[view.frame[node]!]!);
  for (const [index, { self }] of view.columns.entries())
    for (let node = 0; node < nodes.length; node++)
      if (self[node]! > 0) builder.add(nodes[node]!, firstColumn + index, self[node]!);
}

interface SortedFrames {
  readonly sorted: readonly Frame[];
  /** Of each frame of the profile, its place among the sorted. */
  readonly rank: Int32Array;
}

function sortedFrames(frames: readonly Frame[]): SortedFrames {
  const rank = ranksOf(frames);
  const sorted: Frame[] = [];
  for (const [index, place] of rank.entries()) sorted[place] = frames[index]!;
  return { sorted, rank };
}

/** Interns texts in the order of their first use. */
class Texts {
  readonly all: string[] = [];
  readonly #indexes = new Map<string, number>();

  /** -1 for none. */
  index(text: string | undefined): number {
    if (text === undefined) return -1;
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.all.length);
    return this.all.push(visible(text)) - 1;
  }
}

function frameTables(frames: readonly Frame[], palette?: ColourMap) {
  const modules = new Texts();
  const files = new Texts();
  const functions = { name: [] as string[], module: [] as number[] };
  const colour: (string | null)[] = [];
  // Sorted by name and module first, so that the frames of a function are neighbours.
  const functionOf = frames.map((frame, index): FrameIndex => {
    const before = frames[index - 1];
    if (before === undefined || before.name !== frame.name || before.module !== frame.module) {
      functions.name.push(visible(frame.name));
      functions.module.push(modules.index(frame.module));
      colour.push(palette && Object.hasOwn(palette, frame.name) ? palette[frame.name]! : null);
    }
    return functions.name.length - 1;
  });
  const file = frames.map((frame) => files.index(frame.file));
  return {
    modules: modules.all,
    files: files.all,
    functions: palette === undefined ? functions : { ...functions, colour },
    frames: {
      function: functionOf,
      file,
      line: frames.map(({ line = 0 }) => line),
      kinds: frames.map((frame) => kindsOf(frame).join(' ')),
    },
  };
}

interface InOrder {
  readonly order: readonly NodeIndex[];
  readonly countName: string | undefined;
}

function viewsOf(views: readonly Profile[], profile: Profile, { order, countName }: InOrder) {
  const columns = [...profile.columns];
  const page = (column: Column, index: number, differential: boolean): PageColumn => {
    // It was given for what collapsed stacks count: the first column, and there the only one.
    const given = index === 0 || differential ? countName : undefined;
    const counts = visible(given ?? defaultCountName(column));
    const title = differential ? column.name : counts;
    return { title, unit: column.unit, countName: counts, self: selfOf(column, order) };
  };
  return views.map(
    (view): PageView => ({
      name: view.meta.view ?? '',
      columns: columns
        .splice(0, view.columns.length)
        .map((column, index) => page(column, index, view.meta.differential !== undefined)),
    }),
  );
}

function selfOf({ self }: Column, order: readonly NodeIndex[]): number[] {
  return order.map((node) => self[node]!);
}
