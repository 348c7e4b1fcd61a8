import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalOption, several, single, sizeOption, wholeOption } from '../../src/cli/numbers.ts';
import { UserError } from '../../src/errors.ts';

describe('sizes', () => {
  test.each([
    ['0', 0],
    ['64', 64],
    ['4k', 4096],
    ['4K', 4096],
    ['1M', 1048576],
    ['2G', 2147483648],
    ['4KiB', 4096],
    ['7b', 7],
  ])('%s', (text, bytes) => {
    expect(sizeOption(text, '-z')).toBe(bytes);
  });

  test.each(['', 'k', '-1', '1.5k', '4kk', '4T', ' 4', '0x10', '9007199254740992', '9999999G'])(
    'not %j',
    (text) => {
      expect(() => sizeOption(text, '-z')).toThrow(UserError);
    },
  );
});

test('whole numbers come back as they were written, or not at all', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), fc.nat(), (number, least) => {
      const read = () => wholeOption(String(number), '-T', { least });
      if (number < least) expect(read).toThrow(UserError);
      else expect(read()).toBe(number);
    }),
  );
});

test('any other text is refused with the option and the text', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      fc.pre(!/^\d+(\.\d*)?$|^\.\d+$/.test(text));
      expect(() => wholeOption(text, '--top')).toThrow(`--top ${text}: expected`);
      expect(() => decimalOption(text, 'seconds')).toThrow(`seconds ${text}: expected`);
    }),
  );
});

test.each([
  ['5', 5],
  ['0.5', 0.5],
  ['.5', 0.5],
  ['5.', 5],
])('decimal %s', (text, number) => {
  expect(decimalOption(text, 'seconds')).toBe(number);
});

test('options that were not given have no value', () => {
  expect(sizeOption(undefined, '-z')).toBeUndefined();
  expect(wholeOption(undefined, '-T')).toBeUndefined();
  expect(decimalOption(undefined, 'seconds')).toBeUndefined();
  expect(single(undefined, '-n')).toBeUndefined();
  expect(several(undefined, '-o')).toEqual([]);
});

test('one value or several', () => {
  expect(several('a', '-o')).toEqual(['a']);
  expect(several(['a', 'b'], '-o')).toEqual(['a', 'b']);
  expect(() => several(['a', ''], '-o')).toThrow('-o needs a value');
  expect(() => single(['a', 'b'], '-n')).toThrow('-n may be given only once');
});
