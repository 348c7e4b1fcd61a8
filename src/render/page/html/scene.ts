import type { Swatch } from '../../swatch.ts';
import type { Label } from './label.ts';
import type { Placed, Visible } from './visible.ts';

/** What is to be drawn. */
export interface Scene {
  /** Callers before what they call. */
  readonly boxes: readonly Placed[];
  readonly rows: number;
  /** Pixels. */
  readonly width: number;
  /** The root on top. */
  readonly inverted: boolean;
  readonly isDark: boolean;
  /** For paper: all rows, and not only those in sight. */
  readonly isWhole: boolean;
  label(box: Visible): Label;
  /** What the legend explains, or `#rrggbb`; undefined for a box that is not to be seen. */
  fill(box: Visible): Swatch | string | undefined;
  mark(box: Visible): Mark;
}

/** `chosen`: of the function chosen; `cursor`: where the keyboard is. */
export type Mark = 'none' | 'chosen' | 'cursor';

/** Draws scenes, in whatever way. */
export interface Drawing {
  draw(scene: Scene): void;
  boxAt(event: MouseEvent): Placed | undefined;
  remove(): void;
}

/** Pixels from one row to the next. */
export const rowHeight = 20;
/** Pixels between neighbours. */
export const gap = 1;

/** How a box is painted, and what is written on it. */
export interface Paint {
  /** Of the box alone: a faded label could not be read. */
  readonly opacity: number;
  readonly name: string;
  readonly amount: string;
}

const plain: Paint = { opacity: 1, name: '#000000', amount: 'rgb(0 0 0 / 62%)' };
const faded: Paint = { ...plain, opacity: 0.65 };
/** So dark that all of it can be read in white. */
const fadedInTheDark: Paint = { opacity: 0.35, name: '#ffffff', amount: 'rgb(255 255 255 / 85%)' };

export function paintOf({ isDark }: Pick<Scene, 'isDark'>, { fade }: Pick<Visible, 'fade'>): Paint {
  if (!fade) return plain;
  return isDark ? fadedInTheDark : faded;
}

/** Pixels from the top to a row of boxes. */
export function rowTop({ rows, inverted }: Scene, depth: number): number {
  return (inverted ? depth : rows - 1 - depth) * rowHeight;
}
