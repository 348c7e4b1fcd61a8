import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf, parseEvent } from '../../src/collect/events.ts';

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

async function linesIn(bytes: Uint8Array, sizes: readonly number[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunksOf(bytes, sizes))) lines.push(line);
  return lines;
}

test('lines do not depend on how the bytes come in pieces', async () => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(5)), async (lines, sizes) => {
      const bytes = new TextEncoder().encode(lines.map((each) => `${each}\n`).join(''));
      expect(await linesIn(bytes, sizes)).toEqual(lines);
    }),
  );
});

test('other separators are part of the line, and a last line needs no end', async () => {
  const bytes = new TextEncoder().encode('a\u2028b\rc\nlast');
  expect(await linesIn(bytes, [2])).toEqual(['a\u2028b\rc', 'last']);
});

test('every kind of event', () => {
  expect(parseEvent('{"event":"tracing","text":"Tracing pid 1"}')).toEqual({
    kind: 'tracing',
    text: 'Tracing pid 1',
  });
  expect(parseEvent('{"event":"error","text":"no","exit":2}')).toEqual({
    kind: 'error',
    text: 'no',
    exit: 2,
  });
  expect(parseEvent('{"event":"error","text":"no"}')).toMatchObject({ exit: 1 });
  const counters =
    '"elapsed_ms":1,"calls":2,"allocated_bytes":3,"unfreed_bytes":4,"lost_calls":5,"faults":6';
  expect(parseEvent(`{"event":"status",${counters}}`)).toEqual({
    kind: 'status',
    status: {
      elapsedMs: 1,
      calls: 2,
      allocatedBytes: 3,
      unfreedBytes: 4,
      lostCalls: 5,
      faults: 6,
    },
  });
});

test('what is no event is something that the helper had to say', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      expect(parseEvent(line).kind).toBe('warning');
    }),
  );
  expect(parseEvent('libbpf: oops')).toEqual({ kind: 'warning', text: 'libbpf: oops' });
  expect(parseEvent('{"event":"news","text":"hello"}')).toEqual({ kind: 'warning', text: 'hello' });
});
