import { fileURLToPath } from 'node:url';
import { execa, type Result } from 'execa';
import { UserError } from '../errors.ts';
import { linesOf, parseEvent, type Status } from './events.ts';

/** Who is told what happens while the helper traces. */
export interface Watcher {
  /** Every probe is attached; called once. */
  tracing(text: string): void;
  status(status: Status): void;
  warning(text: string): void;
}

const captureFd = 3;
const eventFd = 4;

/** MEMSTACKS_COLLECTOR names another helper to start, such as one that was installed with capabilities. */
export function collectorPath(): string {
  return (
    process.env.MEMSTACKS_COLLECTOR ||
    fileURLToPath(new URL('../../bpf/.output/memstacks-collector', import.meta.url))
  );
}

/**
 * Starts the helper and yields its capture as it comes; aborting `interrupt` ends the trace, not the
 * result. Throws a UserError when the helper ends without a capture. One that dies while it writes
 * leaves a capture without its end line, and a warning.
 */
export async function* runCollector(
  settings: readonly string[],
  watcher: Watcher,
  interrupt: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const helper = start(settings);
  const stop = () => helper.kill('SIGINT');
  interrupt.addEventListener('abort', stop, { once: true });
  if (interrupt.aborted) stop();
  const heard = follow(helper.stdio[eventFd], watcher);
  try {
    let received = false;
    for await (const chunk of helper.stdio[captureFd]) {
      received = true;
      yield chunk;
    }
    const problem = problemOf(await helper, await heard, interrupt.aborted);
    if (!received) throw problem ?? new UserError(`${collectorPath()} ended without a capture`);
    if (problem) watcher.warning(problem.message);
  } finally {
    interrupt.removeEventListener('abort', stop);
    stop();
  }
}

/** What the helper finds when it traces itself for a moment: JSON lines, and why it stopped early. */
export interface HelperChecks {
  readonly lines: string;
  readonly problem?: UserError | undefined;
}

/** Has the helper check itself, and the processes that the settings name; bpf/README.md. */
export async function collectorChecks(settings: readonly string[]): Promise<HelperChecks> {
  const result = await execa(collectorPath(), ['--doctor', ...settings], { reject: false });
  const said = result.stderr ? new UserError(result.stderr) : undefined;
  return { lines: result.stdout ?? '', problem: said ?? problemOf(result, undefined, false) };
}

type Helper = ReturnType<typeof start>;
type HelperResult = Pick<Result, 'failed' | 'exitCode' | 'signal' | 'signalDescription' | 'cause'>;

function start(settings: readonly string[]) {
  // The helper and the program that it starts own the terminal: only the two pipes are ours.
  // Resolving symbols may take longer than execa's patience after a signal.
  return execa(
    collectorPath(),
    ['--capture-fd', `${captureFd}`, '--event-fd', `${eventFd}`, ...settings],
    {
      stdio: ['inherit', 'inherit', 'inherit', 'pipe', 'pipe'],
      buffer: false,
      reject: false,
      forceKillAfterDelay: false,
    },
  );
}

/** Passes events on until the stream ends; the error that the helper reported, if it did. */
async function follow(
  events: Helper['stdio'][typeof eventFd],
  watcher: Watcher,
): Promise<UserError | undefined> {
  let failure: UserError | undefined;
  for await (const line of linesOf(events)) {
    const event = parseEvent(line);
    if (event.kind === 'error') failure = new UserError(event.text, event.exit);
    else if (event.kind === 'status') watcher.status(event.status);
    else watcher[event.kind](event.text);
  }
  return failure;
}

function problemOf(
  result: HelperResult,
  said: UserError | undefined,
  interrupted: boolean,
): UserError | undefined {
  if (said || !result.failed) return said;
  const helper = collectorPath();
  if (interrupted && result.signal === 'SIGINT')
    return new UserError('interrupted before the trace had started: there is nothing to show');
  if (result.signal)
    return new UserError(`${helper} was killed by ${result.signal} (${result.signalDescription})`);
  if (result.exitCode !== undefined)
    return new UserError(`${helper} failed with exit code ${result.exitCode}`);
  return notStarted(helper, result.cause);
}

function notStarted(helper: string, cause: unknown): UserError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT')
    return new UserError(`${helper} is not there: build it with npm run build`, 1, { cause });
  return new UserError(`cannot start ${helper}: ${code ?? cause}`, 1, { cause });
}
