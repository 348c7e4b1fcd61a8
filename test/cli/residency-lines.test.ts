import { expect, test } from 'vitest';
import { residenciesLines, residencyLines } from '../../src/cli/residency-lines.ts';
import type { Residency } from '../../src/profile/residency.ts';

const none: Residency = {
  process: 'server (pid 7)',
  pageSize: 4096,
  kinds: ['anon', 'file', 'shmem'],
  before: 100,
  after: 100,
  explained: 0,
  withoutFault: 0,
  freed: 0,
  swappedOut: 0,
  copied: 0,
  again: 0,
  swapped: 0,
  zero: 0,
  released: 0,
  upperBound: false,
};

function rss(before: number, after?: number): Pick<Residency, 'rss'> {
  return { rss: { before: 4096 * before, ...(after !== undefined && { after: 4096 * after }) } };
}

test('a process that shrank still shows what grew', () => {
  const shrunk = { ...none, after: 40, explained: 10, freed: 60, swappedOut: 10, ...rss(100, 40) };
  expect(residencyLines(shrunk)).toEqual([
    'server (pid 7) resident: 400.0 KiB before, 160.0 KiB after: shrank by 240.0 KiB',
    '        40.0 KiB         10 pages  explained by faults',
    '  -    240.0 KiB         60 pages  freed meanwhile',
    '  -     40.0 KiB         10 pages  swapped out',
    '  =   -240.0 KiB        -60 pages  by the page table, as /proc/PID/status has it',
  ]);
});

test('a difference to the counters of the kernel is said', () => {
  const grown = { ...none, after: 105, explained: 5 };
  const difference = (after: number) => residencyLines({ ...grown, ...rss(100, after) }).at(-1);
  expect(difference(103)).toMatch(/ by the page table, 2 pages more than \/proc\/PID\/status has$/);
  expect(difference(106)).toMatch(/ by the page table, 1 page less than \/proc\/PID\/status has$/);
  expect(residencyLines(grown).at(-1)).toMatch(/ by the page table$/);
  expect(residencyLines({ ...none, ...rss(9, 9) })[0]).toContain('after: no growth');
});

test('only some kinds, and a process that has ended', () => {
  const ended = { ...none, kinds: ['anon', 'shmem'], after: 0, freed: 100, ...rss(100) } as const;
  expect(residencyLines(ended)[0]).toBe(
    'server (pid 7) resident (anonymous memory, shared memory): 400.0 KiB before, and it has ended: nothing is resident',
  );
});

test('where the page table could not be read there is one number, and what it is worth', () => {
  const unread = { ...none, before: 0, after: 0, explained: 9, upperBound: true, ...rss(10, 12) };
  const lines = residencyLines(unread);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(
    /^ +36\.0 KiB +9 pages {2}an upper bound: \/proc\/PID\/pagemap could not be read/,
  );
});

test('of many processes those that changed most, and the others in one line', () => {
  const grown = Array.from({ length: 13 }, (_, i) => ({
    ...none,
    process: `p${i}`,
    after: 100 + i,
  }));
  const ended = { ...none, process: 'short', before: 0, after: 0, released: 5 };
  const lines = residenciesLines([...grown, ended, ended]);
  expect(lines.filter((line) => line.includes('resident:'))).toHaveLength(10);
  expect(lines[0]).toContain('p12 resident');
  expect(lines.slice(-2)).toEqual([
    '3 others: grew by 12.0 KiB',
    '2 others: ended, so that nothing is resident',
  ]);
  expect(residenciesLines([ended])).toEqual(residencyLines(ended));
});
