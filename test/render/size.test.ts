import { describe, expect, test } from 'vitest';
import { svgDocument } from '../documents.ts';
import { textsOf, tooltips } from './pictures.ts';
import { profileOf, type Stacks, svgOf } from './profiles.ts';

/** Many frames of all widths. */
const stacks: Stacks = Array.from({ length: 3000 }, (_, i) => [
  `main;f${i % 40};g${i % 700};h${i}`,
  1000 + ((i * 7919) % 3000),
]);
const profile = profileOf(stacks);

interface Sized {
  readonly svg: string;
  readonly remarks: readonly string[];
}

function sized(maxSize: number, embed = true, of = profile): Sized {
  const remarks: string[] = [];
  const svg = svgOf(of, { maxSize, embed, onRemark: (line) => remarks.push(line) });
  return { svg, remarks };
}

function holdsData(svg: string): boolean {
  return svg.includes('<metadata');
}

function framesIn(svg: string): number {
  return svg.match(/<g class="f/g)!.length;
}

describe('a picture of limited size', () => {
  const whole = sized(0);

  test('holds everything where there is room', () => {
    expect(holdsData(whole.svg)).toBe(true);
    expect(whole.remarks).toEqual([]);
    expect(sized(Buffer.byteLength(whole.svg)).svg).toBe(whole.svg);
  });

  test('gathers more frames first, and says so', () => {
    const maxSize = Math.floor(whole.svg.length * 0.7);
    const { svg, remarks } = sized(maxSize);
    expect(Buffer.byteLength(svg)).toBeLessThanOrEqual(maxSize);
    expect(holdsData(svg)).toBe(true);
    expect(remarks).toHaveLength(1);
    expect(remarks[0]).toMatch(
      /^frames narrower than [124] px are gathered, so that the file has /,
    );
    expect(textsOf(svgDocument(svg), '.note').join(' ')).toContain(`note: ${remarks[0]}`);
  });

  test('leaves the data out when that does not do, and keeps the frames then', () => {
    const withoutData = sized(0, false).svg;
    const data = whole.svg.length - withoutData.length;
    const { svg, remarks } = sized(data + 25_000);
    expect(Buffer.byteLength(svg)).toBeLessThanOrEqual(data + 25_000);
    expect(holdsData(svg)).toBe(false);
    expect(remarks[0]).toMatch(/^the stacks are not in this file: with them it would have more /);
    expect(textsOf(svgDocument(svg), '.note').join(' ')).toContain(`note: ${remarks[0]}`);
  });

  test('is larger rather than nothing, but no larger than it must be, and says so', () => {
    const { svg, remarks } = sized(1);
    expect(framesIn(svg)).toBeLessThan(100);
    expect(remarks).toEqual([
      'this file has more than 1 byte (--max-size): no picture is that small, and the stacks are not in it',
    ]);
  });

  test('holds no data when none is wanted, and does not remark on it', () => {
    const { svg, remarks } = sized(0, false);
    expect(holdsData(svg)).toBe(false);
    expect(remarks).toEqual([]);
  });
});

describe('a picture of frames that are all wide, and too many', () => {
  const path = Array.from({ length: 5000 }, (_, i) => `f${i}`);
  const deep = profileOf([
    [path.join(';'), 7],
    [`${path.slice(0, 2000).join(';')};other`, 3],
  ]);
  const whole = Buffer.byteLength(sized(0, true, deep).svg);

  test('gathers what is deepest, keeps the data, and says so', () => {
    const { svg, remarks } = sized(whole / 2, true, deep);
    expect(Buffer.byteLength(svg)).toBeLessThanOrEqual(whole / 2);
    expect(holdsData(svg)).toBe(true);
    expect(remarks).toEqual([
      expect.stringMatching(
        /^of every stack 2,046 frames are drawn, and deeper ones gathered, so /,
      ),
    ]);
    expect(textsOf(svgDocument(svg), '.note').join(' ')).toContain(`note: ${remarks[0]}`);
    expect(tooltips(svg)).toContain('(2,954 deeper frames) (7 bytes, 70.00%)');
  });

  test.each([true, false])('leaves the data out where that does not do: wanted %s', (embed) => {
    const { svg, remarks } = sized(80_000, embed, deep);
    expect(Buffer.byteLength(svg)).toBeLessThanOrEqual(80_000);
    expect(holdsData(svg)).toBe(false);
    expect(remarks.filter((line) => line.startsWith('the stacks are not'))).toHaveLength(
      embed ? 1 : 0,
    );
    expect(remarks[0]).toMatch(/^of every stack \d+ frames are drawn/);
  });
});
