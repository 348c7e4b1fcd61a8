// Traces real programs of Debian and says how good their stacks are:
//     node bench/real-programs.mjs [--install] [NAME...]
// --install installs what is missing and starts no services; NAME is the beginning of a program's name.
import { MeasuringFailed } from './children.mjs';
import { COLLECTOR, isExecutable, isReadable, MEMSTACKS } from './paths.mjs';
import { install, missingOf, versionOf } from './real-programs/packages.mjs';
import { PROGRAMS } from './real-programs/programs.mjs';
import { qualityTable, stopLines } from './real-programs/report.mjs';
import { closeStage, closeStages, openStage } from './real-programs/stage.mjs';
import { MODES, traceOn } from './real-programs/trace.mjs';

let interrupted = false;

function say(text) {
  process.stderr.write(`bench: ${text}\n`);
}

function requireBuilt() {
  if (!isExecutable(COLLECTOR) || !isReadable(MEMSTACKS))
    throw new MeasuringFailed('memstacks is not built: run npm run build');
  if (process.getuid() !== 0) throw new MeasuringFailed('not root: run the same command as root');
}

/** The programs whose names begin with one of `names`; all without names. */
function programsCalled(names) {
  const begins = (name) => (program) => program.name.toLowerCase().startsWith(name.toLowerCase());
  const unknown = names.find((name) => !PROGRAMS.some(begins(name)));
  if (unknown !== undefined) {
    const known = [...new Set(PROGRAMS.map(({ name }) => name))].join(', ');
    throw new MeasuringFailed(`no program ${unknown}: there are ${known}; and --install`);
  }
  const isWanted = (program) => names.length === 0 || names.some((name) => begins(name)(program));
  return PROGRAMS.filter(isWanted);
}

function installMissing(programs) {
  const missing = new Set(programs.flatMap(({ packages }) => missingOf(packages)));
  if (missing.size > 0) install([...missing]);
}

/** Those that can be started; says what the others lack. */
function installed(programs) {
  return programs.filter(({ name, packages }) => {
    const missing = missingOf(packages).join(' ');
    if (missing !== '') say(`${name}: skipped, for want of: ${missing} (--install installs it)`);
    return missing === '';
  });
}

function labelOf({ name, variant, packages, version = versionOf(packages[0]) }) {
  return [`${name} ${version}`, variant].filter(Boolean).join(', ');
}

/** A result for each mode; none from a program that fails, which is said. */
async function measure(program) {
  const label = labelOf(program);
  const stage = openStage();
  const results = [];
  try {
    const target = await program.start(stage);
    for (const mode of MODES) {
      const quality = await traceOn(stage, target, mode);
      results.push({ program: label, mode: mode.label, quality });
    }
  } catch (error) {
    if (!(error instanceof MeasuringFailed)) throw error;
    if (!interrupted) say(`${label}: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await closeStage(stage);
  }
  return results;
}

async function main() {
  const args = process.argv.slice(2);
  const programs = programsCalled(args.filter((arg) => arg !== '--install'));
  if (args.includes('--install')) installMissing(programs);
  requireBuilt();
  const results = [];
  for (const program of installed(programs)) {
    if (process.stderr.isTTY) say(labelOf(program));
    if (!interrupted) results.push(...(await measure(program)));
  }
  if (results.length > 0)
    process.stdout.write(`${qualityTable(results)}\n${stopLines(results).join('')}`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (interrupted) return;
    interrupted = true;
    closeStages().finally(() => process.exit(1));
  });
try {
  await main();
} catch (error) {
  if (!(error instanceof MeasuringFailed)) throw error;
  say(error.message);
  process.exit(1);
}
