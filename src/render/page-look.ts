import type { Widths } from '../profile/differential.ts';
import type { ColorScheme, ColourMap } from './colour.ts';

/** How an HTML page looks before anything is chosen, as JSON. What it shows is the profile in it. */
export interface PageLook {
  readonly colors: ColorScheme;
  /** By function, instead of the scheme's. */
  readonly palette?: ColourMap | undefined;
  /** What is counted; default: the column's unit. */
  readonly countName?: string | undefined;
  /** The root on top. */
  readonly inverted: boolean;
  /** Merged from the leaf. */
  readonly reverse: boolean;
  /** Of a differential: what the width of a frame is of. */
  readonly widths?: Widths | undefined;
}
