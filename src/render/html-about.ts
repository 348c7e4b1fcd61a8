import { qualityProblems } from '../profile/stack-quality.ts';
import { type Profile, sumOf } from '../profile.ts';
import { scaleFor } from '../units.ts';
import { diffHeader, totalsOf } from './diff-header.ts';
import { growthCaption } from './growth-drawing.ts';
import { hasGrowth } from './growth-face.ts';
import {
  defaultCountName,
  defaultSubtitle,
  defaultTitle,
  lossLines,
  noteLines,
  totalLine,
} from './header.ts';
import { escapeXml } from './xml.ts';

/** What a page says of one view. */
interface About {
  readonly title: string;
  readonly what: string;
  readonly total: string;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

interface Wording {
  readonly title?: string;
  readonly subtitle?: string;
  readonly countName?: string;
  /** A remark for the reader. */
  readonly notes?: string;
}

/** What a view is of, in words: those of the user first. */
export function aboutView(profile: Profile, { title, notes, ...wording }: Wording): About {
  const about = profile.meta.differential ? aboutChange : aboutPlain;
  const texts = about(profile, wording);
  const remarks = notes === undefined ? [] : [`note: ${notes}`];
  return { ...texts, title: title ?? texts.title, notes: [...remarks, ...texts.notes] };
}

function aboutPlain(profile: Profile, { subtitle, countName }: Wording): About {
  const { meta } = profile;
  return {
    title: defaultTitle(meta),
    what: subtitle ?? defaultSubtitle(meta),
    total: totalOf(profile, countName),
    warnings: lossLines(meta),
    notes: [
      ...(hasGrowth(profile) ? [growthCaption(meta)] : []),
      ...noteLines(meta),
      ...qualityProblems(meta.stacks),
    ],
  };
}

function totalOf(profile: Profile, countName: string | undefined): string {
  const column = profile.columns[0]!;
  const total = sumOf(column);
  if (total === 0) return 'nothing was recorded';
  return totalLine(profile, {
    column,
    layout: { total },
    // As the page shows amounts.
    scale: { ...scaleFor(total, column.unit), digits: 1 },
    countName: countName ?? defaultCountName(column),
  });
}

function aboutChange(profile: Profile, { subtitle = '', countName }: Wording): About {
  const totals = totalsOf(profile, { countName });
  return { ...diffHeader(profile.meta, totals), what: subtitle };
}

/** As HTML. Shown when the view is chosen; of the first also where no script runs. */
export function drawAbout({ title, what, total, warnings, notes }: About, index: number): string {
  return `<section data-view="${index}"${index === 0 ? '' : ' hidden'}>
<h1>${escapeXml(title)}</h1>
${paragraphs('what', [what])}${paragraphs('total', [total])}${paragraphs('warning', warnings)}<div class="notes">
${paragraphs('note', notes)}</div>
</section>`;
}

function paragraphs(className: string, texts: readonly string[]): string {
  return texts
    .filter((text) => text !== '')
    .map((text) => `<p class="${className}">${escapeXml(text)}</p>\n`)
    .join('');
}
