import { kill, linesOf, nextLine, startChild, whileRuns } from './children.mjs';
import { memoryOf, startCollector, stopCollector } from './collector.mjs';
import { mib, ns, table } from './figures.mjs';
import { LIVE } from './paths.mjs';

const PATIENCE_SECONDS = 300;
const DEFAULT_ROOM = 1_000_000;

/** With `blocks` live blocks: what the collector takes, what a pair costs, how long the end takes. */
export async function measureMemory(blocks) {
  const program = await startLive(blocks);
  const collector = await startCollector(program.child.pid, ['--max-live', `${roomFor(blocks)}`]);
  const before = memoryOf(collector);
  const started = performance.now();
  await program.next();
  const fillNs = ((performance.now() - started) * 1e6) / blocks;
  const memory = memoryOf(collector);
  const pairNs = Number(await program.next());
  const { detachMs, end } = await stopCollector(collector);
  await kill(program);
  return { blocks, before, memory, fillNs, pairNs, detachMs, seen: end.unfreed[1] };
}

/** The default, or a little more than what is needed. */
function roomFor(blocks) {
  return Math.max(DEFAULT_ROOM, Math.ceil(blocks * 1.1));
}

/** samples/programs/live.c; `next` tells it to go on, and becomes what it says then. */
async function startLive(blocks) {
  const program = startChild(LIVE, [`${blocks}`], ['pipe', 'pipe', 'inherit']);
  const lines = linesOf(program.child.stdout);
  const hear = () =>
    whileRuns(
      program,
      nextLine(lines, () => true),
      { seconds: PATIENCE_SECONDS, what: 'live' },
    );
  await hear();
  const next = () => {
    const said = hear();
    program.child.stdin.write('go\n');
    return said;
  };
  return { ...program, next };
}

/** The table of several `measureMemory`. */
export function memoryTable(results) {
  const memory = ({ resident, maps }) => [mib(resident), mib(maps)];
  return table([
    [
      'live blocks',
      'collector, resident MiB',
      'BPF maps, MiB',
      'ns a new block',
      'ns a pair',
      'detach ms',
    ],
    ['0', ...memory(results[0].before), '', '', ''],
    ...results.map(({ seen, memory: after, fillNs, pairNs, detachMs }) => [
      `${seen}`,
      ...memory(after),
      ns(fillNs),
      ns(pairNs),
      detachMs.toFixed(0),
    ]),
  ]);
}
