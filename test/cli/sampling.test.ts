import { expect, test } from 'vitest';
import { parseHeader } from '../../src/capture/parse.ts';
import type { Sampling } from '../../src/capture.ts';
import { omissionLines } from '../../src/cli/omissions.ts';
import { programStatus, summaryLines } from '../../src/cli/summary.ts';
import { tableLines } from '../../src/cli/table.ts';
import { foldHeap } from '../../src/fold/heap.ts';
import { renderSvg } from '../../src/render/svg.ts';
import { captureOf, libc } from '../fold/captures.ts';

const header = {
  ...{ capture: 'heap', version: 1, tool: 't', host: 'h', kernel: 'k', machine: 'm' },
  ...{ page_size: 4096, start: 's', end: 'e', duration_ms: 1, mode: 'full', stop: 'rate' },
  filters: { min_size: 0, max_size: null, older_ms: 0 },
  limits: { max_frames: 1, max_stacks: 1, max_live: 1 },
};

test.each([
  [{ calls: 10 }, '1 of 10 calls'],
  [{ bytes: 524_288 }, 'one call in 512.0 KiB'],
] as const)('%j is said wherever numbers are', (sampling: Sampling, words) => {
  const fields = { ...header, sampling };
  const parsed = parseHeader({ number: 1, fields });
  expect(parsed.sampling).toEqual(sampling);
  const capture = captureOf({ header: { sampling }, stacks: [{ frames: [`malloc@${libc}`] }] });
  const profile = foldHeap(capture, 'all');
  expect(profile.meta.estimated).toBe(words);
  expect(summaryLines(capture)).toContain(`estimated: ${words}`);
  expect(tableLines(profile, { top: 1, sort: 'size', width: 80 })[0]).toContain(
    `(estimated: ${words}): 100 bytes in 1 call`,
  );
  expect([...renderSvg(profile)].join('')).toContain(`estimated: ${words}`);
});

test('without it nothing is said', () => {
  expect(parseHeader({ number: 1, fields: header }).sampling).toBeUndefined();
  const capture = captureOf({ stacks: [{ frames: [`malloc@${libc}`] }] });
  const profile = foldHeap(capture, 'all');
  expect(summaryLines(capture).join()).not.toContain('estimated');
  expect([...renderSvg(profile)].join('')).not.toContain('estimated');
});

test('what was not sampled is contained in the estimates', () => {
  expect(omissionLines({ filtered: [{ reason: 'not_sampled', calls: 9, bytes: 90 }] })).toEqual([
    'left out: 9 calls, 90 bytes, not sampled: the totals are estimates that contain them',
  ]);
});

test('a trace that the guard has ended says so, and has not failed', () => {
  const capture = captureOf({ header: { stop: 'rate' }, stacks: [] });
  expect(summaryLines(capture)[0]).toMatch(
    / s, until it called its allocator faster than --max-rate$/,
  );
  expect(programStatus(capture)).toBe(0);
});
