import type { Unit } from '../profile.ts';

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
}
