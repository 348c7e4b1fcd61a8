import type { Unit } from '../units.ts';

/**
 * What an HTML flame graph holds, as JSON: every text and every frame once, nodes as flat arrays.
 * The texts are those of a traced process, with unsafe characters written out.
 */
export interface PageData {
  readonly modules: readonly string[];
  readonly files: readonly string[];
  /** A function is a name in a module; sorted. */
  readonly functions: {
    readonly name: readonly string[];
    /** Index into `modules`; -1 where it is not known. */
    readonly module: readonly number[];
    /** `#rrggbb` of those that have had one in other pictures, else null; missing where none has. */
    readonly colour?: readonly (string | null)[];
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
  readonly nodes: { readonly depth: readonly number[]; readonly frame: readonly number[] };
  readonly views: readonly PageView[];
  readonly look: PageLook;
}

export interface PageView {
  /** In links: `all`, `unfreed`, `resident`; empty where nobody knows. */
  readonly name: string;
  readonly columns: readonly PageColumn[];
}

export interface PageColumn {
  /** What it is called where it is chosen, and in links: what is counted, or the side of a differential. */
  readonly title: string;
  readonly unit: Unit;
  /** What is counted, in words: `bytes`, `calls`. */
  readonly countName: string;
  /** Per node. */
  readonly self: readonly number[];
}

/** How the page looks before anything is chosen. */
export interface PageLook {
  readonly colors: string;
  /** The root on top. */
  readonly inverted: boolean;
  /** Merged from the leaf. */
  readonly reverse: boolean;
}
