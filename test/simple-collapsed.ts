import { type DecimalCount, endsInCount, parseCollapsedLine } from '../src/collapsed/line.ts';
import { frameOfText } from '../src/collapsed/name.ts';
import type { CollapsedInput } from '../src/collapsed/reader.ts';
import { withFirstCounts, withWholeCounts } from '../src/collapsed/repair.ts';
import { UserError } from '../src/errors.ts';
import { ProfileBuilder } from '../src/profile/builder.ts';
import { type Profile, sumOf } from '../src/profile.ts';

/** One line of collapsed text, as the simplest reader sees it. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return start < bytes.length ? [...lines, bytes.subarray(start)] : lines;
}

function framesOf(stack: Uint8Array): string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const frames: string[] = [];
  for (let rest = stack; ; ) {
    const end = rest.indexOf(';'.charCodeAt(0));
    frames.push(decoder.decode(end < 0 ? rest : rest.subarray(0, end)));
    if (end < 0) return frames;
    rest = rest.subarray(end + 1);
  }
}

/**
 * What readCollapsed has to come to, by the plainest means: line by line, name by name, no kernel. Only
 * what a line is and how a profile is repaired are the same code.
 */
export function simplyRead(bytes: Uint8Array): CollapsedInput {
  const builder = new ProfileBuilder([
    { name: 'samples', unit: 'count' },
    { name: 'millionths', unit: 'count' },
    { name: 'lines', unit: 'count' },
  ]);
  const skipped: { line: number; text: string; why: string }[] = [];
  const stacks: { stack: Uint8Array; count: DecimalCount }[] = [];
  for (const [index, whole] of linesOf(bytes).entries()) {
    const marked = index === 0 && whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf;
    const parsed = parseCollapsedLine(marked ? whole.subarray(3) : whole);
    if (parsed.kind === 'skipped') {
      const text = new TextDecoder().decode(whole.subarray(0, 120));
      skipped.push({ line: index + 1, text, why: parsed.why });
    }
    if (parsed.kind !== 'stack') continue;
    if (parsed.count.units > Number.MAX_SAFE_INTEGER)
      throw new UserError(`line ${index + 1}: the count is above 2^53 - 1: scale the counts down`);
    stacks.push(parsed);
  }
  if (stacks.length === 0) throw new UserError('no stacks');
  const differential = stacks.every(({ stack }) => endsInCount(stack));
  for (const { stack, count } of stacks) {
    if (count.units + count.millionths === 0 && !differential) continue;
    let node = 0;
    for (const name of framesOf(stack))
      node = builder.child(node, builder.frame(frameOfText(name)));
    for (const [column, value] of [count.units, count.millionths, 1].entries())
      builder.add(node, column, value);
  }
  const profile = repaired(builder.build(), differential);
  if (profile.columns.every((column) => sumOf(column) === 0)) throw new UserError('nothing');
  return { profile, skipped: skipped.slice(0, 10), skippedLines: skipped.length };
}

function repaired(profile: Profile, differential: boolean): Profile {
  const { columns, ...rest } = differential ? withFirstCounts(profile) : profile;
  const pairs = differential ? columns : columns.slice(0, 2);
  const whole = pairs.filter((_, index) => index % 2 === 0);
  const hasMillionths = pairs.some((column, index) => index % 2 === 1 && sumOf(column) > 0);
  return hasMillionths ? withWholeCounts({ ...rest, columns: pairs }) : { ...rest, columns: whole };
}
