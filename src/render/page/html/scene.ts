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

/** Pixels from the top to a row of boxes. */
export function rowTop({ rows, inverted }: Scene, depth: number): number {
  return (inverted ? depth : rows - 1 - depth) * rowHeight;
}
