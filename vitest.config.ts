import { defineConfig } from 'vitest/config';

const bpfTests = 'test/bpf/**/*.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: [bpfTests],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'bpf',
          include: [bpfTests],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // One after the other, and after everything else: each wants the machine to itself.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
