import type { Column, Profile } from '../profile.ts';
import type { Scale } from '../units.ts';
import { padding, roomFor } from './draw.ts';
import { defaultSubtitle, defaultTitle, lossLines, noteLines, totalLine } from './header.ts';
import { type Font, fitText, wrapText } from './labels.ts';
import type { Layout } from './layout.ts';
import { darkInks } from './style.ts';
import { escapeXml, pixels, visible } from './xml.ts';

/** A line of text outside of the frames. */
export interface Line {
  readonly text: string;
  readonly className: 'title' | 'note' | 'total' | 'warning';
  /** Pixels from the top to its baseline. */
  readonly y: number;
  /** Pixels. */
  readonly size: number;
}

export interface Subject {
  readonly profile: Profile;
  readonly column: Column;
  readonly layout: Layout;
  readonly font: Font;
  /** Of the picture, in pixels. */
  readonly width: number;
  /** The one that all amounts of the picture are in. */
  readonly scale: Scale;
  /** What is counted. */
  readonly countName: string;
  /** What shown numbers are multiplied with; 1 unless given. */
  readonly factor?: number;
}

/** What the user may have chosen; the defaults come from the profile. */
export interface Wording {
  readonly title?: string;
  readonly subtitle?: string;
  /** A remark of the user's. */
  readonly notes?: string;
  /** The root on top. */
  readonly inverted?: boolean;
}

const inks: Readonly<Record<'light' | 'dark', Partial<Record<Line['className'], string>>>> = {
  light: { note: '#505560', warning: '#b00020' },
  dark: darkInks,
};
const titleScale = 1.4;
/** Pixels beside the title for the controls that the script adds, or above a title that has too few beside them. */
const controlsRoom = { beside: 420, above: 28 };
const leastTitleRoom = 240;
/** Bold letters are up to a sixth wider than the estimate. */
const boldness = 1.18;

/** The lines above the frames, top down; the last one is the total. */
export function headerLines(subject: Subject, wording: Wording): Line[] {
  const { profile, layout } = subject;
  const { meta } = profile;
  const { subtitle = defaultSubtitle(meta), notes: remark } = wording;
  const title = wording.title ?? defaultTitle(meta, wording.inverted);
  const total = totalLine(profile, subject);
  const empty = layout.total === 0 ? ['nothing was recorded'] : [];
  const notes = [subtitle, ...(remark ? [`note: ${remark}`] : []), ...noteLines(meta)];
  const warnings = [...lossLines(meta), ...empty];
  return arrangeHeader({ title, notes, warnings, total }, subject);
}

export interface HeaderTexts {
  readonly title: string;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly total: string;
}

/** The texts above the frames as lines, top down: wrapped, all but the total, which is the last. */
export function arrangeHeader(texts: HeaderTexts, page: Pick<Subject, 'font' | 'width'>): Line[] {
  const { font } = page;
  const room = roomFor(page);
  const wrap = (text: string): string[] => wrapText(visible(text), font, room);
  const lines: Line[] = [];
  const beside = room - controlsRoom.beside;
  const isBeside = beside >= leastTitleRoom;
  const title = wrapTitle(texts.title, font, isBeside ? beside : room);
  const above = padding + (isBeside ? 0 : controlsRoom.above);
  addLines(lines, 'title', { texts: title, size: font.size * titleScale, above });
  addLines(lines, 'note', { texts: texts.notes.flatMap(wrap), size: font.size });
  addLines(lines, 'warning', { texts: texts.warnings.flatMap(wrap), size: font.size });
  // One line whatever its length: the script shows details in its place.
  const total = fitText(visible(texts.total), font, room);
  addLines(lines, 'total', { texts: [total], size: font.size });
  return lines;
}

/** Lines below the frames, which end `bottom` pixels from the top. */
export function footerLines(
  texts: readonly string[],
  page: Pick<Subject, 'font' | 'width'>,
  bottom: number,
): Line[] {
  const { font } = page;
  const wrapped = texts.flatMap((text) => wrapText(visible(text), font, roomFor(page)));
  const lines: Line[] = [];
  addLines(lines, 'note', { texts: wrapped, size: font.size, above: bottom });
  return lines;
}

/** A line of text as SVG, in ink for light paper or dark. */
export function drawLine({ text, className, y, size }: Line, isDark: boolean): string {
  const weight = className === 'title' ? ' font-weight="bold"' : '';
  const ink = inks[isDark ? 'dark' : 'light'][className];
  const fill = ink === undefined ? '' : ` fill="${ink}"`;
  return `<text class="${className}" x="${padding}" y="${y}" font-size="${pixels(size)}"${weight}${fill}>${escapeXml(text)}</text>`;
}

function wrapTitle(title: string, font: Font, room: number): string[] {
  const titleFont = { family: font.family, size: font.size * titleScale * boldness };
  return wrapText(visible(title), titleFont, room);
}

interface Block {
  readonly texts: readonly string[];
  readonly size: number;
  /** Pixels from the top to what the first line comes below. */
  readonly above?: number;
}

function addLines(lines: Line[], className: Line['className'], block: Block): void {
  const { texts, size, above = padding } = block;
  for (const text of texts) {
    const y = Math.round((lines.at(-1)?.y ?? above) + size * 1.5);
    lines.push({ text, className, size, y });
  }
}
