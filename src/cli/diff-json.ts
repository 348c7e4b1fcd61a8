import { type ChangedStack, changedStacks } from '../profile/changed-stacks.ts';
import { sides } from '../profile/differential.ts';
import type { DifferentialRun } from '../profile/metadata.ts';
import { columnNamed, type Profile, stackOf, sumOf } from '../profile.ts';

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
  let separator = '\n';
  for (const fields of stackFields(profile)) {
    yield separator + JSON.stringify(fields);
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** Names as in a capture, see bpf/README.md. */
function runFields({ name, total, factor, meta }: DifferentialRun) {
  const { host, targets, start, durationMs: duration_ms } = meta;
  return { name, total, factor, host, targets, start, duration_ms };
}

function* stackFields(profile: Profile) {
  const { grown, shrunk, noise, largest } = changedStacks(profile);
  const fields = ({ node, before, after, change }: ChangedStack, isNoise: boolean) => ({
    before,
    after,
    change,
    noise: isNoise,
    stack: stackOf(profile, node).map(({ name }) => name),
  });
  for (const stack of largest(grown)) yield fields(stack, false);
  for (const stack of largest(shrunk)) yield fields(stack, false);
  for (const stack of largest(noise)) yield fields(stack, true);
}
