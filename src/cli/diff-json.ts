import { inChunks } from '../chunks.ts';
import { changedStacks } from '../profile/changed-stacks.ts';
import { sides } from '../profile/differential.ts';
import type { DifferentialRun } from '../profile/metadata.ts';
import { columnNamed, type NodeIndex, type Profile, sumOf } from '../profile.ts';

/**
 * What changed as one JSON document, in chunks: totals, runs and notes first, then one line per
 * stack that changed: all that grew, all that shrank, and all that is noise, the largest first.
 */
export function* diffJson(profile: Profile): Generator<string> {
  const { view, notes = [], differential } = profile.meta;
  const [before, after] = sides.map((side) => sumOf(columnNamed(profile, side)));
  const head = {
    unit: profile.columns[0]!.unit,
    ...(view && { view }),
    before,
    after,
    change: after! - before!,
    normalized: differential!.normalized,
    threshold: differential!.threshold,
    runs: {
      before: differential!.before.map(runFields),
      after: differential!.after.map(runFields),
    },
    notes,
  };
  yield `${JSON.stringify(head).slice(0, -1)},"stacks":[`;
  yield* inChunks(listed(stackLines(profile)));
  yield '\n]}\n';
}

/** Names as in a capture, see bpf/README.md. */
function runFields({ name, total, factor, meta }: DifferentialRun) {
  const { host, targets, start, durationMs: duration_ms } = meta;
  return { name, total, factor, host, targets, start, duration_ms };
}

function* stackLines(profile: Profile): Generator<string> {
  const { grown, shrunk, noise, inOrder } = changedStacks(profile);
  const quoted = profile.frames.map(({ name }) => JSON.stringify(name));
  for (const group of [grown, shrunk, noise])
    for (const { node, before, after, change } of inOrder(group)) {
      const weights = `"before":${before},"after":${after},"change":${change}`;
      const stack = framesTo(node, profile, quoted).join();
      yield `{${weights},"noise":${group === noise},"stack":[${stack}]}`;
    }
}

/** Their names, root first: written once each, there being thousands of them in millions of places. */
function framesTo(node: NodeIndex, { parent, frame }: Profile, names: readonly string[]): string[] {
  const found: string[] = [];
  for (let at = node; at > 0; at = parent[at]!) found.push(names[frame[at]!]!);
  return found.reverse();
}

function* listed(lines: Iterable<string>): Generator<string> {
  let separator = '\n';
  for (const line of lines) {
    yield separator + line;
    separator = ',\n';
  }
}
