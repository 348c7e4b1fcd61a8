import type { Profile } from '../profile.ts';
import { ignoredInFile } from '../render/ignored.ts';
import type { SvgOptions } from '../render/svg.ts';

/** What an output is made of. */
export interface Source {
  /** The view that was asked for. */
  readonly profile: Profile;
  /** The other views that the same input gives, made when they are wanted. */
  readonly otherViews?: () => readonly Profile[];
}

/** A kind of picture that `render` draws, and that a trace can be written as. */
export interface PictureKind {
  readonly suffixes: readonly string[];
  readonly what: string;
  readonly draw: (source: Source, options: SvgOptions) => Promise<Iterable<string | Uint8Array>>;
}

/** A new kind of picture is one file in src/render and its line here. The first goes to stdout. */
export const pictures: readonly [PictureKind, ...PictureKind[]] = [
  {
    suffixes: ['.svg'],
    what: 'flame graph',
    draw: async ({ profile }, options) =>
      (await import('../render/svg.ts')).renderSvg(profile, options),
  },
  {
    suffixes: ['.html'],
    what: 'flame graphs and a table, to look around in',
    async draw({ profile, otherViews = () => [] }, options) {
      const { renderHtml } = await import('../render/html.ts');
      for (const remark of ignoredInFile('html', options)) options.onRemark?.(remark);
      return renderHtml([profile, ...otherViews()], options);
    },
  },
  {
    suffixes: ['.png'],
    what: 'flame graph, for a preview',
    async draw({ profile }, options) {
      const { renderSvg } = await import('../render/svg.ts');
      const { pngOf } = await import('./png.ts');
      for (const remark of ignoredInFile('png', options)) options.onRemark?.(remark);
      const svg = renderSvg(profile, { ...options, embed: false, maxSize: 0 });
      return [pngOf(svg, options.fontFamily !== undefined)];
    },
  },
];
