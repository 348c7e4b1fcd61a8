import { describe, expect, it } from 'vitest';
import { isCapture } from '../../src/capture.ts';
import { withFrames } from './frames-of.ts';
import { details, heap, lines, messageOf, read, two } from './samples.ts';

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
        executable: '/srv/server',
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
