import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/reader.ts';
import type { Capture, CaptureStack } from '../../src/capture.ts';
import { writeCollapsed } from '../../src/collapsed.ts';
import { UserError } from '../../src/errors.ts';
import { foldHeap } from '../../src/fold/heap.ts';
import { missedSnapshots } from '../../src/fold/heap-metadata.ts';
import type { FrameChoice } from '../../src/fold/stack-tree.ts';
import { foldView } from '../../src/fold/views.ts';
import { type Profile, totals } from '../../src/profile.ts';
import { chunksOf } from '../chunks.ts';
import { textOf } from '../text-of.ts';
import { plainHeader } from './captures.ts';

const folder = new URL('../data/capture/', import.meta.url);

function captureOf(file: string): Promise<Capture> {
  return readCapture(chunksOf(readFileSync(new URL(file, folder))));
}

/** Every column as collapsed stacks. */
function shown(profile: Profile): string {
  return profile.columns
    .map(({ name }) => `# ${name}\n${textOf(writeCollapsed(profile, name))}`)
    .join('\n');
}

function golden(name: string): string {
  return new URL(name, folder).pathname;
}

describe('foldHeap', () => {
  it.each(['all', 'unfreed'] as const)('folds a capture to what is %s', async (view) => {
    const profile = foldHeap(await captureOf('heap.capture'), view);
    await expect(shown(profile)).toMatchFileSnapshot(golden(`heap.${view}.folded`));
  });

  it.each([
    ['plain', {}],
    ['addresses', { addresses: true }],
    ['hidden', { hideAllocator: true }],
  ] as const)('folds what is known of frames: %s', async (name, choice) => {
    const profile = foldHeap(await captureOf('details.capture'), 'all', choice);
    const text = textOf(writeCollapsed(profile));
    await expect(text).toMatchFileSnapshot(golden(`details.${name}.folded`));
  });

  it('keeps frames apart by their line', async () => {
    const profile = foldHeap(await captureOf('details.capture'), 'all');
    const lines = profile.frames.filter(({ name }) => name.startsWith('load_rows'));
    expect(lines.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'src/rows.cpp:12',
      'src/rows.cpp:30',
    ]);
    const names = ['JS:*render /app/page.js:3:1', 'do_anonymous_page', 'main'];
    expect(profile.frames.filter(({ name }) => names.includes(name))).toEqual([
      { name: 'main', module: 'server', file: 'src/main.cpp' },
      { name: 'JS:*render /app/page.js:3:1', module: '[anon]', jit: true },
      { name: 'do_anonymous_page', kernel: true },
    ]);
  });

  it('says how good the stacks are instead of how many are broken', async () => {
    const { stacks, notes } = foldHeap(await captureOf('details.capture'), 'all').meta;
    expect(stacks!.total).toEqual({ bytes: 8256, calls: 29 });
    expect(stacks!.complete).toEqual({ bytes: 6144, calls: 6 });
    expect(notes).toEqual([]);
  });

  it('separates several processes at the root', async () => {
    const profile = foldHeap(await captureOf('two-processes.capture'), 'all');
    await expect(shown(profile)).toMatchFileSnapshot(golden('two-processes.all.folded'));
  });

  it("adds up to the capture's own totals", async () => {
    const capture = await captureOf('heap.capture');
    for (const [view, key] of [
      ['all', 'alloc'],
      ['unfreed', 'unfreed'],
    ] as const) {
      const profile = foldHeap(capture, view);
      const [bytes, calls] = profile.columns.map((column) => totals(profile, column)[0]);
      expect({ bytes, calls }).toEqual(capture.end![key]);
    }
  });

  it('has no node for what weighs nothing in the view', async () => {
    const names = (profile: Profile) => profile.frames.map(({ name }) => name);
    const capture = await captureOf('heap.capture');
    const nodes = (profile: Profile) =>
      Array.from(profile.frame.subarray(1), (frame) => names(profile)[frame]);
    expect(nodes(foldHeap(capture, 'all'))).toContain('[stack table full]');
    expect(nodes(foldHeap(capture, 'unfreed'))).not.toContain('[stack table full]');
  });

  it('knows the modules by their base names', async () => {
    const profile = foldHeap(await captureOf('heap.capture'), 'all');
    expect(profile.frames.slice(0, 6)).toEqual([
      { name: 'malloc', module: 'libc.so.6' },
      { name: 'main', module: 'server' },
      { name: 'Map<int, char>::put(int) const', module: 'server' },
      { name: '[libc.so.6]', module: 'libc.so.6' },
      { name: '[anon]', module: '[anon]' },
      { name: '[unknown]' },
    ]);
  });

  it('says in words what the profile is of', async () => {
    expect(foldHeap(await captureOf('heap.capture'), 'unfreed').meta).toEqual({
      view: 'unfreed',
      host: 'web1',
      kernel: '6.1.0-18-amd64',
      tool: 'memstacks 0.1.0',
      targets: ['server (pid 1234)'],
      start: '2026-11-21T06:14:00.123Z',
      durationMs: 5002,
      filters: ['size >= 64 bytes', 'size <= 1048576 bytes', 'older than 500 ms'],
      filtered: [
        { reason: 'size', calls: 10, bytes: 160 },
        { reason: 'younger', calls: 4, bytes: 256 },
      ],
      lost: [
        { reason: 'live_table_full', calls: 3, bytes: 96 },
        { reason: 'stack_table_full', calls: 30, bytes: 9000 },
        { reason: 'missed_probe', calls: 2 },
      ],
      notes: ['server (pid 1234) replaced itself by another program'],
    });
  });

  it('leaves out of the view all what only concerns frees', async () => {
    const { filters, filtered, lost } = foldHeap(await captureOf('heap.capture'), 'all').meta;
    expect(filters).toEqual(['size >= 64 bytes', 'size <= 1048576 bytes']);
    expect(filtered!.map(({ reason }) => reason)).toEqual(['size']);
    expect(lost!.map(({ reason }) => reason)).toEqual(['stack_table_full', 'missed_probe']);
  });

  it('remarks on requests, and on a capture that was cut short', async () => {
    const { end, ...cut } = await captureOf('two-processes.capture');
    expect(end).toBeDefined();
    const { meta } = foldHeap({ ...cut, truncated: true }, 'all');
    expect(meta.targets).toEqual(['worker (pid 71)', 'worker (pid 72)']);
    expect(meta.notes).toEqual([
      'counts requests, also those that failed',
      'the capture was cut short: stacks and losses may be missing',
    ]);
    expect(meta).not.toHaveProperty('lost');
  });

  it('says how many stacks are incomplete, and does not trip over odd reasons', async () => {
    const capture = await captureOf('heap.capture');
    const notes = ['broken_stacks', 'constructor'].map((reason) => ({ reason, calls: 7 }));
    const { meta } = foldHeap({ ...capture, end: { ...capture.end!, notes } }, 'all');
    expect(meta.notes).toContain('the outer callers of 7 calls could not be found');
  });

  it('refuses to tell what is unfreed from a capture without frees', async () => {
    const capture = await captureOf('two-processes.capture');
    expect(() => foldHeap(capture, 'unfreed')).toThrow(UserError);
  });

  it('does not care in which order the stacks come', async () => {
    const capture = await captureOf('heap.capture');
    const reversed: readonly CaptureStack[] = [...capture.stacks].toReversed();
    const other = foldHeap({ ...capture, stacks: reversed }, 'all');
    expect(shown(other)).toBe(shown(foldHeap(capture, 'all')));
  });

  it('refuses weights that do not add up exactly', async () => {
    const capture = await captureOf('heap.capture');
    const huge = {
      ...[...capture.stacks][0]!,
      alloc: { bytes: Number.MAX_SAFE_INTEGER, calls: 1 },
    };
    expect(() => foldHeap({ ...capture, stacks: [huge, huge] }, 'all')).toThrow(UserError);
  });
});

