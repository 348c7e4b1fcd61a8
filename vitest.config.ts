import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const bpfTests = 'test/bpf/**/*.test.ts';
const askOnce = './test/bpf/ask-once.ts';
/** They depend on how fast the traced program runs, or trace every program of a file. */
const lonelyTests = [
  'attach',
  'diff',
  'faults',
  'forks',
  'growth',
  'memleak-defects',
  'rate',
  'sampling',
  'stress',
  'swap',
].map((name) => `test/bpf/${name}.test.ts`);
const patience = { testTimeout: 30_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: [bpfTests],
          ...patience,
          // Not one less than there are processors, which is one where there are two.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'bpf',
          include: [bpfTests],
          globalSetup: askOnce,
          exclude: lonelyTests,
          ...patience,
          // They mostly wait: for programs, and for the kernel to give probes back.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'bpf-alone',
          include: lonelyTests,
          globalSetup: askOnce,
          ...patience,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
