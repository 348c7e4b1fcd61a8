import { MeasuringFailed } from './children.mjs';
import { startCollector, startTracer, stopCollector, stopTracer } from './collector.mjs';
import { lossLines } from './cost.mjs';
import { median, ns, table } from './figures.mjs';
import { costNow, startDepth, stopPairs } from './pairs.mjs';
import { KERNEL_WALK } from './paths.mjs';

const FUNCTIONS = [8, 16, 32, 64, 120];
/** Where the cost of a whole stack is divided by its frames. */
const TYPICAL = 32;
/** Nanoseconds for each further frame. */
const GOAL = 60;
/** One probe for each pair, so that what is above the empty one is the walk and what counts it. */
const ENTRY_ONLY = ['--alloc-only', '--entry-only'];

const WALKS = [
  { label: '--unwind auto', measure: withCollector(['--unwind', 'auto']), goal: GOAL },
  { label: '--unwind fp', measure: withCollector(['--unwind', 'fp']), goal: GOAL },
  { label: 'bpf_get_stackid', measure: withKernel },
];

/** Rounds of: at every depth, the empty probe and then every walk; in every other round the other way round. */
export async function measureWalks(rounds, progress) {
  const results = [];
  for (let round = 0; round < rounds; round++) {
    progress(`walks, round ${round + 1} of ${rounds}`);
    results.push([]);
    for (const functions of FUNCTIONS)
      results[round].push(await measureDepth(functions, round % 2 === 1));
  }
  return results;
}

async function measureDepth(functions, floorLast) {
  const program = await startDepth(functions);
  const all = [measureFloor, ...WALKS.map(({ measure }) => measure)];
  const done = [];
  for (const measure of floorLast ? all.toReversed() : all) done.push(await measure(program));
  const [floor, ...walks] = floorLast ? done.toReversed() : done;
  await stopPairs(program);
  return { floor, walks };
}

async function measureFloor(program) {
  const collector = await startCollector(program.pid, [...ENTRY_ONLY, '--floor']);
  const cost = await costNow(program);
  await stopCollector(collector);
  return cost;
}

function withCollector(args) {
  return async (program) => {
    const collector = await startCollector(program.pid, [...ENTRY_ONLY, ...args]);
    const cost = await costNow(program);
    const { capture, end } = await stopCollector(collector);
    return { ns: cost, frames: framesOf(capture), end };
  };
}

/** Of the stack that nearly all of the calls have. */
function framesOf(capture) {
  const lines = capture.trimEnd().split('\n');
  const stacks = lines.map((line) => JSON.parse(line)).filter(({ stack }) => stack !== undefined);
  if (stacks.length === 0) throw new MeasuringFailed('the collector saw no allocation');
  return stacks.sort((a, b) => b.alloc[1] - a.alloc[1])[0].frames.length;
}

async function withKernel(program) {
  const tracer = await startTracer(KERNEL_WALK, ['-p', `${program.pid}`]);
  const cost = await costNow(program);
  const { calls, failed, frames } = JSON.parse((await stopTracer(tracer)).capture);
  if (calls === 0 || failed > 0)
    throw new MeasuringFailed(`the kernel walked ${calls} stacks and failed at ${failed}`);
  return { ns: cost, frames };
}

/** The table of `measureWalks`. */
export function walkTable(results) {
  const depths = FUNCTIONS.map((_, i) => results.map((round) => round[i]));
  const floors = depths.map((rounds) => ns(median(rounds.map(({ floor }) => floor))));
  const rows = WALKS.map((walk, i) => walkRow(walk, pointsOf(depths, i)));
  const ends = results.flat(2).flatMap(({ walks }) => walks.map(({ end }) => end));
  return (
    table([
      [
        'functions',
        ...FUNCTIONS.map(String),
        `ns a frame of ${TYPICAL}`,
        'further frame',
        'goal',
        '',
      ],
      ['empty probe, and the pair', ...floors, '', '', '', ''],
      ...rows,
    ]) + lossLines(ends.filter((end) => end !== undefined))
  );
}

/** Of one walk, at every depth: the frames that it found, and nanoseconds above the empty probe. */
function pointsOf(depths, walk) {
  return depths.map((rounds) => ({
    frames: median(rounds.map(({ walks }) => walks[walk].frames)),
    above: median(rounds.map(({ floor, walks }) => walks[walk].ns - floor)),
  }));
}

function walkRow({ label, goal }, points) {
  const { frames, above } = points[FUNCTIONS.indexOf(TYPICAL)];
  const slope = slopeOf(points);
  const verdict = slope <= goal ? 'ok' : 'MISSED';
  return [
    `${label}, above that`,
    ...points.map((point) => ns(point.above)),
    `${ns(above / frames)} (${frames} frames)`,
    ns(slope),
    ...(goal === undefined ? ['', ''] : [`${goal}`, verdict]),
  ];
}

/** Of the line with the least squares. */
function slopeOf(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const frames = mean((point) => point.frames);
  const above = mean((point) => point.above);
  const products = mean((point) => (point.frames - frames) * (point.above - above));
  return products / mean((point) => (point.frames - frames) ** 2);
}
