import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { PartReader } from '../../src/collapsed/part-reader.ts';
import { type CollapsedInput, collapsedInput } from '../../src/collapsed/reader.ts';
import type { Part } from '../../src/collapsed/tally.ts';
import { writeCollapsed } from '../../src/collapsed.ts';
import { UserError } from '../../src/errors.ts';
import { simplyRead } from '../simple-collapsed.ts';
import { textOf } from '../text-of.ts';

// A kernel for every run, and two or more where there are parts.
vi.setConfig({ testTimeout: 60_000 });

/** Read in pieces of `size` bytes. */
function fed(reader: PartReader, bytes: Uint8Array, size: number): PartReader {
  for (let rest = bytes; rest.length > 0 && !reader.isRefused; ) {
    const room = reader.room();
    const piece = rest.subarray(0, Math.min(size, room.length));
    room.set(piece);
    reader.take(piece.length);
    rest = rest.subarray(piece.length);
  }
  return reader;
}

/** Read in parts that end behind the first line feed at or after each of the places. */
function inParts(bytes: Uint8Array, places: readonly number[], size: number): Part {
  const ends = places.map((place) => {
    const found = bytes.indexOf(10, place % (bytes.length + 1));
    return found < 0 ? bytes.length : found + 1;
  });
  const borders = [0, ...ends.sort((a, b) => a - b), bytes.length];
  const pieces = borders.slice(1).map((end, i) => bytes.subarray(borders[i], end));
  const [first, ...others] = pieces.map((piece, i) => fed(new PartReader(i === 0), piece, size));
  // What may be a differential is not read in parts.
  fc.pre(!first!.mayBeDifferential);
  for (const other of others) first!.append(structuredClone(other.finish()));
  return first!.finish();
}

type Outcome = Partial<Omit<CollapsedInput, 'profile'>> & { stacks?: string; refused?: true };

function outcome(read: () => CollapsedInput): Outcome {
  try {
    const { profile, ...rest } = read();
    const stacks = profile.columns.flatMap(({ name }) => [
      name,
      textOf(writeCollapsed(profile, name)),
    ]);
    return { stacks: stacks.join('\n'), ...rest };
  } catch (error) {
    if (error instanceof UserError) return { refused: true };
    throw error;
  }
}

const names = [
  'a',
  'b',
  'b.x',
  'a b',
  'x_[k]',
  'x_[k]_[j]',
  'x_[j]_[k]',
  '',
  'ü',
  '#',
  '9',
  'long name '.repeat(9),
];
const counts = [
  '1',
  '22',
  '0',
  '007',
  '1.5',
  '0.0000001',
  '-3',
  '+4',
  '1e3',
  '0x7',
  '999999999999999',
  '9007199254740991',
  '9007199254740992',
  '1 2',
  '',
];
const frame = fc.constantFrom(...names);
const stack = fc.array(frame, { maxLength: 6 }).map((frames) => frames.join(';'));
const rare = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 20, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
const line = fc
  .tuple(
    rare('', ' ', '\t', ';', '# ', '\ufeff'),
    stack,
    rare(' ', '\t', '  ', ';', ''),
    fc.constantFrom(...counts),
    rare('', '\r', ' ', '\t', ' \r'),
  )
  .map((parts) => parts.join(''));
const text = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.boolean())
  .map(([lines, ended]) => new TextEncoder().encode(lines.join('\n') + (ended ? '\n' : '')));
const hostile = fc
  .array(fc.constantFrom(...new TextEncoder().encode('a;;# 019.-\t\r\n\n'), 0, 0x80, 0xff), {
    maxLength: 200,
  })
  .map((bytes) => Uint8Array.from(bytes));
const input = fc.oneof({ weight: 3, arbitrary: text }, hostile);
const places = fc.array(fc.nat(2000), { maxLength: 4 });
const sizes = fc.constantFrom(1, 2, 3, 7, 16, 17, 1000);

describe('the fast reader', () => {
  test('comes to what the simplest does, whatever the bytes, in whatever pieces', () => {
    fc.assert(
      fc.property(input, sizes, (bytes, size) => {
        const fast = outcome(() => collapsedInput(fed(new PartReader(true), bytes, size).finish()));
        expect(fast).toEqual(outcome(() => simplyRead(bytes)));
      }),
      { numRuns: 2000 },
    );
  });

  test('comes to the same in parts, to the order of the nodes and the numbers of the lines', () => {
    fc.assert(
      fc.property(input, places, sizes, (bytes, cuts, size) => {
        const whole = fed(new PartReader(true), bytes, 1000).finish();
        const parts = inParts(bytes, cuts, size);
        // Nothing is read after a refused line, so what else was found depends on the parts.
        if (whole.tally.refused) expect(parts.tally.refused).toEqual(whole.tally.refused);
        // What is no longer exact, which is refused as well, depends on the order.
        else if (whole.tree.total > Number.MAX_SAFE_INTEGER)
          expect(parts.tree.total).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
        else expect(parts).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });

  test('keeps its place when lines outgrow the room', () => {
    const long = (letter: string, length: number) => `main;${letter.repeat(length)};leaf 1\n`;
    const lines = [
      long('a', 100),
      long('b', 3_000_000),
      'no count\n',
      long('c', 1_500_000),
      'bad\n',
    ];
    const bytes = new TextEncoder().encode(lines.join(''));
    for (const size of [65_536, 1_000_000, 10_000_000]) {
      const { tally, tree } = fed(new PartReader(true), bytes, size).finish();
      expect(tally).toMatchObject({ lines: 5, stackLines: 3, skippedLines: 2 });
      expect(tally.skipped.map(({ line: number }) => number)).toEqual([3, 5]);
      expect(tree.parent.length).toBe(1 + 1 + 2 * 3);
    }
  });

  test('refuses a line of more than 256 MiB, and says which', () => {
    const reader = fed(new PartReader(true), new TextEncoder().encode('a 1\n'), 10);
    for (let taken = 0; !reader.isRefused; ) {
      const room = reader.room().fill(0x78);
      reader.take(room.length);
      taken += room.length;
      expect(taken).toBeLessThan(600e6);
    }
    expect(() => collapsedInput(reader.finish())).toThrow(
      'line 2: it is longer than 256 MiB: is this a text file?',
    );
  });
});
