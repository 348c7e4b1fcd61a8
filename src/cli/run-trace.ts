import { readCapture } from '../capture/reader.ts';
import { redactedCapture } from '../capture/redact.ts';
import type { Capture } from '../capture.ts';
import { writeCollapsed } from '../collapsed.ts';
import type { Status } from '../collect/events.ts';
import type { Watcher } from '../collect/run.ts';
import { collect, type TraceRequest } from '../collect/trace.ts';
import { UserError } from '../errors.ts';
import { foldOtherViews, foldView, type ViewChoice } from '../fold/views.ts';
import type { Metadata } from '../profile/metadata.ts';
import type { Profile } from '../profile.ts';
import { tooFewIntervals } from './growth-table.ts';
import { catchSignals } from './interruption.ts';
import { liveText } from './live.ts';
import { discardOutputs, type Output, openOutputs, traceOutputs, writeOutput } from './outputs.ts';
import { writeStdout } from './stdout.ts';
import { programStatus, stillRunning, summaryLines } from './summary.ts';
import type { TableOptions } from './table.ts';
import { resolveTarget, type TargetChoice } from './target.ts';
import { type Screen, stderrScreen } from './terminal.ts';
import { openTicket, writeTicket } from './ticket.ts';
import { ownCommand, type TicketChoice } from './ticket-options.ts';
import { tableText } from './top.ts';

/** A checked command line. */
export interface TracePlan extends TicketChoice {
  readonly target: TargetChoice;
  readonly request: Omit<TraceRequest, 'target'>;
  /** At least one; stdout gets the first. */
  readonly results: readonly ViewResult[];
  /** Collapsed stacks on stdout. */
  readonly folded: boolean;
  readonly table: Omit<TableOptions, 'width'>;
}

/** A view, and the files that it is written to. */
export interface ViewResult {
  readonly choice: ViewChoice;
  readonly outputs: readonly string[];
}

/** Traces and delivers what was asked for; the exit code. Throws a UserError without any result. */
export async function runTrace(plan: TracePlan): Promise<number> {
  const screen = stderrScreen();
  const interruption = catchSignals();
  let outputs: readonly Output[] = [];
  try {
    const target = await resolveTarget(plan.target, screen.line);
    const paths = plan.results.flatMap((result) => result.outputs);
    outputs = await openOutputs(paths, traceOutputs);
    if (plan.ticket !== undefined) await openTicket(plan.ticket);
    const request: TraceRequest = { ...plan.request, target };
    const traced = collect(request, watcherOn(screen, request), interruption.signal);
    const chunks = plan.redact ? redactedCapture(traced) : traced;
    const capture = await readCapture(copied(chunks, outputs));
    screen.clear();
    return await deliver(capture, { plan, outputs, screen });
  } finally {
    screen.clear();
    await discardOutputs(outputs);
    interruption.release();
  }
}

function watcherOn(screen: Screen, { heap, faults, seconds }: TraceRequest): Watcher {
  const options = { seconds, mode: heap?.mode, faults: faults !== undefined };
  let before: Status | undefined;
  return {
    tracing: (text) => screen.line(text),
    warning: (text) => screen.line(`warning: ${text}`),
    status(now) {
      screen.live(liveText(now, before, options));
      before = now;
    },
  };
}

/** The capture on its way to its reader, written to the files that want it as it is. */
async function* copied(
  chunks: AsyncIterable<Uint8Array>,
  outputs: readonly Output[],
): AsyncGenerator<Uint8Array> {
  const copies = outputs.filter(({ text }) => text === undefined);
  for await (const chunk of chunks) {
    for (const { file } of copies) await file.write(chunk);
    yield chunk;
  }
}

interface Delivery {
  readonly plan: TracePlan;
  readonly outputs: readonly Output[];
  readonly screen: Screen;
}

/** Writes every output that can be written, whatever becomes of the others. */
async function deliver(capture: Capture, { plan, outputs, screen }: Delivery): Promise<number> {
  const written: string[] = [];
  const metas: Metadata[] = [];
  let failed = capture.truncated;
  const attempt = async (work: Promise<void>) => {
    const problem = await work.then(() => undefined, userError);
    if (problem) screen.line(`memstacks: ${problem.message}`);
    failed ||= problem !== undefined;
    return problem === undefined;
  };
  const finish = async ({ file }: Output, work: Promise<void>) => {
    if (await attempt(work)) written.push(file.path);
  };
  const deliverView = async ({ choice, outputs: paths }: ViewResult, place: number) => {
    const profile = foldView(capture, choice);
    metas.push(profile.meta);
    const source = { profile, otherViews: () => foldOtherViews(capture, choice) };
    for (const output of outputs)
      if (output.text && paths.includes(output.file.path))
        await finish(output, writeOutput(output, source, screen.line));
    if (place > 0) return;
    await attempt(writeStdout(stdoutText(profile, plan)));
    const { ticket, redact } = plan;
    if (ticket === undefined) return;
    const request = { folder: ticket, look: {}, command: ownCommand(redact) };
    if (await attempt(writeTicket(source, request))) written.push(ticket);
  };
  // Captures first: whatever goes wrong from here on can be made up from them.
  for (const output of outputs) if (!output.text) await finish(output, output.file.finish());
  for (const [place, result] of plan.results.entries()) await attempt(deliverView(result, place));
  for (const line of summaryLines(capture, metas)) screen.line(line);
  if (!hasTable(plan)) for (const line of metas.flatMap(tooFewIntervals)) screen.line(line);
  if (plan.target.kind === 'command') for (const line of stillRunning(capture)) screen.line(line);
  if (written.length > 0) screen.line(`wrote ${written.join(', ')}`);
  return failed ? 1 : programStatus(capture);
}

function stdoutText(profile: Profile, plan: TracePlan): Iterable<string | Uint8Array> {
  if (plan.folded) return writeCollapsed(profile);
  return hasTable(plan) ? tableText(profile, plan.table) : [];
}

/** Where nothing else is wanted. */
function hasTable({ folded, results, ticket }: TracePlan): boolean {
  return !folded && ticket === undefined && results.every(({ outputs }) => outputs.length === 0);
}

function userError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}
