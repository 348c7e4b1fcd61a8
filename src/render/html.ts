import type { Widths } from '../profile/differential.ts';
import { joinedViews } from '../profile/views.ts';
import type { Profile } from '../profile.ts';
import type { ColorScheme, ColourMap } from './colour.ts';
import { embed } from './embed.ts';
import { aboutView, drawAbout } from './html-about.ts';
import { pageBody } from './html-body.ts';
import { policyFor } from './html-policy.ts';
import { ignoredOptions } from './ignored.ts';
import type { PageLook } from './page-look.ts';
import { pageFile } from './script.ts';
import { escapeXml } from './xml.ts';

export interface HtmlOptions {
  /** Default: from the view. */
  readonly title?: string;
  /** Default: one line made from the metadata. */
  readonly subtitle?: string;
  /** What is counted. Default: the column's unit. */
  readonly countName?: string;
  readonly colors?: ColorScheme;
  /** By function, instead of the scheme's. */
  readonly palette?: ColourMap;
  /** A remark for the reader. */
  readonly notes?: string;
  /** Merged from the leaf at first. */
  readonly reverse?: boolean;
  /** The root on top. */
  readonly inverted?: boolean;
  /** Called with what the user should know of the page. */
  readonly onRemark?: (line: string) => void;
  /** Of a differential: what the width of a frame is of at first. Default: one that hides nothing. */
  readonly widths?: Widths;
}

/**
 * Flame graphs of the views of one source as one self-contained HTML page, in chunks of text: with a
 * table, a search, and switches between views. The first view is shown first. It loads nothing and runs
 * under `pagePolicy()`, which it carries. Throws an Error if the page's script or wasm/ was not built.
 */
export function* renderHtml(
  views: readonly [Profile, ...Profile[]],
  options: HtmlOptions = {},
): Generator<string> {
  const { colors = 'mem', inverted = false, reverse = false, countName, palette, widths } = options;
  for (const remark of ignoredIn(views, options)) options.onRemark?.(remark);
  const script = pageFile('html.js');
  const style = pageFile('html.css');
  const abouts = views.map((view) => aboutView(view, options));
  const look = { colors, inverted, reverse, countName, palette, widths };
  yield `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeXml(abouts[0]!.title)}</title>
<style>${style}</style>
</head>
<body>
<header>
${abouts.map(drawAbout).join('\n')}
</header>
${pageBody(pageFile('licences.txt'))}
<svg id="data" hidden width="0" height="0" data-look="${escapeXml(asciiJson(look))}">
`;
  yield* embed(joinedViews(views), Number.POSITIVE_INFINITY)!;
  yield `</svg>\n<script>${script}</script>\n</body>\n</html>\n`;
}

/** What the view that is shown first does not take; colours are those of the other views, if there are any. */
function ignoredIn([profile, ...others]: readonly [Profile, ...Profile[]], options: HtmlOptions) {
  const { colors, palette, widths } = options;
  const isMixed = !profile.meta.differential && others.length > 0;
  const given = isMixed ? { widths } : { colors, palette, widths };
  return ignoredOptions({ profile, column: profile.columns[0]! }, given);
}

/** JSON in which every letter stands for itself, whatever is done to unsafe ones. */
function asciiJson(value: PageLook): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The Content-Security-Policy that every page carries, for a server that sends it as a header. */
export function pagePolicy(): string {
  return policyFor(pageFile('html.js'), pageFile('html.css'));
}
