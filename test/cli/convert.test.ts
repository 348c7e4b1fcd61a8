import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { serverCapture, Workplace } from './program.ts';

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

describe('files that are there already', () => {
  test('a pipe that nobody reads is refused at once, not waited for', async () => {
    execFileSync('mkfifo', [at.path('p.folded')]);
    const { code, stderr } = await at.run(['fold', serverCapture, '-o', 'p.folded']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'memstacks: cannot write p.folded: no such device or address\n',
    });
  });

  test.runIf(process.getuid?.() === 0)('stay as private, and whose they were', async () => {
    writeFileSync(at.path('x.folded'), '');
    chmodSync(at.path('x.folded'), 0o600);
    chownSync(at.path('x.folded'), 65534, 65534);
    expect((await at.run(['fold', serverCapture, '-o', 'x.folded'])).code).toBe(0);
    const { uid, gid, mode, size } = statSync(at.path('x.folded'));
    expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: 65534, gid: 65534, mode: 0o600 });
    expect(size).toBeGreaterThan(0);
  });
});

describe('fold', () => {
  test('sorts and merges collapsed stacks, and says what it skipped', async () => {
    const { code, stdout, stderr } = await at.run(['fold'], {}, 'b 1\na;c 2\nno count\na;c 3\n');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'a;c 5\nb 1\n' });
    expect(stderr).toMatch(/^stdin:3: skipped: .*: no count\n$/);
  });

  test('counts what it skipped beyond the first lines', async () => {
    const { stderr } = await at.run(['fold', '-'], {}, `a 1\n${'bad\n'.repeat(15)}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(11);
    expect(stderr).toContain('stdin: 5 more lines skipped\n');
  });

  test('says what a capture lost, as far as it concerns the view', async () => {
    const { stderr } = await at.run(['fold', serverCapture]);
    expect(stderr).toBe(
      'lost: 30 calls, 960 bytes, counted without their stacks: the table of stacks is full; raise --max-stacks\n' +
        'lost: 1 call, missing: the call had not returned when the trace ended\n' +
        'left out: 10 calls, 80 bytes, outside of --min-size and --max-size\n',
    );
  });

  test('folds a gzipped capture that was cut short', async () => {
    const whole = gzipSync(readFileSync(serverCapture));
    writeFileSync(at.path('x.capture.gz'), whole.subarray(0, whole.length - 30));
    const { code, stdout, stderr } = await at.run(['fold', 'x.capture.gz', '--view', 'all']);
    expect(code).toBe(0);
    expect(stdout).toContain('main;serve;handle_request;parse_headers;malloc 409600\n');
    expect(stderr).toContain('x.capture.gz: the gzip data ends early\n');
    expect(stderr).toContain('cut short');
  });

  test('uses all that is there of gzipped stacks that were cut short, and says so', async () => {
    const lines = Array.from({ length: 20000 }, (_, index) => `a;${index * 7919} 1\n`).join('');
    const packed = gzipSync(lines);
    const { stdout, stderr } = await at.run(['fold'], {}, packed.subarray(0, packed.length / 2));
    expect(stdout.split('\n').length).toBeGreaterThan(7000);
    expect(stderr).toContain('stdin: the gzip data ends early\n');
    const whole = await at.run(['fold'], {}, packed);
    expect(whole.stdout.split('\n')).toHaveLength(20001);
    expect(whole.stderr).toBe('');
  });

  test.each([
    ['missing', undefined, 'cannot read x: no such file or directory'],
    ['empty', '', 'x: no collapsed stacks in the input: it is empty'],
    ['broken gzip', Buffer.from([0x1f, 0x8b, 0, 0, 0, 0]), 'broken gzip data'],
    ['of another version', '{"capture":"heap","version":99}\n', 'x: '],
  ])('a file that is %s', async (_, content, message) => {
    if (content !== undefined) writeFileSync(at.path('x'), content);
    const { code, stdout, stderr } = await at.run(['fold', 'x']);
    expect(stderr).toMatch(/^memstacks: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  test('collapsed stacks have no views', async () => {
    const { code, stderr } = await at.run(['fold', '--view', 'all'], {}, 'a 1\n');
    expect(stderr).toBe(
      'memstacks: stdin: --view needs a capture: a file of collapsed stacks has one view\n',
    );
    expect(code).toBe(2);
  });

  test.each(['--addresses', '--hide-allocator'])('collapsed stacks have no %s', async (option) => {
    const { code, stderr } = await at.run(['render', option], {}, 'a 1\n');
    expect(stderr).toMatch(new RegExp(`^memstacks: stdin: ${option} needs a capture: [^\n]*\n$`));
    expect(code).toBe(2);
  });

  test('leaves nothing behind of what it cannot write', async () => {
    symlinkSync('/dev/full', at.path('x.stacks'));
    const { code, stderr } = await at.run(['fold', serverCapture, '-o', 'x.stacks', '-o', 'y.svg']);
    expect(stderr).toBe('memstacks: cannot write x.stacks: no space left on device\n');
    expect({ code, files: at.files }).toEqual({ code: 1, files: ['x.stacks'] });
  });
});

test.each(['fold', 'render', 'top'])(
  '%s says of an empty file that is no collapsed stacks what it lacks',
  async (command) => {
    for (const name of ['x.capture', 'x.svg.gz', 'x.html']) {
      writeFileSync(at.path(name), '');
      const suffix = /\.\w+/.exec(name)![0];
      expect(await at.run([command, name])).toEqual({
        code: 1,
        stdout: '',
        stderr: `memstacks: ${name}: it is empty, which no ${suffix} file is that was written whole: make it again\n`,
      });
    }
  },
);

describe('what is no collapsed stacks, or nothing of it usable', () => {
  test.each([
    ['empty', '', 'it is empty, or all comments'],
    ['comments only', '# a\n#\n\n', 'it is empty, or all comments'],
    ['no counts', 'main;work\n', 'line 1: no count at the end'],
    ['negative counts', '\nmain;work -3\n', 'line 2: negative count'],
    ['exponents', 'main;work 1e3\n', 'line 1: the count is not a plain decimal number'],
    ['hexadecimal', 'main;work 0x10\n', 'line 1: the count is not a plain decimal number'],
    ['plus signs', 'main;work +3\n', 'line 1: the count is not a plain decimal number'],
    ['no stacks', ' 5\n;; 6\n', 'line 1: no stack before the count'],
    ['nothing counted', 'main;work 0\n', 'add up to nothing'],
    ['counts of 2^53', 'a 1\nmain 9007199254740992\n', 'line 2: the count is above 2^53 - 1:'],
    ['a total of 2^53', 'a 9007199254740991\nb 1\n', 'above 2^53 - 1 (9007199254740991)'],
  ])('%s: one line, exit code 1, and no file', async (_, content, why) => {
    writeFileSync(at.path('x'), content);
    const fromFile = await at.run(['render', 'x', '-o', 'x.svg']);
    expect(fromFile.stderr).toMatch(/^memstacks: x: [^\n]*\n$/);
    expect(fromFile.stderr).toContain(why);
    expect({ ...fromFile, stderr: '' }).toEqual({ code: 1, stdout: '', stderr: '' });
    expect(at.files).toEqual(['x']);
    const fromPipe = await at.run(['render'], {}, content);
    expect(fromPipe.stderr).toBe(fromFile.stderr.replace(' x: ', ' stdin: '));
    expect(fromPipe.code).toBe(1);
  });
});

describe('render', () => {
  const stacks = 'main;work;malloc 3000\nmain;malloc 1000\n';

  test("takes the ported tool's command line", async () => {
    const line = ['render', '--color=mem', '--title=All <malloc>', '--countname=bytes'];
    const { code, stdout, stderr } = await at.run(line, {}, stacks);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('All &lt;malloc&gt;');
    expect(stdout).toContain('work (3,000 bytes, 75.00%)');
  });

  test('counts samples unless it is told what', async () => {
    const { stdout } = await at.run(['render'], {}, stacks);
    expect(stdout).toContain('work (3,000 samples, 75.00%)');
  });

  test('draws the same from a capture as the trace itself', async () => {
    await at.run(['-p', '1234', '-o', 'x.capture', '-o', 'x.svg']);
    await at.run(['render', 'x.capture', '-o', 'y.svg']);
    const { stdout } = await at.run(['render', '-'], {}, at.read('x.capture'));
    expect(at.read('y.svg')).toBe(at.read('x.svg'));
    expect(stdout).toBe(at.read('x.svg'));
  });

  test('draws a page of all views, the one asked for first', async () => {
    await at.run(['-p', '1234', '-o', 'x.capture', '-o', 'x.html']);
    await at.run(['render', 'x.capture', '-o', 'y.html', '-o', 'z.html.gz']);
    await at.run(['render', 'x.capture', '--view', 'all', '-o', 'all.html']);
    expect(at.read('y.html')).toBe(at.read('x.html'));
    expect(gunzipSync(readFileSync(at.path('z.html.gz'))).toString()).toBe(at.read('x.html'));
    const titles = (name: string) =>
      [...at.read(name).matchAll(/<h1>(.*)<\/h1>/g)].map((m) => m[1]);
    expect(titles('x.html')).toEqual(['Memory not freed', 'All allocations']);
    expect(titles('all.html')).toEqual(['All allocations', 'Memory not freed']);
  });

  test('gives a page the views that there are', async () => {
    await at.run(['-a', '-p', '1234', '-o', 'x.html']);
    expect(at.read('x.html').match(/<h1>/g)).toHaveLength(1);
    await at.run(['render', '--countname=bytes', '--title=A', '-o', 'y.html'], {}, stacks);
    expect(at.read('y.html')).toContain(
      '<h1>A</h1>\n<p class="total">total: 3.9 KiB (4,000 bytes)</p>',
    );
  });

  test('prints the policy of its pages', async () => {
    const { code, stdout } = await at.run(['render', '--csp']);
    await at.run(['render', '-o', 'x.html'], {}, stacks);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^default-src 'none'; script-src 'sha256-\S+'; .*\n$/);
    expect(at.read('x.html')).toContain(`content="${stdout.trim()}"`);
    const refused = await at.run(['render', '--csp', 'x.folded']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toBe(
      'memstacks: --csp prints the policy of every HTML page: it takes no file\n',
    );
  });

  test('passes every look on', async () => {
    const plain = (await at.run(['render'], {}, stacks)).stdout;
    for (const option of [
      '--subtitle=x',
      '--width=900',
      '--height=20',
      '--minwidth=700',
      '--fonttype=Serif',
      '--fontsize=15',
      '--nametype=Symbol:',
      '--colors=hot',
      '--inverted',
    ]) {
      const { code, stdout } = await at.run(['render', option], {}, stacks);
      expect({ option, code, same: stdout === plain }).toEqual({ option, code: 0, same: false });
    }
  });
});

describe('frames as they are wanted', () => {
  const stack = 'main;serve;[libstdc++.so.6.0.30];operator new(unsigned long);malloc 1024\n';
  const addresses = stack.replace('.30]', '.30+0x1234]');
  const hidden = 'main;serve;[libstdc++.so.6.0.30] 1024\n';

  test.each([
    [[], stack],
    [['--addresses'], addresses],
    [['--hide-allocator'], hidden],
    [['--addresses', '--hide-allocator'], hidden.replace('.30]', '.30+0x1234]')],
  ])('%j, from a trace, a capture, and in pictures and tables', async (choice, expected) => {
    const { stdout } = await at.run(['-p', '1234', '-f', '-o', 'x.capture', ...choice]);
    expect(stdout).toContain(expected);
    expect((await at.run(['fold', 'x.capture', ...choice])).stdout).toBe(stdout);
    const svg = (await at.run(['render', 'x.capture', '--minwidth', '0', ...choice])).stdout;
    const frames = expected.replace(' 1024\n', '').split(';');
    for (const frame of frames) expect(svg).toContain(`<title>${frame} (`);
    const table = (await at.run(['top', 'x.capture', ...choice])).stdout;
    expect(table.replace(/\n +/g, ' ')).toContain(` ${frames.reverse().join(' <- ')}\n`);
  });
});
