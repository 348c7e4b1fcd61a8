import type { Capture } from '../capture.ts';
import { readCapture } from '../capture-reader.ts';
import { writeCollapsed } from '../collapsed.ts';
import type { Status } from '../collect/events.ts';
import { collectHeap, type HeapRequest } from '../collect/heap.ts';
import type { Watcher } from '../collect/run.ts';
import { UserError } from '../errors.ts';
import { foldHeap } from '../fold/heap.ts';
import type { HeapView } from '../fold/heap-metadata.ts';
import type { FrameChoice } from '../fold/stack-tree.ts';
import type { Profile } from '../profile.ts';
import { catchSignals } from './interruption.ts';
import { liveText } from './live.ts';
import { discardOutputs, type Output, openOutputs, traceOutputs, writeOutput } from './outputs.ts';
import { writeStdout } from './stdout.ts';
import { programStatus, stillRunning, summaryLines } from './summary.ts';
import type { TableOptions } from './table.ts';
import { resolveTarget, type TargetChoice } from './target.ts';
import { type Screen, screenOn } from './terminal.ts';
import { tableText } from './top.ts';

/** A checked command line. */
export interface TracePlan {
  readonly target: TargetChoice;
  readonly request: Omit<HeapRequest, 'target'>;
  readonly view: HeapView;
  readonly frames: FrameChoice;
  /** Collapsed stacks on stdout. */
  readonly folded: boolean;
  readonly outputs: readonly string[];
  readonly table: Omit<TableOptions, 'width'>;
}

/** Traces and delivers what was asked for; the exit code. Throws a UserError without any result. */
export async function record(plan: TracePlan): Promise<number> {
  const screen = screenOn(process.stderr);
  const interruption = catchSignals();
  let outputs: readonly Output[] = [];
  try {
    const target = await resolveTarget(plan.target, screen.line);
    outputs = await openOutputs(plan.outputs, traceOutputs);
    const request: HeapRequest = { ...plan.request, target };
    const chunks = collectHeap(request, watcherOn(screen, request), interruption.signal);
    const capture = await readCapture(copied(chunks, outputs));
    screen.clear();
    return await deliver(capture, { plan, outputs, screen });
  } finally {
    screen.clear();
    await discardOutputs(outputs);
    interruption.release();
  }
}

function watcherOn(screen: Screen, { mode, seconds }: HeapRequest): Watcher {
  let before: Status | undefined;
  return {
    tracing: (text) => screen.line(text),
    warning: (text) => screen.line(`warning: ${text}`),
    status(now) {
      screen.live(liveText(now, before, { seconds, frees: mode === 'full' }));
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
  // Captures first: whatever goes wrong from here on can be made up from them.
  for (const output of outputs) if (!output.text) await finish(output, output.file.finish());
  const profile = foldHeap(capture, plan.view, plan.frames);
  for (const output of outputs) if (output.text) await finish(output, writeOutput(output, profile));
  await attempt(writeStdout(stdoutText(profile, plan)));
  for (const line of summaryLines(capture, profile.meta.stacks)) screen.line(line);
  if (plan.target.kind === 'command') for (const line of stillRunning(capture)) screen.line(line);
  if (written.length > 0) screen.line(`wrote ${written.join(', ')}`);
  return failed ? 1 : programStatus(capture);
}

function stdoutText(profile: Profile, { folded, outputs, table }: TracePlan): Iterable<string> {
  if (folded) return writeCollapsed(profile);
  if (outputs.length > 0) return [];
  return tableText(profile, table);
}

function userError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}
