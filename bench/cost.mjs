import { MeasuringFailed } from './children.mjs';
import { memoryOf, startCollector, stopCollector } from './collector.mjs';
import { median, ns, spread, table } from './figures.mjs';
import { costNow, startPairs, stopPairs } from './pairs.mjs';

export const MODES = [
  { label: '--alloc-only', args: ['--alloc-only'], goal: 1.6 },
  { label: '--alloc-only --entry-only', args: ['--alloc-only', '--entry-only'], goal: 1.7 },
  { label: 'default', args: [], goal: 1.6 },
];
/** A floor below this times the untraced cost is doubtful: its probes may not have been hit. */
const LEAST_SLOWDOWN = 2;

/**
 * Rounds of: untraced, then every mode's floor and itself right after one another, so that what
 * else the machine does falls upon both. Every other round has them the other way round.
 * `others` are further tracers, `{ label, measure }`.
 */
export async function measureCost({ threads, rounds, others, progress }) {
  const program = await startPairs(threads);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    progress(`threads: ${threads}, round ${round + 1} of ${rounds}`);
    results.push(await measureRound({ program, others, realFirst: round % 2 === 1 }));
  }
  await stopPairs(program);
  return results;
}

async function measureRound({ program, others, realFirst }) {
  const untraced = await costNow(program);
  const modes = [];
  for (const { args } of MODES) modes.push(await measureMode({ program, args, realFirst }));
  const foreign = [];
  for (const { measure } of others) foreign.push(await measure(program, untraced));
  return { untraced, modes, foreign };
}

async function measureMode({ program, args, realFirst }) {
  const runs = [[...args, '--floor'], args];
  const order = realFirst ? runs.toReversed() : runs;
  const done = [];
  for (const run of order) done.push(await measureTraced(program, run));
  const [floor, real] = realFirst ? done.toReversed() : done;
  if (real.end.alloc[1] === 0) throw new MeasuringFailed('the collector saw no allocation');
  return { floor, real };
}

async function measureTraced(program, args) {
  const collector = await startCollector(program.pid, args);
  const cost = await costNow(program);
  const memory = memoryOf(collector);
  return { ns: cost, memory, ...(await stopCollector(collector)) };
}

/** The table of one `measureCost`. Goals only if it is `judged`: they are for one thread. */
export function costTable(results, others, judged) {
  const untraced = results.map((round) => round.untraced);
  return table([
    ['mode', 'floor ns', 'ns', 'ratio (lowest to highest)', 'goal', ''],
    ['untraced', '', ns(median(untraced)), '', '', ''],
    ...MODES.map((mode, i) => {
      const runs = results.map((round) => round.modes[i]);
      return modeRow(mode, { runs, judged });
    }),
    ...others.map((other, i) => {
      const costs = results.map((round) => round.foreign[i]);
      return foreignRow(other, costs);
    }),
  ]);
}

/** A tracer that did not slow the program in one of the rounds has no figure. */
function foreignRow({ label }, costs) {
  const cost = costs.includes(undefined) ? 'did not trace' : ns(median(costs));
  return [label, '', cost, '', '', ''];
}

function modeRow({ label, goal }, { runs, judged }) {
  const ratios = runs.map(({ real, floor }) => real.ns / floor.ns);
  const figures = [
    ns(median(runs.map(({ floor }) => floor.ns))),
    ns(median(runs.map(({ real }) => real.ns))),
    spread(ratios, 3),
  ];
  const verdict = median(ratios) <= goal ? 'ok' : 'MISSED';
  return [label, ...figures, ...(judged ? [`${goal}`, verdict] : ['', ''])];
}

/** How long attaching and detaching took, in every mode. */
export function attachTable(results) {
  const times = (i, key) => results.map((round) => round.modes[i].real[key]);
  return table([
    ['mode', 'attach ms', 'detach ms'],
    ...MODES.map(({ label }, i) => [
      label,
      spread(times(i, 'attachMs'), 0),
      spread(times(i, 'detachMs'), 0),
    ]),
  ]);
}

/** What makes the figures doubtful: floors that are none, and calls that were lost. */
export function doubts(results) {
  const runs = results.flatMap((round) => round.modes);
  return floorDoubts(results) + lossLines(runs.map(({ real }) => real.end));
}

function floorDoubts(results) {
  const least = LEAST_SLOWDOWN * median(results.map((round) => round.untraced));
  const isDoubtful = (_, i) => median(results.map((round) => round.modes[i].floor.ns)) < least;
  return MODES.filter(isDoubtful)
    .map(({ label }) => `doubtful, ${label}: its empty probes cost next to nothing\n`)
    .join('');
}

/** By the ends of captures. Calls that were lost while measuring cost less than others: such figures flatter us. */
export function lossLines(ends) {
  const calls = new Map();
  for (const end of ends) {
    for (const [reason, lost] of Object.entries(end.lost))
      calls.set(reason, (calls.get(reason) ?? 0) + lost.calls);
  }
  const reasons = [...calls.keys()].sort();
  return reasons.map((reason) => `lost, ${reason}: ${calls.get(reason)} calls\n`).join('');
}