describe('the quality of stacks', () => {
  it('knows whether code without a name is told by its place', async () => {
    const capture = await captureOf('details.capture');
    const addressesOf = (frames: FrameChoice) =>
      foldView(capture, { frames }).meta.stacks!.addresses;
    expect([addressesOf({ addresses: true }), addressesOf({})]).toEqual([true, undefined]);
  });
});

describe('missedSnapshots', () => {
  const missed = (taken: number, seconds: number, intervalUs?: number) =>
    missedSnapshots({
      ...plainHeader,
      durationMs: 1000 * seconds,
      snapshots: Array.from({ length: taken }, (_, index) => index + 1),
      ...(intervalUs && { intervalUs }),
    });

  it('says how many were taken, and how many were asked for', () => {
    expect(missed(93, 2, 1000)).toEqual([
      'noted 93 times, not 2,000 as --interval 0.001 asks: of more than 128 every other is given up',
    ]);
    expect(missed(1, 2, 50_000)).toEqual([
      'noted 1 time, not 40 as --interval 0.05 asks: there was no time for more',
    ]);
  });

  it('says nothing where they are there, or where nobody knows', () => {
    for (const taken of [19, 20, 21]) expect(missed(taken, 600, 30e6)).toEqual([]);
    expect(missed(17, 600, 30e6)).toEqual([]);
    expect(missed(16, 600, 30e6)).toHaveLength(1);
    expect(missed(0, 2, 30e6)).toEqual([]);
    expect(missed(3, 600)).toEqual([]);
    expect(missedSnapshots({ ...plainHeader, intervalUs: 1000 })).toEqual([]);
  });

  it('is a note of the views that tell growth, and of no others', async () => {
    const capture = await captureOf('growth-mmap.capture');
    const header = { ...capture.header, intervalUs: 1000 };
    for (const view of ['unfreed', 'mapped', undefined] as const)
      expect(foldView({ ...capture, header }, { view }).meta.notes).toEqual([
        expect.stringMatching(/^noted 4 times, not 5,000 as --interval 0.001 asks/),
      ]);
    for (const view of ['all', 'mmap'] as const)
      expect(foldView({ ...capture, header }, { view }).meta.notes).toEqual([]);
  });
});
