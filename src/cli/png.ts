import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors.ts';

type Renderer = typeof import('@resvg/resvg-js');

/** An RGBA picture of more pixels would take more than 512 MiB. */
const mostPixels = 128 * 1024 * 1024;

/** Scripts that the fonts here do not have, such as Indic and East Asian ones. */
const otherScripts = /[\u0700-\u0e7f\u0f00-\u1dff\u2e80-\ua63f\uac00-\ufaff\u{1f300}-\u{3ffff}]/u;

/**
 * An SVG document as PNG, in the size that it has, set in fonts that come with the program: the same
 * everywhere, also where none are installed. Installed ones are used only if `installedFonts`, or if
 * letters need them. Throws a UserError for a picture that is too large, and where the renderer does
 * not run.
 */
export function pngOf(svg: Iterable<string>, installedFonts: boolean): Uint8Array {
  const { Resvg } = loadRenderer();
  const text = [...svg].join('');
  const pixels = pixelsOf(text);
  if (pixels > mostPixels)
    throw new UserError(
      `a PNG of this picture would have ${pixels} pixels, more than ${mostPixels}: write an .svg, or draw it smaller with --height or --width`,
    );
  const picture = new Resvg(text, {
    font: {
      loadSystemFonts: installedFonts || otherScripts.test(text),
      fontFiles: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map(fontFile),
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  });
  return picture.render().asPng();
}

/** Only when it is needed, and machine code: neither is in the bundled program. */
function loadRenderer(): Renderer {
  try {
    return createRequire(import.meta.url)('@resvg/resvg-js') as Renderer;
  } catch (cause) {
    throw new UserError(
      'PNG needs the package @resvg/resvg-js, which does not run here: write an .svg, or install it by npm for this machine',
      1,
      { cause },
    );
  }
}

function fontFile(name: string): string {
  return fileURLToPath(new URL(`../../dist/fonts/${name}`, import.meta.url));
}

function pixelsOf(svg: string): number {
  const [, width, height] = /<svg [^>]*? width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  return Math.ceil(Number(width)) * Math.ceil(Number(height));
}
