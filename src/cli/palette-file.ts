import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import type { Profile } from '../profile.ts';
import { type ColorScheme, type ColourMap, colourOf } from '../render/colour.ts';
import { openOutput } from './output-file.ts';
import { systemReason } from './system-error.ts';

/** Where flamegraph.pl keeps colours from one picture to the next. */
const paletteFile = 'palette.map';

/**
 * The colours of the functions of a profile: those in the palette file, and for functions that are not
 * in it those of the scheme, which are written to it. Throws a UserError for a file that cannot be
 * read, written or understood.
 */
export async function keptColours(profile: Profile, scheme: ColorScheme): Promise<ColourMap> {
  const kept = await readPalette();
  const before = kept.size;
  const used: Record<string, string> = Object.create(null);
  for (const frame of profile.frames) {
    if (/[\n\r]/.test(frame.name)) continue;
    const colour = kept.get(frame.name) ?? colourOf(frame, scheme);
    kept.set(frame.name, colour);
    used[frame.name] = colour;
  }
  if (kept.size > before) await writePalette(kept);
  return used;
}

async function readPalette(): Promise<Map<string, string>> {
  const text = await readFile(paletteFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    const reason = systemReason(error);
    throw reason ? new UserError(`cannot read ${paletteFile}: ${reason}`) : error;
  });
  const lines = text.split('\n').map((line, index) => entryOf(line.replace(/\r$/, ''), index + 1));
  return new Map(lines.filter((entry) => entry !== undefined));
}

/** `NAME->rgb(RED,GREEN,BLUE)`; a name may itself hold an arrow. */
function entryOf(line: string, number: number): [string, string] | undefined {
  if (line.trim() === '') return undefined;
  const match = /^(.*)->rgb\((\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3})\)\s*$/.exec(line);
  const channels = match?.slice(2).map(Number) ?? [];
  if (match === null || channels.some((channel) => channel > 255))
    throw new UserError(`${paletteFile}:${number}: expected NAME->rgb(RED,GREEN,BLUE)`);
  return [match[1]!, `#${channels.map((each) => each.toString(16).padStart(2, '0')).join('')}`];
}

async function writePalette(colours: ReadonlyMap<string, string>): Promise<void> {
  const lines = [...colours].map(([name, colour]) => `${name}->rgb(${channelsOf(colour)})\n`);
  const file = await openOutput(paletteFile, { gzip: false, keepPartial: false });
  await file.write(lines.sort((a, b) => (a < b ? -1 : 1)).join(''));
  await file.finish();
}

function channelsOf(colour: string): string {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)).join(',');
}
