import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatBytes,
  formatChangeIn,
  formatCount,
  formatExactly,
  formatIn,
  formatShare,
  scaleFor,
} from '../src/units.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [812, '812 bytes'],
  [1023, '1,023 bytes'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [35_838_844, '34.2 MiB'],
  [2 ** 53, '8.0 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_234_567, '1,234,567'],
  [1234.5678, '1,234.5678'],
  [-1234, '-1,234'],
  [1e21, '1e+21'],
])('count %d is %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test('counts have a comma before every three digits', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (count) => {
      expect(formatCount(count)).toBe(count.toLocaleString('en-US'));
    }),
  );
});

test('one scale serves all amounts of a picture', () => {
  const scale = scaleFor(35_838_844, 'bytes');
  expect(formatIn(35_838_844, scale)).toBe('34.2 MiB');
  expect(formatIn(524_288, scale)).toBe('0.5 MiB');
  expect(formatIn(17, scale)).toBe('<0.1 MiB');
  expect(formatIn(0, scale)).toBe('0.0 MiB');
});

test('a small picture has more digits, a tiny one whole bytes, and counts have no unit', () => {
  expect(formatIn(1_500_000, scaleFor(1_500_000, 'bytes'))).toBe('1.43 MiB');
  expect(formatIn(812, scaleFor(1000, 'bytes'))).toBe('812 bytes');
  expect(formatIn(81_200, scaleFor(100_000, 'count'))).toBe('81,200');
});

test('an amount is told to the byte beside what is shown of it', () => {
  expect(formatExactly(5_190_451, scaleFor(5_190_451, 'bytes'), 'bytes')).toBe(
    '4.95 MiB (5,190,451 bytes)',
  );
  expect(formatExactly(20, scaleFor(5_190_451, 'bytes'), 'bytes')).toBe('<0.01 MiB (20 bytes)');
  expect(formatExactly(812, scaleFor(812, 'bytes'), 'bytes')).toBe('812 bytes');
  expect(formatExactly(1, scaleFor(5, 'count'), 'calls')).toBe('1 calls');
});

test.each([
  [100_000, 150_000, '+0.04 MiB'],
  [150_000, 100_000, '-0.04 MiB'],
  [0, 3_000_000, '+2.86 MiB'],
  [100_000, 100_001, '+<0.01 MiB'],
  [100_000, 99_999, '-<0.01 MiB'],
  [7, 7, '0.00 MiB'],
])('from %d to %d it is %s', (before, after, text) => {
  expect(formatChangeIn(before, after, scaleFor(3_000_000, 'bytes'))).toBe(text);
});

test('a change is what lies between the amounts that are shown, and nearly the true one', () => {
  const amount = fc.oneof(fc.nat(2000), fc.nat(20_000_000), fc.maxSafeNat());
  fc.assert(
    fc.property(amount, amount, (before, after) => {
      const scale = scaleFor(Math.max(before, after), 'bytes');
      const number = (text: string) => Number(text.replace(/[^\d.-]/g, ''));
      const [from, to] = [before, after].map((each) => formatIn(each, scale));
      const change = formatChangeIn(before, after, scale);
      const shown = [from, to].map((text) => (text!.startsWith('<') ? 0 : number(text!)));
      const between = change.includes('<') ? 0 : number(change);
      expect(between).toBeCloseTo(shown[1]! - shown[0]!, scale.digits + 1);
      const step = 10 ** -scale.digits;
      expect(Math.abs(between - (after - before) / scale.size)).toBeLessThanOrEqual(1.001 * step);
    }),
  );
});

test('formatted bytes are within half a digit of the truth', () => {
  const sizes = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  fc.assert(
    fc.property(fc.integer({ min: 1024, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
      const [number, unit] = formatBytes(bytes).split(' ');
      const size = 1024 ** (sizes.indexOf(unit!) + 1);
      expect(Math.abs(Number(number) * size - bytes)).toBeLessThanOrEqual(size * 0.0501);
      expect(Number(number)).toBeLessThan(1024);
    }),
  );
});

test.each([
  [0, 7, '0%'],
  [7, 7, '100%'],
  [1, 8, '12.5%'],
  [1, 1_000_000, '<0.1%'],
  [999_999, 1_000_000, '>99.9%'],
  [Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, '>99.9%'],
])('%d of %d are %s', (part, whole, text) => {
  expect(formatShare(part, whole)).toBe(text);
});

test('a share is 100% only of all, and 0% only of nothing', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (part, rest) => {
      fc.pre(part + rest > 0);
      const text = formatShare(part, part + rest);
      expect(text === '100%' || text === '100.0%').toBe(rest === 0);
      expect(text === '0%' || text === '0.0%').toBe(part === 0);
    }),
  );
});
