import { chmodSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Workplace } from './program.ts';

const at = new Workplace();

/** A helper whose --doctor prints this. */
function helperSaying(name: string, script: string): NodeJS.ProcessEnv {
  writeFileSync(at.path(name), `#!/bin/sh\n${script}\n`);
  chmodSync(at.path(name), 0o755);
  return { MEMSTACKS_COLLECTOR: at.path(name) };
}

test('shows what the helper found, with advice, and fails with it', async () => {
  const line = '{"check":"probes","ok":false,"detail":"refused \\u001b[2J","advice":"run as root"}';
  const { code, stdout } = await at.run(['doctor', '-p', '12,13'], {
    ...helperSaying('a', `echo '${line}'; echo '{"check":"asked","ok":true,"detail":"'"$*"'"}'`),
  });
  expect(stdout).toContain(`not ok  probes          refused ?[2J\n${' '.repeat(24)}run as root\n`);
  expect(stdout).toContain('ok      asked           --doctor -p 12,13\n');
  expect(code).toBe(1);
});

test('shows every check that the helper knows, however often and whatever it is called', async () => {
  const lines = [
    '{"check":"unwind","ok":true,"detail":"a"}',
    '{"check":"unwind","ok":false,"detail":"b","advice":"c"}',
    '{"check":"symbols","ok":true,"detail":"d"}',
    '{"check":"a check with a long name","ok":true,"detail":"e"}',
  ];
  const { code, stdout } = await at.run(
    ['doctor', '--unwind', 'fp', '--debug-dir', '/x', '--debug-dir', '/y', '-p', '7'],
    helperSaying('d', `${lines.map((line) => `echo '${line}'`).join(';')}; echo "$*" >&2`),
  );
  expect(stdout).toContain(
    'ok      unwind          a\n' +
      `not ok  unwind          b\n${' '.repeat(24)}c\n` +
      'ok      symbols         d\n' +
      'ok      a check with a long name e\n',
  );
  expect(stdout).toContain('--doctor --unwind fp --debug-dir /x --debug-dir /y -p 7');
  expect(code).toBe(1);
});

test('what the helper tried replaces what was only looked at', async () => {
  const { stdout } = await at.run(['doctor'], {
    ...helperSaying('b', `echo '{"check":"BTF","ok":true,"detail":"tried"}'`),
  });
  expect(stdout.match(/ BTF /g)).toHaveLength(1);
  expect(stdout).toContain('BTF             tried');
});

test.each([
  ['echo no process with pid 1 >&2; exit 1', 'no process with pid 1'],
  ['exit 3', 'failed with exit code 3'],
  ['kill -SEGV $$', 'was killed by SIGSEGV'],
  ['echo not JSON', 'not JSON'],
])('a helper that does: %s', async (script, message) => {
  const { code, stdout } = await at.run(['doctor'], helperSaying('c', script));
  expect(stdout).toMatch(new RegExp(`^not ok  helper .*${message}`, 'm'));
  expect(code).toBe(1);
});

test('a helper that is not built', async () => {
  const { code, stdout } = await at.run(['doctor'], { MEMSTACKS_COLLECTOR: '/nowhere' });
  expect(stdout).toContain(
    `not ok  helper          /nowhere\n${' '.repeat(24)}build it: npm run build\n`,
  );
  expect(code).toBe(1);
});
