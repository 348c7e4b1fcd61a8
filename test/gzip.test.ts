import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gzip } from '../src/gzip.ts';

const packed = (...texts: string[]) =>
  Buffer.concat(
    Array.from(gzip(texts.map((text) => Buffer.from(text))), (chunk) => Buffer.from(chunk)),
  );

/** Text that repeats itself over any distance, with letters of 1 to 4 bytes. */
const repeating = fc
  .array(fc.tuple(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(400)))
  .map((parts) => parts.map(([text, times]) => text.repeat(times)));

test('is what zlib unpacks to the same text', () => {
  fc.assert(
    fc.property(repeating, (texts) => {
      expect(gunzipSync(packed(...texts)).equals(Buffer.from(texts.join('')))).toBe(true);
    }),
  );
});

/** Like thrown dice, and the same each time. */
function* dice(count: number, sides: number): Generator<number> {
  for (let i = 0, state = 1; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield Math.floor((state / 2 ** 32) * sides);
  }
}

/** A block where some letters are so rare that the shortest codes altogether would have 16 bits and more. */
function skewed(): string {
  const letters = Array.from(dice(65_536, 64), (face) => String.fromCharCode(64 + face));
  for (let rare = 0, at = 0; rare < 11; rare++)
    for (let times = 0; times < 2 ** (rare - 1) || times === 0; times++, at += 29)
      letters[at] = String.fromCharCode(32 + rare);
  return letters.join('');
}

test.each([
  ['nothing', ''],
  ['one letter', 'x'],
  ['just a block', 'x'.repeat(65_536)],
  ['what does not repeat', String.fromCharCode(...dice(100_000, 128))],
  ['what repeats just in reach', `abcdef${'-'.repeat(32_762)}abcdef`],
  ['what repeats out of reach', `abcdef${'-'.repeat(32_763)}abcdef`],
  ['letters of very different frequency', skewed()],
])('%s comes back', (_, text) => {
  expect(gunzipSync(packed(text)).toString()).toBe(text);
});

test('chunks of the text do not matter', () => {
  const text = [...dice(60_000, 1000)].join(';');
  const pieces = text.match(/.{1,777}/gs)!;
  expect(packed(...pieces).equals(packed(text))).toBe(true);
});

test('is not much longer than what zlib makes, and the same bytes on every machine', () => {
  const names = Array.from(dice(20_000, 3000), (face) => `app::Parser<Utf8>::flush_${face}(int)\n`);
  const bytes = packed(names.join(''));
  expect(createHash('sha256').update(bytes).digest('hex')).toMatchInlineSnapshot(
    `"ff13b3fbd22aeff2c6c92d5e3e3710bed0be8216594921ee04c480301737a5ac"`,
  );
  expect(bytes.length).toBeLessThan(1.15 * gzipSync(names.join('')).length);
});
