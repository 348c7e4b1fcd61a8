import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { mainFile, Workplace } from './program.ts';

const faultCapture = fileURLToPath(new URL('../data/capture/faults.capture', import.meta.url));
const fake = fileURLToPath(new URL('../fixtures/fake-collector.mjs', import.meta.url));
const incidentCapture = fileURLToPath(new URL('../data/capture/incident.capture', import.meta.url));

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

const pid = ['-p', '1234', '5'];

describe('memstacks pgfault', () => {
  test('says how the growth adds up, and ends with a table', async () => {
    const { code, stdout, stderr } = await at.run(['pgfault', ...pid]);
    expect(code).toBe(0);
    await expect(stderr).toMatchFileSnapshot('summary-faults.golden.txt');
    await expect(stdout).toMatchFileSnapshot('table-faults.golden.txt');
  });

  test.each([
    ['', '', '[libc.so.6];load 10\n[resident without a fault] 2\nmain;load 521\n'],
    [
      '--bytes',
      '--bytes',
      '[libc.so.6];load 40960\n[resident without a fault] 8192\nmain;load 2134016\n',
    ],
    ['--file', '--file', '[libc.so.6];load 10\n'],
    ['--anon --shmem', '--anon --shmem', '[resident without a fault] 2\nmain;load 521\n'],
  ])('collapsed stacks, now and later: %s', async (flags, later, expected) => {
    const words = (line: string) => line.split(' ').filter((word) => word !== '');
    const { stdout } = await at.run(['pgfault', '-f', ...pid, ...words(flags), '-o', 'x.capture']);
    expect(stdout).toBe(expected);
    expect((await at.run(['fold', 'x.capture', ...words(later)])).stdout).toBe(expected);
    expect(at.read('x.capture')).toBe(readFileSync(faultCapture, 'utf8'));
  });

  test('a picture has the unit, the sum, and what it leaves out', async () => {
    await at.run(['pgfault', ...pid, '-o', 'pages.svg']);
    const svg = at.read('pages.svg');
    expect(svg).toContain('Resident pages');
    expect(svg).toContain('total: 533 pages');
    expect(svg).toContain('2.1 MiB (531 pages) explained by faults');
    expect(svg).toContain('7 faults (page table full)');
    await at.run(['pgfault', ...pid, '--bytes', '--anon', '-o', 'bytes.svg']);
    expect(at.read('bytes.svg')).toContain('total: 2.04 MiB (2,142,208 bytes)');
    expect(at.read('bytes.svg')).toContain('only: anonymous memory');
  });

  test.each([
    ['-p 1 --max-pages 5 --max-stacks 6', '--faults --max-pages 5 --max-stacks 6 -p 1'],
    ['-p 1,2 -p 3 --anon --bytes 0.5', '--faults --duration 0.5 -p 1,2,3'],
    ['-p 1 --unwind fp --lines --addresses', '--faults --unwind fp --lines -p 1'],
  ])('asks the helper: %s', async (line, expected) => {
    await at.run(['pgfault', ...line.split(' ')]);
    expect(at.log).toEqual([`start --capture-fd 3 --event-fd 4 ${expected}`]);
  });

  test('pgfaultstacks is the same', async () => {
    const script = fileURLToPath(new URL('../../dist/cli/pgfaultstacks.cjs', import.meta.url));
    const env = { ...process.env, MEMSTACKS_COLLECTOR: fake };
    const options = { cwd: at.folder, env, encoding: 'utf8' } as const;
    const { stdout } = spawnSync(process.execPath, [script, '-f', ...pid], options);
    expect(stdout).toContain('main;load 521\n');
    expect(spawnSync(process.execPath, [script, 'doctor'], options).stderr).toContain(
      'doctor is neither a command nor seconds',
    );
  });

  test('a live line on a terminal', () => {
    const command = `'${process.execPath}' '${mainFile}' pgfault -p 1234 5 -o x.svg`;
    const env = { ...process.env, TERM: 'xterm', MEMSTACKS_COLLECTOR: fake };
    const options = { cwd: at.folder, env, encoding: 'utf8' } as const;
    const shown = execFileSync('script', ['-qec', command, '/dev/null'], options);
    expect(shown).toContain('0.5 of 5 s, 5,000 faults/s, 2,500 faults');
    expect(shown).not.toContain('allocations/s');
  });

  test('a helper that dies half-way leaves its capture, and says that it is of no use', async () => {
    const { code, stdout, stderr } = await at.run(
      ['pgfault', ...pid, '-o', 'x.capture', '-o', 'x.svg'],
      {
        FAKE_DOES: 'cut short',
      },
    );
    expect(stderr).toContain(
      'memstacks: the capture was cut short, so it is not known which pages',
    );
    expect({ code, stdout, files: at.files }).toEqual({
      code: 1,
      stdout: '',
      files: ['x.capture'],
    });
  });

  test.each([
    ['pgfault', '-p 1 --hide-allocator', 'unknown argument'],
    ['pgfault', '-p 1 -a', 'unknown argument'],
    ['pgfault', '-p 1 --interval 5', '--interval is about allocations: take two traces'],
    ['pgfault', '-p 1 --max-pages 0', '--max-pages 0: expected a whole number'],
    ['pgfault', '-p 1 x', 'x is neither a command nor seconds'],
    ['pgfault', '', 'say what to trace'],
    ['record', '-p 1 -o x.svg', 'record writes several files'],
    ['record', '-p 1 -o /tmp/', 'record writes several files'],
    ['record', '-p 1 --older 5 -a', 'unknown argument'],
  ])('refuses %s %s', async (command, line, message) => {
    const words = line.split(' ').filter((word) => word !== '');
    const { code, stderr } = await at.run([command, ...words]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(at.log).toEqual([]);
  });
});

describe('memstacks record', () => {
  test('writes every picture of an incident, and the capture', async () => {
    const { code, stdout, stderr } = await at.run(['record', ...pid, '-o', 'night']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(at.files).toEqual([
      'night.all_mallocs.folded',
      'night.all_mallocs.svg',
      'night.capture',
      'night.html',
      'night.resident.folded',
      'night.resident.svg',
      'night.unfreed.folded',
      'night.unfreed.svg',
    ]);
    expect(at.log).toEqual([
      'start --capture-fd 3 --event-fd 4 --heap --faults --duration 5 -p 1234',
    ]);
    expect(at.read('night.capture')).toBe(readFileSync(incidentCapture, 'utf8'));
    expect(at.read('night.all_mallocs.folded')).toBe('main;load;malloc 8192\nmain;malloc 100\n');
    expect(at.read('night.unfreed.folded')).toBe('main;load;malloc 4096\n');
    expect(at.read('night.resident.folded')).toContain('main;load 521\n');
    expect(at.read('night.resident.svg')).toContain('total: 533 pages');
    await expect(stderr).toMatchFileSnapshot('summary-incident.golden.txt');
  });

  test('the capture has all three views', async () => {
    for (const [view, expected] of [
      ['all', 'main;malloc 100\n'],
      ['unfreed', 'main;load;malloc 4096\n'],
      ['resident', 'main;load 521\n'],
    ] as const)
      expect((await at.run(['fold', incidentCapture, '--view', view])).stdout).toContain(expected);
    expect((await at.run(['top', incidentCapture])).stdout).toContain('not freed by server');
  });

  test('a cut capture still has its allocations', async () => {
    const { code } = await at.run(['record', ...pid], { FAKE_DOES: 'cut short' });
    expect(code).toBe(1);
    expect(at.files).toContain('incident.all_mallocs.svg');
    expect(at.files).not.toContain('incident.resident.svg');
  });
});

describe('views of captures', () => {
  test.each([
    [['fold', faultCapture, '--view', 'all'], 'has no view "all"'],
    [['fold', faultCapture, '--hide-allocator'], '--hide-allocator is about allocations'],
    [['top', '../no.capture', '--view', 'resident'], 'cannot read'],
  ])('%s', async (words, message) => {
    const { code, stderr } = await at.run(words);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^memstacks: [^\n]*\n$/);
    expect(code).toBeGreaterThan(0);
  });

  test.each(['fold', 'top', 'render'])(
    '%s: other views have no pages to choose',
    async (command) => {
      const { code, stderr } = await at.run([command, incidentCapture, '--view', 'all', '--anon']);
      expect(stderr).toContain('--anon, --file and --shmem need --view resident');
      expect(code).toBe(2);
    },
  );

  test('collapsed stacks have no pages to choose', async () => {
    const { code, stderr } = await at.run(['fold', '-', '--anon'], {}, 'main 1\n');
    expect(stderr).toContain('--anon, --file and --shmem need a capture of page faults');
    expect(code).toBe(2);
  });
});
