import { jsonFields } from './events.ts';
import type { Check } from './machine.ts';
import { collectorChecks } from './run.ts';
import { type WalkRequest, walkArguments } from './walk.ts';

/** What the helper finds when it traces itself for a moment, and looks at the processes. */
export async function selfTest(pids: readonly number[], walk: WalkRequest): Promise<Check[]> {
  const target = pids.length > 0 ? ['-p', pids.join(',')] : [];
  const { lines, problem } = await collectorChecks([...walkArguments(walk), ...target]);
  const checks = lines.split('\n').filter((line) => line !== '');
  return [
    ...checks.map(parseCheck),
    ...(problem ? [{ name: 'helper', state: 'not ok', detail: problem.message } as const] : []),
  ];
}

/** A line of the helper's --doctor; bpf/README.md. Anything else that it says is bad news. */
function parseCheck(line: string): Check {
  const fields: { check?: unknown; ok?: unknown; detail?: unknown; advice?: unknown } =
    jsonFields(line);
  return {
    name: String(fields.check ?? 'helper'),
    state: stateOf(fields),
    detail: String(fields.detail ?? line),
    ...(typeof fields.advice === 'string' && { advice: fields.advice }),
  };
}

/** Where all is well and there is an advice all the same, it is a note. */
function stateOf({ ok, advice }: { ok?: unknown; advice?: unknown }): Check['state'] {
  if (ok !== true) return 'not ok';
  return advice === undefined ? 'ok' : 'note';
}
