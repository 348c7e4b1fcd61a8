import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathTable } from '../../src/capture/paths.ts';
import { readCapture } from '../../src/capture/reader.ts';
import { StackLineScanner } from '../../src/capture/stack-line.ts';
import type { Capture } from '../../src/capture.ts';
import { chunksOf } from '../chunks.ts';
import { withFrames } from './frames-of.ts';

const folder = new URL('../data/capture/', import.meta.url);

/** What comes of the capture: its stacks, or what is wrong with it. */
async function resultOf(text: string): Promise<unknown> {
  const result = await readCapture(chunksOf(text)).catch((error: Error) => error.message);
  if (typeof result === 'string') return result;
  return [...result.stacks].map((stack) => withFrames(result, stack));
}

/** The same for JSON, and not as the helper writes it: `parseStack` reads it. */
function spaced(text: string): string {
  return text.replaceAll('{"stack":', '{ "stack":');
}

const odd = fc.oneof(
  fc.constantFrom('00', '01', '-0', '1.0', '1e2', '999999999999999', '1000000000000000', '', ' 1'),
  fc.constantFrom('9007199254740991', '9007199254740992', '9'.repeat(40), 'null', '"1"', '[1]'),
);
const exact = fc.oneof(fc.nat(9), fc.maxSafeNat());
const number = fc.oneof({ weight: 20, arbitrary: exact }, { weight: 1, arbitrary: odd });
const small = fc.oneof(
  { weight: 40, arbitrary: fc.nat(7) },
  { weight: 1, arbitrary: fc.constant(8) },
  { weight: 1, arbitrary: number },
);
const list = fc.array(small, { maxLength: 6 }).map((numbers) => `[${numbers}]`);
const pair = fc.tuple(number, number).map((numbers) => `[${numbers}]`);
const rest = fc.oneof(
  list.map((places) => `,"fp_frames":${places}`),
  pair.map((freed) => `,"freed":${freed}`),
  fc.constantFrom(',"cut":true', ',"cut":false', ',"walk_end":"cut"', ',"walk_end":"unreadable"'),
  fc.constantFrom(',"walk_end":"tired"', ',"unfreed_at":[]', ',"later":{}', ',', '}', ' ', 'x'),
);
const process = fc.oneof(
  { weight: 9, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: number },
);
const line = fc
  .record({
    process,
    frames: list,
    alloc: pair,
    freed: pair,
    unfreed: pair,
    rest: fc.array(rest, { maxLength: 2 }),
  })
  .map(
    ({ process, frames, alloc, freed, unfreed, rest }) =>
      `{"stack":3,"process":${process},"frames":${frames},"alloc":${alloc},` +
      `"freed":${freed},"unfreed":${unfreed}${rest.join('')}}`,
  );

describe('a line of a stack', () => {
  const lines = readFileSync(new URL('heap.capture', folder), 'utf8').trimEnd().split('\n');
  const at = lines.findIndex((each) => each.startsWith('{"stack":3,'));

  it('says the same whichever way it is read, whatever stands there', async () => {
    let understood = 0;
    await fc.assert(
      fc.asyncProperty(line, async (text) => {
        const whole = lines.with(at, text).slice(0, at + 1);
        const result = await resultOf(whole.join('\n'));
        if (Array.isArray(result)) understood++;
        expect(result).toEqual(await resultOf(spaced(whole.join('\n'))));
      }),
      { numRuns: 3000 },
    );
    expect(understood).toBeGreaterThan(500);
  });

  it('says the same with any byte changed, and cut anywhere', async () => {
    const text = lines[at]!;
    const head = `${lines.slice(0, at).join('\n')}\n`;
    for (let place = 10; place < text.length; place++)
      for (const byte of ['0', '9', ',', ']', '"', ' ', '']) {
        const other = head + text.slice(0, place) + byte + text.slice(place + 1);
        expect(await resultOf(other)).toEqual(await resultOf(spaced(other)));
      }
  });
});

const recorded = new URL('../../samples/recorded/', import.meta.url);
const captures = [
  ...readdirSync(folder).map((file) => new URL(file, folder)),
  ...readdirSync(recorded).map((file) => new URL(file, recorded)),
].filter(({ pathname }) => pathname.endsWith('.capture'));

describe.each(captures.map((url) => [url.pathname.split('/').at(-1)!, url] as const))(
  '%s',
  (_, url) => {
    it('has the same stacks whichever way it is read', async () => {
      const text = readFileSync(url, 'utf8');
      expect(await resultOf(text)).toEqual(await resultOf(spaced(text)));
    });
  },
);

it('leaves nothing that the helper writes of a stack that allocated to JSON.parse', async () => {
  const text = readFileSync(new URL('demo.capture', recorded), 'utf8');
  const capture: Capture = await readCapture(chunksOf(text));
  const table = new PathTable();
  const scanner = new StackLineScanner();
  const lines = text.split('\n').filter((each) => each.startsWith('{"stack":'));
  const scanned = lines.map((each, number) =>
    scanner.scan(Buffer.from(each), number, { ...capture, paths: table }),
  );
  expect(scanned).toHaveLength(capture.stacks.length);
  for (const stack of scanned) expect(stack).toBeDefined();
  expect(table.paths().parent).toHaveLength(capture.paths.parent.length);
});
