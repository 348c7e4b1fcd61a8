import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CollapsedInput, readCollapsed } from '../../src/collapsed/reader.ts';
import { writeCollapsed, writeDifferential } from '../../src/collapsed.ts';
import { UserError } from '../../src/errors.ts';
import { totals } from '../../src/profile.ts';
import { chunksOf } from '../chunks.ts';
import { textOf } from '../text-of.ts';

const folder = new URL('../data/collapsed/', import.meta.url);
const inputs = readdirSync(folder).filter((file) => file.endsWith('.stacks'));

/** The result as a person reads it: stacks, then notes, then what was skipped. */
function shown({ profile, skipped, skippedLines }: CollapsedInput): string {
  const notes = (profile.meta.notes ?? []).map((note) => `note: ${note}\n`);
  const lines = skipped.map(({ line, text, why }) => `line ${line}: ${why}: ${text}\n`);
  const count = skippedLines > 0 ? [`skipped: ${skippedLines}\n`] : [];
  const write = profile.meta.differential ? writeDifferential : writeCollapsed;
  return [textOf(write(profile)), ...notes, ...count, ...lines].join('');
}

async function outcome(bytes: Uint8Array, chunkSize?: number): Promise<string> {
  try {
    return shown(await readCollapsed(chunksOf(bytes, chunkSize)));
  } catch (error) {
    if (error instanceof UserError) return `UserError: ${error.message}\n`;
    throw error;
  }
}

describe('readCollapsed', () => {
  it.each(inputs)('%s', async (file) => {
    const bytes = readFileSync(new URL(file, folder));
    const result = await outcome(bytes);
    await expect(result).toMatchFileSnapshot(
      new URL(file.replace('.stacks', '.result'), folder).pathname,
    );
    for (const chunkSize of [1, 2, 7]) expect(await outcome(bytes, chunkSize)).toBe(result);
  });

  it('names and measures its column as it is told', async () => {
    const plain = await readCollapsed(chunksOf('a 1\n'));
    expect(plain.profile.columns).toEqual([
      { name: 'samples', unit: 'count', self: Float64Array.of(0, 1) },
    ]);
    const bytes = await readCollapsed(chunksOf('a 1\n'), { unit: 'bytes', column: 'alloc_space' });
    expect(bytes.profile.columns).toEqual([
      { name: 'alloc_space', unit: 'bytes', self: Float64Array.of(0, 1) },
    ]);
  });

  it('has one frame where names with a common start lie side by side', async () => {
    const { profile } = await readCollapsed(chunksOf('a;b 1\na;b.x 2\na;b;c 3\n'));
    const names = Array.from(profile.frame.subarray(1), (frame) => profile.frames[frame]!.name);
    expect(names).toEqual(['a', 'b', 'b.x', 'c']);
    expect([...totals(profile, profile.columns[0]!)]).toEqual([6, 6, 4, 2, 3]);
  });

  it('tells names apart that differ in one byte or in their length, however long they are', async () => {
    const pair = (length: number) => ['x'.repeat(length), `${'x'.repeat(length - 1)}y`];
    const pairs = Array.from({ length: 700 }, (_, i) => i + 1).flatMap(pair);
    const inside = pairs.map((_, i) => `${'x'.repeat(i)}z${'x'.repeat(pairs.length - i)}`);
    const zeros = Array.from({ length: 70 }, (_, i) => `x${'\0'.repeat(i + 1)}`);
    const names = [...pairs, ...inside, ...zeros];
    const text = [...names, ...names].map((name, i) => `main;${name};leaf ${i + 1}\n`).join('');
    const { profile } = await readCollapsed(chunksOf(text));
    const found = profile.frames.map(({ name }) => name);
    expect(found).toEqual(['main', names[0], 'leaf', ...names.slice(1)]);
    const leaves = profile.columns[0]!.self.filter((weight) => weight > 0);
    expect([...leaves]).toEqual(names.map((_, i) => 2 * i + 2 + names.length));
  });

  it('keeps the first ten skipped lines, shortened, and counts them all', async () => {
    const bad = `${'x'.repeat(5000)}\n`.repeat(25);
    const input = await readCollapsed(chunksOf(`${bad}a 1\n`));
    expect(input.skippedLines).toBe(25);
    expect(input.skipped.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(input.skipped[0]!.text).toBe('x'.repeat(120));
  });

  it('reads a line of several megabytes', async () => {
    const name = 'x'.repeat(4_000_000);
    const { profile } = await readCollapsed(chunksOf(`main;${name};leaf 7\nmain;y 1\n`));
    expect(profile.frames[1]!.name.length).toBe(4_000_000);
    expect(totals(profile, profile.columns[0]!)[0]).toBe(8);
  });

  it('tells apart very many names', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `main;f${i} ${i + 1}\n`);
    const { profile } = await readCollapsed(chunksOf([...lines, ...lines].join('')));
    expect(profile.frames.length).toBe(50_001);
    expect(profile.columns[0]!.self.subarray(2).every((weight, i) => weight === 2 * (i + 1))).toBe(
      true,
    );
  });

  it('keeps the sum of decimal counts true to half a unit', async () => {
    const counts = fc.array(fc.nat(3_000_000), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(counts, async (millionths) => {
        const sum = millionths.reduce((total, count) => total + count, 0) / 1e6;
        fc.pre(sum >= 0.5);
        const lines = millionths.map((count, i) => `main;f${i} ${(count / 1e6).toFixed(6)}\n`);
        const { profile } = await readCollapsed(chunksOf(lines.join('')));
        expect(totals(profile, profile.columns[0]!)[0]).toBe(Math.round(sum));
      }),
    );
  });

  it('throws nothing but UserErrors, whatever the bytes', async () => {
    const letter = fc.constantFrom(...Array.from('a;# 0159.-\t\r\n\n\u00fc', (c) => c));
    const text = fc.string({ unit: letter, maxLength: 200 });
    const input = fc.oneof(
      text.map((value) => new TextEncoder().encode(value)),
      fc.uint8Array(),
    );
    await fc.assert(
      fc.asyncProperty(input, async (bytes) => {
        const whole = await outcome(bytes);
        expect(await outcome(bytes, 3)).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });
});
