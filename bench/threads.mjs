import { doubts, MODES, measureCost } from './cost.mjs';
import { median, mib, ns, table } from './figures.mjs';

const MORE_THREADS = [2, 3, 4];

/** `measureCost` of one thread, and what it gives for more of them. */
export async function measureThreads(one, { rounds, progress }) {
  const results = [{ threads: 1, rounds: one }];
  for (const threads of MORE_THREADS)
    results.push({
      threads,
      rounds: await measureCost({ threads, rounds, others: [], progress }),
    });
  return results;
}

/** The table of `measureThreads`: a mode's cost, and in brackets that of its probes alone. */
export function threadsTable(results) {
  const labels = MODES.map(({ label }) => `${label} (floor)`);
  const memory = ['collector, resident MiB', 'BPF maps, MiB'];
  return (
    table([['threads', 'untraced', ...labels, ...memory], ...results.map(threadsRow)]) +
    results.map(({ rounds }) => doubts(rounds)).join('')
  );
}

function threadsRow({ threads, rounds }) {
  const costs = MODES.map((_, i) => {
    const runs = rounds.map(({ modes }) => modes[i]);
    return `${ns(median(runs.map(({ real }) => real.ns)))} (${ns(median(runs.map(({ floor }) => floor.ns)))})`;
  });
  const memory = rounds.map(({ modes }) => modes.at(-1).real.memory);
  return [
    `${threads}`,
    ns(median(rounds.map(({ untraced }) => untraced))),
    ...costs,
    mib(median(memory.map(({ resident }) => resident))),
    mib(median(memory.map(({ maps }) => maps))),
  ];
}
