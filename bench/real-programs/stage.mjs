import { chmodSync, chownSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MeasuringFailed, startChild } from '../children.mjs';

/** Debian's nobody and nogroup. */
const NOBODY = 65534;
const LIMIT_MS = 60_000;
const GRACE_MS = 5000;
const POLL_MS = 100;

const stages = new Set();

/** Where one program runs: a folder of its own, and all that was started there. Both go with it. */
export function openStage() {
  const folder = mkdtempSync(join(tmpdir(), 'memstacks-bench-'));
  chmodSync(folder, 0o755);
  chownSync(folder, NOBODY, NOBODY);
  const stage = { folder, log: openSync(join(folder, 'log'), 'a'), started: [], closing: false };
  stages.add(stage);
  return stage;
}

/** Ends what was started last first, and removes the folder. */
export async function closeStage(stage) {
  stage.closing = true;
  for (const process of stage.started.toReversed()) await end(process);
  forget(stage);
}

export function closeStages() {
  return Promise.all([...stages].map(closeStage));
}

/** What ends badly may still write for a moment. */
function forget(stage) {
  stages.delete(stage);
  rmSync(stage.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

process.on('exit', () => {
  for (const stage of stages) {
    for (const { child } of stage.started) child.kill('SIGKILL');
    forget(stage);
  }
});

async function end({ child, ended, stopSignal }) {
  const fate = ended.catch(() => {});
  child.kill(stopSignal);
  const late = sleep(GRACE_MS, 'late', { ref: false });
  if ((await Promise.race([fate, late])) === 'late') child.kill('SIGKILL');
  await fate;
}

/**
 * Starts a program, which cannot outlive us; `stopSignal` is how it is asked to end. What it says
 * goes to the stage's log.
 */
export function startOn(stage, command, args, stopSignal = 'SIGTERM') {
  if (stage.closing) throw new MeasuringFailed('interrupted');
  const stdio = ['ignore', stage.log, stage.log];
  const tied = ['--pdeathsig', 'KILL', command, ...args];
  const process = { ...startChild('setpriv', tied, stdio), command, stopSignal };
  stage.started.push(process);
  return process;
}

/** Command and arguments that run another one as nobody: databases refuse root. */
export function asNobody(command, args) {
  const ids = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  return ['setpriv', [...ids, '--pdeathsig', 'KILL', command, ...args]];
}

/** Runs a command to its end; throws MeasuringFailed unless that comes soon and is a good one. */
export async function runOn(stage, command, args) {
  const fate = await fateOf(startOn(stage, command, args));
  if (fate !== 0) throw failure(stage, `${command} ended with ${fate}`);
}

/** Exit code or signal of a process that ends by itself. */
export function fateOf(process) {
  return Promise.race([process.ended, sleep(LIMIT_MS, 'nothing for a minute', { ref: false })]);
}

/** Waits until `isReady` says so; throws MeasuringFailed when the process ends before. */
export async function untilReady(stage, process, isReady) {
  const over = process.ended.then((fate) => ({ fate }));
  for (let waited = 0; waited < LIMIT_MS; waited += POLL_MS) {
    const ended = await Promise.race([over, sleep(POLL_MS)]);
    if (ended !== undefined) throw failure(stage, `${process.command} ended with ${ended.fate}`);
    if (await isReady()) return;
  }
  throw failure(stage, `${process.command} was not ready within a minute`);
}

/** A MeasuringFailed that shows what the log has at its end. */
export function failure(stage, text) {
  const lines = readFileSync(join(stage.folder, 'log'), 'utf8').trim().split('\n');
  return new MeasuringFailed([text, ...lines.slice(-3)].join('; '));
}
