import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/reader.ts';
import { type Capture, isCapture } from '../../src/capture.ts';
import { UserError } from '../../src/errors.ts';
import { chunksOf } from '../chunks.ts';
import { withFrames } from './frames-of.ts';

const folder = new URL('../data/capture/', import.meta.url);
const heap = readFileSync(new URL('heap.capture', folder), 'utf8');
const two = readFileSync(new URL('two-processes.capture', folder), 'utf8');
const details = readFileSync(new URL('details.capture', folder), 'utf8');
const lines = heap.trimEnd().split('\n');
const detailLines = details.trimEnd().split('\n');

function read(text: string | Uint8Array, chunkSize?: number): Promise<Capture> {
  return readCapture(chunksOf(text, chunkSize));
}

/** The capture with one line replaced; line numbers count from 1. */
function withLine(number: number, line: string, whole = lines): string {
  return `${whole.with(number - 1, line).join('\n')}\n`;
}

async function messageOf(text: string): Promise<string> {
  const error = await read(text).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

describe('readCapture', () => {
  it('reads everything that the format has', async () => {
    const capture = await read(heap);
    expect(capture.header).toEqual({
      kind: 'heap',
      tool: 'memstacks 0.1.0',
      host: 'web1',
      kernel: '6.1.0-18-amd64',
      machine: 'x86_64',
      pageSize: 4096,
      start: '2026-11-21T06:14:00.123Z',
      end: '2026-11-21T06:14:05.125Z',
      durationMs: 5002,
      mode: 'full',
      stop: 'duration',
      filters: { minSize: 64, maxSize: 1048576, olderMs: 500 },
      limits: { maxFrames: 127, maxStacks: 65536, maxLive: 1000000 },
    });
    expect(capture.processes).toEqual([
      {
        pid: 1234,
        name: 'server',
        command: ['./server', '--port', '80'],
        allocators: [
          { path: '/usr/lib/x86_64-linux-gnu/libc.so.6', functions: ['malloc', 'calloc'] },
        ],
        state: 'running',
        execs: 1,
        forks: 2,
      },
    ]);
    expect(capture.modules.slice(0, 2)).toEqual([
      { path: '/usr/lib/x86_64-linux-gnu/libc.so.6', buildId: '4d8a' },
      { path: '/srv/server' },
    ]);
    expect(capture.frames[0]).toEqual({ kind: 'function', name: 'malloc', module: 0 });
    expect(capture.frames.slice(5)).toEqual([
      { kind: 'offset', module: 2, offset: 139637976727552 },
      { kind: 'address', address: 139637976727553 },
      { kind: 'label', label: 'stack table full' },
    ]);
    expect(withFrames(capture, [...capture.stacks][3]!)).toEqual({
      process: 0,
      frames: [2, 0],
      alloc: { bytes: 70, calls: 1 },
      freed: { bytes: 0, calls: 0 },
      unfreed: { bytes: 70, calls: 1 },
      walkEnd: 'cut',
    });
    expect(capture.end).toEqual({
      alloc: { bytes: 18002, calls: 48 },
      freed: { bytes: 13516, calls: 37 },
      unfreed: { bytes: 4230, calls: 7 },
      lost: [
        { reason: 'live_table_full', calls: 3, bytes: 96 },
        { reason: 'stack_table_full', calls: 30, bytes: 9000 },
        { reason: 'missed_probe', calls: 2 },
      ],
      filtered: [
        { reason: 'size', calls: 10, bytes: 160 },
        { reason: 'younger', calls: 4, bytes: 256 },
      ],
      notes: [{ reason: 'untracked_frees', calls: 12 }],
    });
    expect(capture.truncated).toBe(false);
  });

  it('reads what frames, stacks and modules may say besides', async () => {
    const capture = await read(details);
    expect(capture.header.unwind).toBe('auto');
    expect(capture.modules.map(({ unwind, symbols }) => [unwind, symbols])).toEqual([
      ['eh_frame', 'dynsym'],
      ['debug_frame', 'debug_file'],
      ['eh_frame', 'debugdata'],
      ['none', 'jit_map'],
      ['none', 'none'],
    ]);
    expect(capture.frames[5]).toEqual({
      kind: 'function',
      name: 'load_rows(char const*)',
      module: 1,
      file: 'src/rows.cpp',
      line: 30,
    });
    expect(capture.frames[2]).toMatchObject({ line: 137, inlined: true });
    expect(capture.frames[6]).not.toHaveProperty('line');
    expect(capture.frames[8]).toMatchObject({ jit: true });
    expect(capture.frames[13]).toEqual({
      kind: 'function',
      name: 'do_anonymous_page',
      kernel: true,
    });
    expect([...capture.stacks].map(({ walkEnd, fpFrames }) => [walkEnd, fpFrames])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      ['no_unwind_info', [0]],
      ['no_unwind_info', undefined],
      ['cut', undefined],
      ['no_mapping', [0, 1]],
      [undefined, undefined],
      ['unsupported', undefined],
      ['unreadable', undefined],
    ]);
    expect(capture.truncated).toBe(false);
  });

  it('reads a capture without frees and the fate of a program', async () => {
    const capture = await read(two);
    expect(capture.header.filters.maxSize).toBeNull();
    expect(capture.processes[1]).toMatchObject({ state: 'exited', signal: 11 });
    expect(withFrames(capture, [...capture.stacks][0]!)).toEqual({
      process: 0,
      frames: [1, 0],
      alloc: { bytes: 10, calls: 1 },
    });
    expect(capture.end).not.toHaveProperty('unfreed');
  });

  it('does not care how the bytes are cut into chunks, or about the last line feed', async () => {
    const whole = await read(heap);
    for (const chunkSize of [1, 3, 1000]) expect(await read(heap, chunkSize)).toEqual(whole);
    expect(await read(heap.trimEnd())).toEqual(whole);
  });

  it('cut short anywhere, keeps the complete lines and says so', async () => {
    const whole = await read(heap);
    for (let length = 0; length < heap.length - 1; length++) {
      const text = heap.slice(0, length);
      if (length < lines[0]!.length) {
        expect(await messageOf(text)).toMatch(/^this is not a capture: /);
        continue;
      }
      const capture = await read(text);
      // A line that lacks only its line feed is complete.
      const complete = text.split('\n').filter((line) => lines.includes(line));
      const stacks = complete.filter((line) => line.startsWith('{"stack"')).length;
      const frames = complete.filter((line) => line.startsWith('{"frame"')).length;
      expect(capture.truncated).toBe(true);
      expect(capture).not.toHaveProperty('end');
      expect([...capture.stacks]).toEqual([...whole.stacks].slice(0, stacks));
      expect(capture.frames).toEqual(whole.frames.slice(0, frames));
    }
  });

  it('ignores keys that it does not know, __proto__ among them', async () => {
    const text = heap.replaceAll(/^\{/gm, '{"later":[1],"__proto__":{"version":2,"label":"x"},');
    const capture = await read(text.replace('{"later":[1],', '{'));
    expect(capture).toEqual(await read(heap));
  });

  it.each([
    [1, '{"capture":"heap","version":2}', 'format version 2'],
    [1, '{"capture":"heap","version":"1"}', '"version" must be a whole number'],
    [1, '{"capture":"guesses","version":1}', '"capture" must be one of heap'],
    [1, '{"version":1}', 'not a capture'],
    [1, 'main;malloc 12', 'not a capture'],
    [1, '[]', 'must be an object'],
    [1, lines[0]!.replace('"full"', '"half"'), '"mode" must be one of full, alloc, entry'],
    [1, lines[0]!.replace('1048576', '-1'), '"max_size" must be a whole number'],
    [1, lines[0]!.replace('"filters":', '"other":'), '"filters" must be an object'],
    [
      1,
      lines[0]!
        .replace('"host"', '"h"')
        .replace('{"capture"', '{"__proto__":{"host":"x"},"capture"'),
      '"host" must be a text',
    ],
    [2, lines[1]!.replace('"./server"', '1'), '"command" must hold texts'],
    [2, lines[1]!.replace('"running"', '"__proto__"'), '"state" must be one of'],
    [2, lines[1]!.replace('[{"path"', '[7,{"path"'), 'each of "allocators" must be an object'],
    [2, lines[1]!.replace('1234', '1e400'), '"pid" must be a whole number'],
    [3, '{"module":1,"path":"/x"}', '"module" must be 0, the next number'],
    [4, '{"module":1,"path":null}', '"path" must be a text'],
    [6, '{"frame":0,"name":"x","module":3}', '"module" refers to number 3'],
    [6, '{"frame":0}', 'a frame needs'],
    [6, '{"frame":0,"offset":1}', 'a frame needs'],
    [6, '{"frame":0,"module":0,"offset":1.5}', '"offset" must be a whole number'],
    [6, '{"frame":0,"address":18446744073709551615}', '"address" must be a whole number'],
    [14, lines[13]!.replace('[1,2,0]', '[1,2,8]'), '"frames" refers to number 8'],
    [14, lines[13]!.replace('[1,2,0]', '[-1]'), '"frames" must be a whole number'],
    [14, lines[13]!.replace('[1,2,0]', '[]'), '"frames" must not be empty'],
    [14, lines[13]!.replace('[1,2,0]', '{"0":1,"length":1}'), '"frames" must be a list'],
    [14, lines[13]!.replace('"process":0', '"process":1'), '"process" refers to number 1'],
    [14, lines[13]!.replace('[8192,2]', '[8192]'), '"alloc" must be [bytes, calls]'],
    [14, lines[13]!.replace('[8192,2]', '[9007199254740992,2]'), '"alloc" must be a whole number'],
    [14, lines[13]!.replace(',"unfreed":[4096,1]', ''), '"unfreed" must be a list'],
    [17, lines[16]!.replace('true', '"yes"'), '"cut" must be one of true, false'],
    [20, lines[19]!.replace('"calls":3', '"calls":"3"'), '"calls" must be a whole number'],
    [20, lines[19]!.replace('"lost":{', '"lost":[],"x":{'), '"lost" must be an object'],
    [20, lines[19]!.replace('12}', 'null}'), '"untracked_frees" must be a whole number'],
    [20, `${lines[19]}\n${lines[18]}`, 'after the end line'],
    [9, '{"thing":3}', 'neither a process'],
    [9, '{"frame":3,"module":0,"offset":4660', 'not JSON'],
    [9, '', 'not JSON'],
  ])('refuses a malformed line %i, case %#', async (number, line, expected) => {
    const message = await messageOf(withLine(number, line));
    expect(message).toContain(expected);
    const at = line.includes('\n') ? number + 1 : number;
    if (at > 1 || message.includes('malformed')) expect(message).toContain(`line ${at} `);
  });

  it.each([
    [1, '"unwind":"auto"', '"unwind":"orc"', '"unwind" must be one of auto, dwarf, fp'],
    [
      3,
      '"unwind":"eh_frame"',
      '"unwind":1',
      '"unwind" must be one of eh_frame, debug_frame, code_cache, none',
    ],
    [3, '"symbols":"dynsym"', '"symbols":""', '"symbols" must be one of symtab, '],
    [10, '"file":"/usr', '"file":["/usr"],"x":"', '"file" must be a text'],
    [10, '"line":137', '"line":-1', '"line" must be a whole number'],
    [10, '"inlined":true', '"inlined":1', '"inlined" must be one of true, false'],
    [16, '"jit":true', '"jit":"yes"', '"jit" must be one of true, false'],
    [21, '"kernel":true', '"kernel":null', '"kernel" must be one of true, false'],
    [26, '"no_unwind_info"', '"tired"', '"walk_end" must be one of cut, no_mapping'],
    [26, '"fp_frames":[0]', '"fp_frames":0', '"fp_frames" must be a list'],
    [26, '"fp_frames":[0]', '"fp_frames":[3]', '"fp_frames" holds place 3, and there are only 3'],
    [26, '"fp_frames":[0]', '"fp_frames":[0.5]', '"fp_frames" must be a whole number'],
  ])('refuses a malformed detail on line %i, case %#', async (number, good, bad, expected) => {
    const line = detailLines[number - 1]!;
    expect(line).toContain(good);
    const message = await messageOf(withLine(number, line.replace(good, bad), detailLines));
    expect(message).toContain(expected);
    expect(message).toContain(`line ${number} `);
  });

  it.each([
    ['plain', lines],
    ['detailed', detailLines],
  ])('throws nothing but UserErrors, whatever one value becomes: %s', async (_, whole) => {
    const stacks = whole.filter((line) => line.startsWith('{"stack"')).length;
    const spots = whole.flatMap((line, at) =>
      Array.from(line.matchAll(/(?<=[:[,])(?:"[^"]*"|\d+|null|true)/g), (match) => ({
        number: at + 1,
        mutated: (value: string) =>
          line.slice(0, match.index) + value + line.slice(match.index + match[0].length),
      })),
    );
    const value = fc.oneof(
      fc.json(),
      fc.constantFrom(
        '-1',
        '1e999',
        '9007199254740993',
        '"\\u0000"',
        '{"__proto__":1}',
        '[[]]',
        '',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...spots), value, async (spot, text) => {
        const mutated = withLine(spot.number, spot.mutated(text), whole);
        const result = await read(mutated).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(UserError);
        else expect((result as Capture).stacks).toHaveLength(stacks);
      }),
      { numRuns: 1000 },
    );
  });

  it('never shows the text of a malformed line, which the traced process may have chosen', async () => {
    expect(await messageOf(withLine(2, '{"process":0,"pid":"\u001b[2J"}'))).not.toContain('\u001b');
  });
});

describe('isCapture', () => {
  it('tells captures from collapsed stacks', () => {
    const looks = (text: string) => isCapture(new TextEncoder().encode(text));
    expect(looks(heap.slice(0, 12))).toBe(true);
    expect(looks('{ "capture": "heap" }')).toBe(true);
    expect(looks('main;malloc 12\n')).toBe(false);
    expect(looks('{lambda};malloc 12\n')).toBe(false);
    expect(looks('{"name":"capture"}')).toBe(false);
    expect(looks('')).toBe(false);
  });
});
