import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { childOf } from './children.ts';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile } from './sample.ts';
import {
  captureIn,
  directCaller,
  realHelper,
  runMemstacks,
  stacksOf,
  startTrace,
  weighBy,
} from './tracing.ts';

const early = sampleFile('early');
/** What samples/programs/early.c and early-library.c ask for. */
const all = {
  site_library: [25 * 40, 25],
  site_constructor: [50 * 80, 50],
  site_main: [50 * 120, 50],
};
const { site_library, site_constructor } = all;
const unfreed = { site_library, site_constructor };

/** The program that the helper of this memstacks has started. */
function programOf(memstacks: number): number {
  return childOf(childOf(memstacks));
}

function processIn(stderr: string): number {
  return Number(/^Tracing pid (\d+)/m.exec(stderr)![1]);
}

describeTracing('a program that is started under trace', () => {
  test('nor when a constructor has become a static program before the entry point', async () => {
    const at = new Workplace();
    const command = `'${sampleFile('exec-early')}'`;
    expect((await at.run(['-c', command, '-o', 'x.capture'], realHelper)).code).toBe(0);
    const weights = weighBy(stacksOf(await captureIn(at), 'unfreed'), directCaller);
    expect(weights.site_static).toEqual([1000, 100]);
  });

  test('nothing is missed, not even what constructors allocate', async () => {
    const at = new Workplace();
    const { code } = await at.run(['-c', `'${early}' 0`, '-o', 'x.capture'], realHelper);
    expect(code).toBe(0);
    const capture = await captureIn(at);
    expect(weighBy(stacksOf(capture, 'all'), directCaller)).toEqual(all);
    expect(weighBy(stacksOf(capture, 'unfreed'), directCaller)).toEqual(unfreed);
    expect(capture.end!.lost).toEqual([]);
  });

  test('its input, output and exit status pass through', async () => {
    const at = new Workplace();
    const args = ['-c', `'${early}' 7`, '-o', 'x.folded'];
    const { code, stdout, stderr } = await at.run(args, realHelper, 'hello\n');
    expect(stdout).toBe('out\n');
    expect(stderr).toMatch(/^hello$/m);
    expect(stderr).toContain('exited with code 7');
    // It stands still while it is attached to.
    expect(stderr).not.toContain('stopped');
    expect(code).toBe(7);
  });

  test('its death by a signal', async () => {
    const at = new Workplace();
    const args = ['-c', `'${early}' die 11`, '-o', 'x.capture'];
    const { code, stderr } = await at.run(args, realHelper);
    expect(stderr).toContain('was killed by SIGSEGV');
    expect(code).toBe(128 + 11);
    expect(weighBy(stacksOf(await captureIn(at), 'all'), directCaller)).toEqual(all);
  });

  test('it outlives the trace, which does not wait for it', async () => {
    const at = new Workplace();
    const trace = startTrace(['-c', `'${early}' stay`, '-o', 'x.capture', '0.5'], at);
    // It keeps our output open, so that this is the end of memstacks alone.
    const exited = new Promise((resolve) => trace.child.once('exit', resolve));
    const pid = await trace.said('Tracing pid').then(() => programOf(trace.child.pid!));
    onTestFinished(() => {
      process.kill(pid);
    });
    trace.child.stdin!.end();
    expect(await exited).toBe(0);
    expect(process.kill(pid, 0)).toBe(true);
    const capture = await captureIn(at);
    expect(capture.processes).toMatchObject([{ pid, state: 'running' }]);
    expect(weighBy(stacksOf(capture, 'unfreed'), directCaller)).toEqual(unfreed);
  });

  test('--kill ends it with the trace', async () => {
    const args = ['-c', `'${early}' stay`, '--kill', '-o', 'x.capture', '0.5'];
    const at = new Workplace();
    const { code, stderr } = await at.run(args, realHelper);
    expect(stderr).toContain('was killed by SIGTERM');
    expect(code).toBe(0);
    expect(() => process.kill(processIn(stderr), 0)).toThrow('ESRCH');
  });

  test('a script whose interpreter is not there', async () => {
    const at = new Workplace();
    writeFileSync(at.path('script'), '#!/no/such/interpreter\n', { mode: 0o755 });
    const { code, stderr } = await runMemstacks(['-c', './script'], at);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'memstacks: cannot run ./script: the interpreter in its first line is not there, or its dynamic loader\n',
    });
  });

  test('a shim, which becomes what is meant', async () => {
    const at = new Workplace();
    writeFileSync(at.path('shim'), `#!/bin/sh\nexec '${early}' stay\n`, { mode: 0o755 });
    const trace = startTrace(['-c', './shim', '--kill', '-o', 'x.capture', '1'], at);
    trace.child.stdin!.end();
    const { stderr } = await trace.ended;
    expect(stderr).toContain(
      `shim (pid ${processIn(stderr)}) replaced itself by another program once, last by ${early}: trace that itself to see it from its start\n`,
    );
    expect((await captureIn(at)).processes).toMatchObject([{ execs: 1, executable: early }]);
  });

  test('a script that runs other programs', async () => {
    const at = new Workplace();
    writeFileSync(at.path('wrapper'), '#!/bin/sh\n/bin/true\n/bin/true\n', { mode: 0o755 });
    const { stderr } = await runMemstacks(['-c', './wrapper'], at);
    expect(stderr).toContain(
      'forked 2 times: it is a shell, and what it runs is not traced: trace that itself, or add --follow-forks\n',
    );
  });

  test.each([
    ['no-such-command', 'cannot run no-such-command: No such file or directory'],
    ['/etc/passwd', 'cannot run /etc/passwd: Permission denied'],
  ])('%s cannot be started', async (command, message) => {
    const { code, stdout, stderr } = await runMemstacks(['-c', command]);
    expect(stderr).toBe(`memstacks: ${message}\n`);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
}, [early]);
