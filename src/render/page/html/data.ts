import type { Frame } from '../../../frame.ts';
import { ranksOf } from '../../../profile/frame-order.ts';
import { kindsOf } from '../../../profile/frame-words.ts';
import type { Column, FrameIndex, Profile } from '../../../profile.ts';
import type { ColourMap } from '../../colour.ts';
import { depthFirst, weightsAt } from '../../depth-first.ts';
import type { PageLook } from '../../page-look.ts';
import { visible } from '../../xml.ts';
import { type PageView, pageViews, type ViewedProfile } from './views.ts';

/**
 * A page's profile, made ready: every text once. The texts are those of a traced process, with unsafe
 * characters written out.
 */
export interface PageData {
  readonly modules: readonly string[];
  readonly files: readonly string[];
  /** A function is a name in a module; sorted. */
  readonly functions: {
    readonly name: readonly string[];
    /** As the process has it: not to be shown, only to be coloured by. */
    readonly rawName: readonly string[];
    /** Index into `modules`; -1 where it is not known. */
    readonly module: readonly number[];
    /** `#rrggbb` of those that have had one in other pictures, else undefined. */
    readonly colour: readonly (string | undefined)[];
  };
  /** Sorted: siblings are drawn in the order of their frames. */
  readonly frames: {
    readonly function: readonly number[];
    /** Index into `files`; -1 where it is not known. */
    readonly file: readonly number[];
    /** Counted from 1; 0 where it is not known. */
    readonly line: readonly number[];
    /** `kernel`, `inlined`, `JIT`; joined by a blank. */
    readonly kinds: readonly string[];
  };
  /** Depth first, siblings sorted; the first is the root, with depth 0 and frame -1. */
  readonly nodes: { readonly depth: Int32Array; readonly frame: Int32Array };
  readonly views: readonly PageView[];
  readonly look: PageLook;
}

/** What a page shows. */
export function pageData(profile: Profile, look: PageLook): PageData {
  const rank = ranksOf(profile.frames);
  const sorted: Frame[] = [];
  for (const [index, place] of rank.entries()) sorted[place] = profile.frames[index]!;
  const { nodes, depth } = depthFirst(profile, (frame) => rank[frame]!);
  return {
    ...frameTables(sorted, look.palette),
    nodes: {
      depth,
      frame: nodes.map((node) => (node === 0 ? -1 : rank[profile.frame[node]!]!)),
    },
    views: pageViews(inOrder(profile, nodes), look.countName),
    look,
  };
}

/** The columns of a profile, their nodes in another order. */
function inOrder({ columns, meta }: Profile, nodes: Int32Array): ViewedProfile {
  const ordered = (column: Column) => ({ ...column, self: weightsAt(column.self, nodes) });
  return { meta, columns: columns.map(ordered) };
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

function frameTables(frames: readonly Frame[], palette: ColourMap = {}) {
  const modules = new Texts();
  const files = new Texts();
  const name: string[] = [];
  const rawName: string[] = [];
  const module: number[] = [];
  const colour: (string | undefined)[] = [];
  // Sorted by name and module first, so that the frames of a function are neighbours.
  const functionOf = frames.map((frame, index): FrameIndex => {
    const before = frames[index - 1];
    if (before === undefined || before.name !== frame.name || before.module !== frame.module) {
      name.push(visible(frame.name));
      rawName.push(frame.name);
      module.push(modules.index(frame.module));
      colour.push(Object.hasOwn(palette, frame.name) ? palette[frame.name]! : undefined);
    }
    return name.length - 1;
  });
  const file = frames.map((frame) => files.index(frame.file));
  return {
    modules: modules.all,
    files: files.all,
    functions: { name, rawName, module, colour },
    frames: {
      function: functionOf,
      file,
      line: frames.map(({ line = 0 }) => line),
      kinds: frames.map((frame) => kindsOf(frame).join(' ')),
    },
  };
}
