import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { mainFile, Workplace } from './program.ts';

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

const pid = ['-p', '1234', '5'];

describe('what is said', () => {
  test('Tracing pid exactly once, the summary, and nothing for a terminal on a pipe', async () => {
    const { code, stdout, stderr } = await at.run(pid);
    expect(code).toBe(0);
    expect(stderr.match(/^Tracing pid/gm)).toHaveLength(1);
    expect(stdout).not.toContain('Tracing');
    expect(stderr).not.toMatch(/[\r\x1b]/);
    await expect(stderr).toMatchFileSnapshot('summary.golden.txt');
  });

  test('the table', async () => {
    const { stdout } = await at.run([...pid, '-T', '2']);
    await expect(stdout).toMatchFileSnapshot('table.golden.txt');
  });

  test('the table of all allocations by calls', async () => {
    const { stdout } = await at.run([...pid, '-a', '--sort', 'count']);
    await expect(stdout).toMatchFileSnapshot('table-all.golden.txt');
  });

  test('a live line on a terminal, gone before anything else is printed', () => {
    const command = `stty cols 40; '${process.execPath}' '${mainFile}' -p 1234 5 -o x.svg`;
    const env = { ...process.env, TERM: 'xterm', MEMSTACKS_COLLECTOR: fake() };
    const options = { cwd: at.folder, env, encoding: 'utf8' } as const;
    const shown = execFileSync('script', ['-qec', command, '/dev/null'], options);
    expect(shown).toContain('0.5 of 5 s, 10,000 allocations/s, 312.5');
    expect(shown).toContain('1.0 of 5 s, 14,000 allocations/s');
    for (const drawn of shown.match(/\d\.\d of 5 s[^\r\n]*/g)!)
      expect(drawn.length).toBeLessThan(40);
    expect(shown).toMatch(/allocations\/s[^\r\n]*\r\x1b\[Ktraced server/);
  });

  test('what was wrong with the stacks, and what would help', async () => {
    const { stdout, stderr } = await at.run(pid, { FAKE_DOES: 'bad stacks' });
    const lines = stderr.split('\n').filter((line) => /^(stacks|names): /.test(line));
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('bad-stacks.golden.txt');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(lines[0]);
  });

  test('names cannot reach the terminal as commands', async () => {
    const { stdout, stderr } = await at.run([...pid, '-a'], { FAKE_DOES: 'hostile' });
    expect(stderr).toContain('Tracing pid 1234 (a?]0;b??c?d)\n');
    expect(stderr).toContain('warning: odd ?[2J\n');
    expect(stderr).toContain('warning: libbpf: not an event\n');
    expect(stdout).toContain('e?[31mvil');
    expect(stdout).toContain('x?[2J');
    expect(stdout + stderr).not.toMatch(/[^\n\P{C}]/u);
  });

  test('which processes a name means', async () => {
    const sleeper = spawn('/bin/sleep', ['60'], { argv0: `memstacks-sleeper-${process.pid}` });
    await once(sleeper, 'spawn');
    const { code, stderr } = await at.run(['-n', sleeper.spawnargs[0]!, '1', '-f']);
    sleeper.kill();
    expect(code).toBe(0);
    expect(stderr).toMatch(
      new RegExp(`^${sleeper.spawnargs[0]} is pid ${sleeper.pid}\nTracing pid`),
    );
    expect(at.log).toEqual([`start --capture-fd 3 --event-fd 4 --duration 1 -p ${sleeper.pid}`]);
  });

  test('a name that nobody has', async () => {
    const { code, stderr } = await at.run(['-n', 'no-such-name']);
    expect(stderr).toBe(
      'memstacks: no process is called no-such-name: look for its name with ps -e\n',
    );
    expect(code).toBe(1);
    expect(at.log).toEqual([]);
  });
});

describe('what the helper is asked', () => {
  const fds = 'start --capture-fd 3 --event-fd 4';
  test.each([
    ['-p 1,2 -p 2 -p 3 0.5', `${fds} --duration 0.5 -p 1,2,3`],
    ['-p 1 -z 4k -Z 1M --older 20', `${fds} --min-size 4096 --max-size 1048576 --older 20 -p 1`],
    ['-p 1 --max-live 5 --max-stacks 6', `${fds} --max-live 5 --max-stacks 6 -p 1`],
    ['-ap 1 -o x.capture', `${fds} --alloc-only -p 1`],
    ['-a --entry-only -p 1', `${fds} --alloc-only --entry-only -p 1`],
    ['-p 1 -o x.capture', `${fds} -p 1`],
    ['-p 1 --unwind dwarf --max-frames 512', `${fds} --max-frames 512 --unwind dwarf -p 1`],
    ['-p 1 -s 10 --max-rate 0', `${fds} --max-rate 0 --sample 10 -p 1`],
    ['-p 1 --sample-bytes 512k', `${fds} --sample-bytes 524288 -p 1`],
    ['-p 1 --debug-dir d --debug-dir /e', `${fds} --debug-dir d --debug-dir /e -p 1`],
    ['-p 1 --lines --inline --addresses --hide-allocator', `${fds} --lines --inline -p 1`],
  ])('%s', async (line, expected) => {
    const { code } = await at.run(line.split(' '));
    expect(code).toBe(0);
    expect(at.log).toEqual([expected]);
  });

  test('words of a command keep their quotes, and --kill comes before them', async () => {
    const command = `sh -c 'exit 0' "a b"`;
    await at.run(['--kill', '-c', command], { FAKE_DOES: 'program' });
    expect(at.log).toEqual([`${fds} --kill -- sh -c exit 0 a b`]);
  });
});

describe('how a trace ends', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends the trace, not the result',
    async (signal) => {
      const { child, ended, said } = at.start(['-p', '1234', '-o', 'x.svg', '-f'], {
        FAKE_DOES: 'until-signal',
      });
      await said('Tracing pid');
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(0);
      expect(stdout).toContain(';session_create;calloc 3145728\n');
      expect(stderr).toContain('for 5.0 s, until it was interrupted\n');
      expect(at.files).toEqual(['x.svg']);
      expect(at.log.slice(1)).toEqual(['SIGINT']);
    },
  );

  test.each([
    ['error', 'no process with pid 1234'],
    ['exit 3', 'fake-collector.mjs failed with exit code 3'],
    ['segfault', 'fake-collector.mjs was killed by SIGSEGV'],
    ['nothing', 'fake-collector.mjs ended without a capture'],
  ])('a helper with %s leaves older outputs alone', async (does, message) => {
    writeFileSync(at.path('x.svg'), 'old');
    const { code, stdout, stderr } = await at.run([...pid, '-o', 'x.svg', '-o', 'x.capture'], {
      FAKE_DOES: does,
    });
    expect(stderr).toMatch(/^memstacks: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect({ code, stdout, files: at.files, text: at.read('x.svg') }).toEqual({
      code: 1,
      stdout: '',
      files: ['x.svg'],
      text: 'old',
    });
  });

  test('a helper that is not there', async () => {
    const { code, stderr } = await at.run(pid, { MEMSTACKS_COLLECTOR: '/nowhere/collector' });
    expect(stderr).toBe(
      'memstacks: /nowhere/collector is not there: build it with npm run build\n',
    );
    expect(code).toBe(1);
  });

  test('a helper that dies half-way leaves what it wrote', async () => {
    const { code, stdout, stderr } = await at.run([...pid, '-f', '-o', 'x.capture'], {
      FAKE_DOES: 'cut short',
    });
    expect(code).toBe(1);
    expect(stdout).toContain(';session_create;calloc 3145728\n');
    expect(stderr).toContain('killed by SIGKILL');
    expect(stderr).toContain('warning: the capture was cut short');
    expect(at.files).toEqual(['x.capture']);
  });

  test.each([
    ['echo out; exit 7', 7, 'exited with code 7'],
    ['kill -TERM $$', 143, 'was killed by SIGTERM'],
    ['exit 0', 0, 'exited with code 0'],
  ])("the program's own fate: %s", async (script, expected, fate) => {
    const { code, stdout, stderr } = await at.run(['-c', `sh -c '${script}'`, '-o', 'x.svg'], {
      FAKE_DOES: 'program',
    });
    expect(code).toBe(expected);
    expect(stdout).toBe(script.startsWith('echo') ? 'out\n' : '');
    expect(stderr).toContain(`sh (pid 1234) ${fate}\n`);
  });

  test('a program that outlives the trace', async () => {
    const { code, stderr } = await at.run(['-c', './server', '5', '-f']);
    expect(code).toBe(0);
    expect(stderr).toContain('server (pid 1234) still runs: --kill ends it with the trace\n');
  });
});

function fake(): string {
  return new URL('../fixtures/fake-collector.mjs', import.meta.url).pathname;
}
