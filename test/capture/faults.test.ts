import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/reader.ts';
import type { Capture } from '../../src/capture.ts';
import { writeCollapsed } from '../../src/collapsed.ts';
import { UserError } from '../../src/errors.ts';
import { foldHeap } from '../../src/fold/heap.ts';
import { foldResident } from '../../src/fold/resident.ts';
import type { Profile } from '../../src/profile.ts';
import { chunksOf } from '../chunks.ts';
import { textOf } from '../text-of.ts';
import { withFrames } from './frames-of.ts';

const folder = new URL('../data/capture/', import.meta.url);
const faults = readFileSync(new URL('faults.capture', folder), 'utf8');
const incident = readFileSync(new URL('incident.capture', folder), 'utf8');
const lines = faults.trimEnd().split('\n');

function read(text: string): Promise<Capture> {
  return readCapture(chunksOf(text));
}

/** The capture with one piece of its text replaced. */
function changed(good: string, bad: string): string {
  expect(faults).toContain(good);
  return faults.replace(good, bad);
}

function collapsed(profile: Profile): string {
  return textOf(writeCollapsed(profile));
}

async function messageOf(text: string): Promise<string> {
  const error = await read(text).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

describe('a capture of page faults', () => {
  it('is read', async () => {
    const capture = await read(faults);
    const { header, processes, faults: read_, stacks, end } = capture;
    expect(header).toMatchObject({ kind: 'faults', pageSize: 4096 });
    expect(header).not.toHaveProperty('mode');
    expect(header.limits).toEqual({ maxFrames: 127, maxStacks: 65536, maxPages: 1000000 });
    expect(processes[0]).toMatchObject({ allocators: [], rss: { after: { anon: 531 * 4096 } } });
    expect([...stacks]).toEqual([]);
    expect(read_!.source).toBe('exceptions');
    expect(withFrames(capture, read_!.stacks[2]!)).toEqual({
      process: 0,
      frames: [3, 1],
      faults: 3,
      walkEnd: 'no_mapping',
      fpFrames: [0],
    });
    const { mappings, start, end: last, faulted } = read_!.processes[0]!;
    expect(mappings[0]).toEqual({
      first: 256,
      count: 40,
      perms: 'r-xp',
      kind: 'file',
      path: '/srv/server',
    });
    expect([...start.first, ...start.count, ...start.what]).toEqual([256, 65536, 20, 10, 1, 0]);
    expect([...last.what]).toEqual([1, 0, 8, 0, 2, 4, 0]);
    expect([...faulted.stack]).toEqual([2, 1, 1, 0, 0, 0, 3]);
    expect([...faulted.what]).toEqual([0, 1, 2, 1, 1, 0, 1]);
    expect(end!.faults).toEqual({ user: 30, kernel: 4, present: 5 });
    expect(end!.lost).toEqual([
      { reason: 'page_table_full', calls: 7, noun: 'fault' },
      { reason: 'stack_table_full', calls: 6, noun: 'fault' },
    ]);
  });

  it('folds to what is resident', async () => {
    const profile = foldResident(await read(faults));
    await expect(collapsed(profile)).toMatchFileSnapshot(
      new URL('faults.resident.folded', folder).pathname,
    );
    const { residency, lost, stacks } = profile.meta;
    const { rss, ...sums } = residency![0]!;
    expect(sums).toEqual({
      process: 'server (pid 1234)',
      pageSize: 4096,
      kinds: ['anon', 'file', 'shmem'],
      before: 30,
      after: 561,
      explained: 531,
      withoutFault: 2,
      freed: 2,
      swappedOut: 0,
      copied: 2,
      again: 4,
      swapped: 3,
      zero: 2,
      released: 6,
      upperBound: false,
    });
    expect(rss).toEqual({ before: 30 * 4096, after: 561 * 4096 });
    expect(lost!.map(({ reason }) => reason)).toEqual(['page_table_full', 'stack_table_full']);
    expect(stacks!.total).toEqual({ bytes: 531 * 4096, calls: 531 });
  });

  it('has no allocations to show', async () => {
    const capture = await read(faults);
    for (const view of ['all', 'unfreed'] as const)
      expect(() => foldHeap(capture, view)).toThrow(
        `this capture is of page faults, so it has no view "${view}"`,
      );
  });

  it('needs its end: half of the pages say nothing', async () => {
    for (let kept = 2; kept < lines.length; kept++) {
      const capture = await read(`${lines.slice(0, kept).join('\n')}\n`);
      expect(capture.truncated).toBe(true);
      expect(() => foldResident(capture)).toThrow('cut short');
    }
  });
});

describe('a capture of both', () => {
  it('has all views', async () => {
    const capture = await read(incident);
    expect(collapsed(foldResident(capture))).toBe(collapsed(foldResident(await read(faults))));
    expect(collapsed(foldHeap(capture, 'all'))).toBe('main;load;malloc 8192\nmain;malloc 100\n');
    expect(collapsed(foldHeap(capture, 'unfreed'))).toBe('main;load;malloc 4096\n');
    expect(capture.end!.faults!.user).toBe(30);
  });
});

describe('a malformed capture of page faults', () => {
  it.each([
    ['"source":"exceptions"', '"source":"guesses"', '"source" must be one of exceptions, perf'],
    ['"faults":{"source":"exceptions"}', '"faults":1', '"faults" must be an object'],
    ['"page_size":4096', '"page_size":0', '"page_size" must be a power of 2'],
    ['"page_size":4096', '"page_size":4097', '"page_size" must be a power of 2'],
    [',"max_pages":1000000', '', '"max_pages" must be a whole number'],
    ['"rss":{"before"', '"rss":{"before":7,"Before"', '"before" must be an object'],
    ['"faults":16', '"faults":"16"', '"faults" must be a whole number'],
    ['"frames":[0,1],"faults":16', '"frames":[0,1]', 'no allocations were traced'],
    ['"stack":1', '"stack":2', '"stack" must be 1, the next number'],
    ['[256,40]', '[256]', '"pages" must hold lists of 2 numbers'],
    ['[256,40]', '[256,0]', 'must have at least one'],
    ['[256,40]', '[256,9007199254740991]', 'end below 2^53'],
    ['[256,40]', '[65530,40]', 'must lie behind those before'],
    ['"kind":"file"', '"kind":"device"', '"kind" must be one of anon, file'],
    ['"path":""', '"path":null', '"path" must be a text'],
    ['[65536,10,0]', '[65536,10]', '"resident" must hold lists of 3 numbers'],
    ['[65536,10,0]', '[65536,10,64]', 'from 0 to 63'],
    ['[65536,10,0]', '[275,10,0]', 'must lie behind those before'],
    ['[65536,10,0]', '[65536,-1,0]', '"resident" must be a whole number'],
    ['[65536,10,0]', '[65536,1.5,0]', '"resident" must be a whole number'],
    ['"when":"start"', '"when":"before"', '"when" must be one of start, end'],
    ['[65536,4,1,1]', '[65536,4,1,3]', 'from 0 to 2'],
    ['[65536,4,1,1]', '[65536,4,4,1]', 'refers to a stack that took no faults'],
    ['[65536,4,1,1]', '[65536,4,1]', '"faulted" must hold lists of 4 numbers'],
    ['"when":"end"', '"process":1,"when":"end"', 'number 1, which no earlier line defines'],
    ['"kernel":4', '"Kernel":4', '"kernel" must be a whole number'],
  ])('%s -> %s', async (good, bad, expected) => {
    const message = await messageOf(changed(good, bad));
    expect(message).toContain(expected);
    expect(message).toMatch(/^line \d+ of the capture is malformed: /);
  });

  it('refuses a fault of a stack that allocated', async () => {
    const bad = incident.replace('[65536,4,2,1]', '[65536,4,1,1]');
    expect(bad).not.toBe(incident);
    expect(await messageOf(bad)).toContain('refers to a stack that took no faults');
  });

  it('refuses pages in a capture of the heap', async () => {
    const heap = readFileSync(new URL('heap.capture', folder), 'utf8').trimEnd().split('\n');
    const page = '{"resident":[[1,1,0]],"when":"end","process":0}';
    expect(await messageOf(`${heap.toSpliced(-1, 0, page).join('\n')}\n`)).toContain('malformed');
  });

  it('throws nothing but UserErrors, whatever one value becomes', async () => {
    const spots = Array.from(faults.matchAll(/(?<=[:[,])(?:"[^"]*"|\d+|\[|null|true)/g));
    const value = fc.oneof(fc.json(), fc.constantFrom('-1', '1e999', '9007199254740991', '[]', ''));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...spots), value, async ({ index, 0: old }, text) => {
        const mutated = faults.slice(0, index) + text + faults.slice(index + old.length);
        const result = await read(mutated)
          .then((capture) => foldResident(capture))
          .catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(UserError);
      }),
      { numRuns: 1000 },
    );
  });
});
