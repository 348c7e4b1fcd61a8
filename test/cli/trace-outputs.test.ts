import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mainFile, serverCapture, Workplace } from './program.ts';

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

const pid = ['-p', '1234', '5'];

describe('outputs', () => {
  test('a capture folds to the same bytes as -f, also gzipped', async () => {
    const { stdout } = await at.run([
      ...pid,
      '-f',
      '-o',
      'x.capture',
      '-o',
      'y.capture.gz',
      '-o',
      'x.folded.gz',
    ]);
    expect(stdout).toContain('main;serve;handle_request;session_create;calloc 3145728\n');
    expect((await at.run(['fold', 'x.capture'])).stdout).toBe(stdout);
    expect((await at.run(['fold', 'y.capture.gz'])).stdout).toBe(stdout);
    expect((await at.run(['fold', '-'], {}, at.read('x.capture'))).stdout).toBe(stdout);
    expect(gunzipSync(readFileSync(at.path('x.folded.gz'))).toString()).toBe(stdout);
    expect((await at.run([...pid, '-af'])).stdout).toBe(
      (await at.run(['fold', 'x.capture', '--view', 'all'])).stdout,
    );
    expect(at.read('x.capture')).toBe(readFileSync(serverCapture, 'utf8'));
  });

  test('are named, and nothing else is left beside them', async () => {
    const { code, stdout, stderr } = await at.run([...pid, '-o', 'x.svg', '-o', 'x.stacks']);
    expect({ code, stdout, files: at.files }).toEqual({
      code: 0,
      stdout: '',
      files: ['x.stacks', 'x.svg'],
    });
    expect(stderr).toContain('wrote x.svg, x.stacks\n');
    expect(at.read('x.svg')).toMatch(/^<\?xml/);
  });

  test('that cannot be written are found before the helper is started', async () => {
    mkdirSync(at.path('d.svg'));
    for (const path of ['nowhere/x.svg', 'd.svg', '/proc/x.svg']) {
      const { code, stderr } = await at.run([...pid, '-o', 'ok.folded', '-o', path]);
      expect(stderr).toMatch(new RegExp(`^memstacks: cannot write ${path}: .*\n$`));
      expect(code).toBe(1);
    }
    expect(at.log).toEqual([]);
    expect(at.files).toEqual(['d.svg']);
  });

  test('replace a file in its place and keep its permissions', async () => {
    writeFileSync(at.path('real.svg'), 'old');
    chmodSync(at.path('real.svg'), 0o600);
    symlinkSync('real.svg', at.path('link.svg'));
    await at.run([...pid, '-o', 'link.svg']);
    expect(at.read('real.svg')).toMatch(/^<\?xml/);
    expect(statSync(at.path('real.svg')).mode & 0o777).toBe(0o600);
    expect(at.files).toEqual(['link.svg', 'real.svg']);
  });

  test('make the file that a link leads to, and leave the link', async () => {
    mkdirSync(at.path('d'));
    symlinkSync('d/next.svg', at.path('link.svg'));
    symlinkSync('../real.svg', at.path('d/next.svg'));
    await at.run([...pid, '-o', 'link.svg']);
    expect(at.read('real.svg')).toMatch(/^<\?xml/);
    expect(at.files).toEqual(['d', 'link.svg', 'real.svg']);
    for (const link of ['link.svg', 'd/next.svg'])
      expect(lstatSync(at.path(link)).isSymbolicLink()).toBe(true);
  });

  test('a capture that cannot be put in its place is kept beside it', async () => {
    const { child, ended, said } = at.start([...pid, '-o', 'x.capture'], {
      FAKE_DOES: 'until-signal',
    });
    await said('Tracing pid');
    mkdirSync(at.path('x.capture'));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    const kept = /is kept in (\S+)$/m.exec(stderr)?.[1];
    expect({ code, files: at.files }).toEqual({ code: 1, files: [kept, 'x.capture'] });
    expect(at.read(kept!)).toContain('{"end":');
  });

  test('a full disk costs that output alone', async () => {
    symlinkSync('/dev/full', at.path('full.folded'));
    const { code, stderr } = await at.run([...pid, '-o', 'full.folded', '-o', 'x.svg']);
    expect(code).toBe(1);
    expect(stderr).toContain('memstacks: cannot write full.folded: no space left on device\n');
    expect(stderr).toContain('traced server (pid 1234) for 5.0 s\n');
    expect(stderr).toContain('wrote x.svg\n');
    expect(at.files).toEqual(['full.folded', 'x.svg']);
  });

  test('a full stdout is said', async () => {
    const command = `'${process.execPath}' '${mainFile}' fold '${serverCapture}' > /dev/full`;
    const shell = () => execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: 'pipe' });
    expect(shell).toThrow('memstacks: cannot write to stdout: no space left on device');
  });

  test('a reader that has seen enough is no failure', async () => {
    const { child, ended } = at.start([...pid, '-f', '-o', 'x.folded'], { FAKE_STACKS: '30000' });
    child.stdout!.destroy();
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toContain('wrote x.folded\n');
    expect(stderr).not.toContain('EPIPE');
  });
});

describe.skipIf(process.getuid!() !== 0 && !process.env.CI)(
  'on a small disk (needs root for the mount)',
  () => {
    beforeEach(() => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at.folder]);
    });
    afterEach(() => {
      execFileSync('umount', [at.folder]);
    });

    test.each(['x.capture', 'x.capture.gz'])(
      'what fits of %s is kept, and can be read',
      async (name) => {
        const { code, stderr } = await at.run([...pid, '-o', name], { FAKE_STACKS: '20000' });
        expect(stderr).toContain(
          `memstacks: cannot write ${name}: no space left on device; what was written before is kept in ${name}\n`,
        );
        expect(stderr).toContain('traced server (pid 1234)');
        expect(code).toBe(1);
        expect(at.files).toEqual([name]);
        const folded = await at.run(['fold', name, '--view', 'all']);
        expect(folded.stderr).toContain('cut short');
      },
    );

    test('a part of a capture lies beside an older one', async () => {
      writeFileSync(at.path('x.capture'), 'old');
      const { stderr } = await at.run([...pid, '-o', 'x.capture'], { FAKE_STACKS: '20000' });
      expect(stderr).toMatch(/ is kept in \S*\/x\.capture\.partial$/m);
      expect(at.files).toEqual(['x.capture', 'x.capture.partial']);
      expect(at.read('x.capture')).toBe('old');
      expect(at.read('x.capture.partial')).toMatch(/^\{"capture":/);
    });

    test('nothing is kept where nothing fitted', async () => {
      const trace = at.start([...pid, '-o', 'x.capture'], { FAKE_DOES: 'until-signal' });
      await trace.said('Tracing pid');
      expect(() => writeFileSync(at.path('filler'), Buffer.alloc(131_072))).toThrow('ENOSPC');
      trace.child.kill('SIGINT');
      const { stderr } = await trace.ended;
      expect(stderr).toContain('memstacks: cannot write x.capture: no space left on device\n');
      expect(at.files).toEqual(['filler']);
    });

    test('an older output survives', async () => {
      writeFileSync(at.path('x.folded'), 'old');
      const { code } = await at.run([...pid, '-o', 'x.folded'], { FAKE_STACKS: '20000' });
      expect({ code, files: at.files, text: at.read('x.folded') }).toEqual({
        code: 1,
        files: ['x.folded'],
        text: 'old',
      });
    });
  },
);
