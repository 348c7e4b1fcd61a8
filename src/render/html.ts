import { qualityProblems } from '../profile/stack-quality.ts';
import { joinedViews } from '../profile/views.ts';
import type { Profile } from '../profile.ts';
import type { ColorScheme, ColourMap } from './colour.ts';
import { embed } from './embed.ts';
import {
  defaultCountName,
  defaultSubtitle,
  defaultTitle,
  lossLines,
  noteLines,
  totalLine,
} from './header.ts';
import { pageBody } from './html-body.ts';
import { policyFor } from './html-policy.ts';
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
  const { colors = 'mem', inverted = false, reverse = false, countName, palette } = options;
  const script = pageFile('html.js');
  const style = pageFile('html.css');
  const title = options.title ?? defaultTitle(views[0].meta);
  const look = { colors, inverted, reverse, countName, palette };
  yield `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeXml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
${views.map((view, index) => about(view, index, options)).join('\n')}
</header>
${pageBody(pageFile('licences.txt'))}
<svg id="data" hidden width="0" height="0" data-look="${escapeXml(asciiJson(look))}">
`;
  yield* embed(joinedViews(views), Number.POSITIVE_INFINITY)!;
  yield `</svg>\n<script>${script}</script>\n</body>\n</html>\n`;
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

/** What one view is of. Shown when it is chosen; of the first also where no script runs. */
function about(profile: Profile, index: number, options: HtmlOptions): string {
  const { meta } = profile;
  const { title = defaultTitle(meta), subtitle = defaultSubtitle(meta) } = options;
  const remarks = options.notes === undefined ? [] : [`note: ${options.notes}`];
  const notes = [...remarks, ...noteLines(meta), ...qualityProblems(meta.stacks)];
  const total = totalOf(profile, options.countName);
  return `<section data-view="${index}"${index === 0 ? '' : ' hidden'}>
<h1>${escapeXml(title)}</h1>
${paragraphs('what', [subtitle])}${paragraphs('total', total)}${paragraphs('warning', lossLines(meta))}<div class="notes">
${paragraphs('note', notes)}</div>
</section>`;
}

function totalOf(profile: Profile, countName: string | undefined): string[] {
  const column = profile.columns[0]!;
  const total = column.self.reduce((sum, value) => sum + value, 0);
  if (total === 0) return ['nothing was recorded'];
  return [totalLine(profile, { column, layout: { total } }, countName ?? defaultCountName(column))];
}

function paragraphs(className: string, texts: readonly string[]): string {
  return texts
    .filter((text) => text !== '')
    .map((text) => `<p class="${className}">${escapeXml(text)}</p>\n`)
    .join('');
}
