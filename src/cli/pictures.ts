import type { Profile } from '../profile.ts';
import type { SvgOptions } from '../render/svg.ts';

/** A kind of picture that `render` draws, and that a trace can be written as. */
export interface PictureKind {
  readonly suffixes: readonly string[];
  readonly what: string;
  readonly draw: (profile: Profile, options: SvgOptions) => Promise<Iterable<string | Uint8Array>>;
}

/** A new kind of picture is one file in src/render and its line here. The first goes to stdout. */
export const pictures: readonly [PictureKind, ...PictureKind[]] = [
  {
    suffixes: ['.svg'],
    what: 'flame graph',
    draw: async (profile, options) =>
      (await import('../render/svg.ts')).renderSvg(profile, options),
  },
];
