import type { Check } from '../collect/machine.ts';
import { defineCommand } from './command.ts';
import { walkFlags, walkRequestOf } from './stack-options.ts';
import { writeStdout } from './stdout.ts';
import { pidList } from './target.ts';
import { printable } from './terminal.ts';

export const doctor = defineCommand({
  command: 'doctor',
  describe: 'what works here, and what to do about the rest',
  options: (parser) =>
    parser.options({
      pid: { type: 'string', requiresArg: true, alias: 'p', describe: 'look at this process too' },
      ...walkFlags,
    }),
  run: async (args) => {
    const pids = pidList(args.pid);
    const walk = walkRequestOf(args);
    const { machineChecks } = await import('../collect/machine.ts');
    const { selfTest } = await import('../collect/self-test.ts');
    const machine = await machineChecks();
    const isBuilt = machine.some(({ name, state }) => name === 'helper' && state === 'ok');
    const tested = isBuilt ? await selfTest(pids, walk) : [];
    // What the helper has tried is worth more than what we have looked at.
    const untested = machine.filter(({ name }) => !tested.some((check) => check.name === name));
    const checks = [...untested, ...tested];
    await writeStdout(checks.flatMap(checkLines));
    return checks.some(({ state }) => state === 'not ok') ? 1 : 0;
  },
});

function checkLines({ state, name, detail, advice }: Check): string[] {
  const lines = [`${state.padEnd(8)}${name.padEnd(15)} ${detail}`];
  if (advice !== undefined) lines.push(`${' '.repeat(24)}${advice}`);
  return lines.map((line) => `${printable(line)}\n`);
}
