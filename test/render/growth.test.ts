import { describe, expect, test } from 'vitest';
import { growthOf } from '../../src/profile/steadiness.ts';
import { growthBriefly, growthInWords } from '../../src/render/growth-face.ts';
import { growthSwatches } from '../../src/render/growth-swatches.ts';
import { ratePeriodOf } from '../../src/units.ts';
import { svgDocument } from '../documents.ts';
import { contrast, deuteranopia, difference } from './colours.ts';
import { grown } from './growths.ts';
import { textsOf } from './pictures.ts';
import { svgOf } from './profiles.ts';

const kib = (amounts: readonly number[]) => amounts.map((each) => 1024 * each);
const minutely = ratePeriodOf(60_000);
const went = (amounts: readonly number[]) =>
  growthOf(
    amounts,
    amounts.map((_, index) => index),
  );

describe('growth in words', () => {
  test.each([
    [
      [0, 1, 2, 3, 4],
      '+60.0 KiB a minute',
      'grows steadily: +60.0 KiB a minute, grew in 4 of 4 intervals',
    ],
    [
      [0, 8, 8, 12, 12],
      '+120.0 KiB a minute',
      'grows, with breaks: +120.0 KiB a minute, grew in 2 of 4 intervals',
    ],
    [
      [0, 8, 8, 4, 4],
      '-120.0 KiB a minute',
      'shrinks: -120.0 KiB a minute, grew in 1 of 4 intervals',
    ],
    [
      [0, 8, 8, 8, 8],
      'levels off',
      'levels off: as much as at half-time, grew in 1 of 4 intervals',
    ],
    [
      [0, 20, 30, 30, 31],
      'levels off',
      'levels off: +1.0 KiB since half-time, grew in 3 of 4 intervals',
    ],
    [
      [0, 9, 5, 9, 4],
      'comes and goes',
      'comes and goes: 4.0 KiB to 9.0 KiB since half-time, grew in 2 of 4 intervals',
    ],
  ])('%j KiB: %s', (amounts, brief, words) => {
    const growth = went(kib(amounts));
    expect(growthBriefly(growth, minutely)).toBe(brief);
    expect(growthInWords(growth, minutely)).toBe(words);
  });

  test('of less than a minute has a rate of a second, and a factor multiplies all of it', () => {
    const period = ratePeriodOf(59_999);
    expect(growthBriefly(went([0, 1, 2, 3]), period)).toBe('+1 byte a second');
    expect(growthInWords(went([0, 1, 2, 3]), period, 10)).toContain(': +10 bytes a second,');
    expect(growthInWords(went([0, 9, 5, 9, 4]), period, 10)).toContain(': 40 bytes to 90 bytes');
    expect(growthInWords(went([0, 20, 30, 30, 31]), period, 10)).toContain(': +10 bytes since');
  });

  test('grows, however slowly', () => {
    const hourly = growthOf([0, 1, 2, 3, 4], [0, 3600, 7200, 10800, 14400]);
    expect(growthBriefly(hourly, minutely)).toBe('+<1 byte a minute');
  });
});

test('labels say how fast it grows, where there is room', () => {
  const svg = svgOf(grown([['main;work', [1024, 2048, 3072, 4096]]]), { width: 300 });
  expect(textsOf(svgDocument(svg), '.f > text')).toContain('work 4.00 KiB, +1.0 KiB a second');
  const narrow = svgOf(grown([['main;work', [1024, 2048, 3072, 4096]]]), { width: 150 });
  expect(textsOf(svgDocument(narrow), '.f > text')).toContain('work 4.00 KiB');
  const tenfold = svgOf(grown([['main;work', [1024, 2048, 3072, 4096]]]), { factor: 10 });
  expect(textsOf(svgDocument(tenfold), '.f > text')).toContain('work 40.0 KiB, +10.0 KiB a second');
});

describe('colours of growth', () => {
  test.each(growthSwatches)('$name carries black text', ({ colour, pattern }) => {
    for (const each of [colour, ...(pattern ? [pattern.colour] : [])])
      expect(contrast(each)).toBeGreaterThanOrEqual(4.5);
  });

  test('are told apart by their patterns, and without red or green where they have none', () => {
    for (const [index, one] of growthSwatches.entries())
      for (const other of growthSwatches.slice(index + 1))
        if (one.pattern === other.pattern)
          for (const seen of [(colour: string) => colour, deuteranopia])
            expect(difference(seen(one.colour), seen(other.colour))).toBeGreaterThan(20);
  });
});
