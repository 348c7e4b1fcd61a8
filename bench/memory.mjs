import { kill, linesOf, MeasuringFailed, nextLine, startChild, whileRuns } from './children.mjs';
import { memoryOf, startCollector, stopCollector } from './collector.mjs';
import { table } from './figures.mjs';
import { TROUBLE } from './paths.mjs';

const LIVE_BLOCKS = 200_000;

/** What the collector takes before the traced program has allocated, and with all its blocks live. */
export async function measureMemory() {
  const stdio = ['pipe', 'pipe', 'inherit'];
  const program = startChild(TROUBLE, ['many-live', `${LIVE_BLOCKS}`], stdio);
  const lines = linesOf(program.child.stdout);
  const hear = (wanted) =>
    whileRuns(program, nextLine(lines, wanted), { seconds: 30, what: 'trouble' });
  await hear((line) => line === 'ready');
  const collector = await startCollector(program.child.pid, []);
  const before = memoryOf(collector);
  const truth = hear((line) => line.startsWith('{'));
  program.child.stdin.write('go\n');
  await truth;
  const after = memoryOf(collector);
  const { detachMs, end } = await stopCollector(collector);
  await kill(program);
  return { before, after, detachMs, blocks: end.unfreed[1] };
}

/** The table of `measureMemory`. */
export function memoryTable({ before, after, detachMs, blocks }) {
  if (blocks < LIVE_BLOCKS) throw new MeasuringFailed(`only ${blocks} of the blocks were seen`);
  const mib = (bytes) => (bytes / 1024 / 1024).toFixed(1);
  const row = (count, { resident, maps }) => [`${count}`, mib(resident), mib(maps)];
  return table([
    ['live blocks', 'collector, resident MiB', 'BPF maps, MiB', 'detach ms'],
    [...row(0, before), ''],
    [...row(blocks, after), detachMs.toFixed(0)],
  ]);
}
