import { expect, test } from 'vitest';
import { liveText } from '../../src/cli/live.ts';
import type { Status } from '../../src/collect/events.ts';

const before: Status = {
  elapsedMs: 1000,
  calls: 500,
  allocatedBytes: 2048,
  unfreedBytes: 0,
  faults: 0,
  lostCalls: 0,
};
const now: Status = {
  elapsedMs: 1500,
  calls: 2500,
  allocatedBytes: 4096,
  unfreedBytes: 1536,
  faults: 700,
  lostCalls: 0,
};

test('the rate is that of the time since the last status', () => {
  expect(liveText(now, before, { seconds: 60, mode: 'full', faults: false })).toBe(
    '1.5 of 60 s, 4,000 allocations/s, 1.5 KiB unfreed',
  );
});

test('without a limit, without frees, with losses', () => {
  expect(
    liveText({ ...now, lostCalls: 12 }, undefined, {
      seconds: undefined,
      mode: 'alloc',
      faults: false,
    }),
  ).toBe('1.5 s, 1,667 allocations/s, 4.0 KiB allocated, 12 lost, Ctrl-C ends it');
});

test('a status in the same millisecond has no rate', () => {
  expect(liveText(now, now, { seconds: 60, mode: 'full', faults: false })).toContain(
    ' 0 allocations/s',
  );
});

test('page faults, alone and with allocations', () => {
  const faults = '1,400 faults/s, 700 faults';
  expect(liveText(now, before, { seconds: 60, mode: undefined, faults: true })).toBe(
    `1.5 of 60 s, ${faults}`,
  );
  expect(liveText(now, before, { seconds: 60, mode: 'full', faults: true })).toBe(
    `1.5 of 60 s, 4,000 allocations/s, 1.5 KiB unfreed, ${faults}`,
  );
});
