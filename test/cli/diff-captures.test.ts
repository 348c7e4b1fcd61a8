import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { Workplace } from './program.ts';

const faults = fileURLToPath(new URL('../../samples/recorded/pgfault.capture', import.meta.url));

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

async function totalsOf(files: string[], options: string[]) {
  const { code, stdout, stderr } = await at.run(['diff', ...files, '--json', ...options]);
  if (code !== 0) return stderr;
  const { unit, view, before, after } = JSON.parse(stdout) as Record<string, unknown>;
  return { unit, view, before, after };
}

describe('captures of page faults', () => {
  /** As `fold` has it. */
  async function folded(options: string[]): Promise<number> {
    const { stdout } = await at.run(['fold', faults, ...options]);
    return stdout.split('\n').reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  test.each([
    [[], 'pages'],
    [['--view', 'resident', '--bytes'], 'bytes'],
    [['--anon', '--bytes'], 'bytes'],
    [['--file', '--shmem'], 'pages'],
  ])('%j: what fold counts', async (options, unit) => {
    const total = await folded(options);
    expect(total > 0).toBe(!options.includes('--file'));
    expect(await totalsOf([faults, faults], options)).toEqual({
      unit,
      view: 'resident',
      before: total,
      after: total,
    });
  });

  test('are needed for that', async () => {
    writeFileSync(at.path('x.folded'), 'main;a 1\n');
    expect(await totalsOf([faults, 'x.folded'], ['--anon'])).toBe(
      'memstacks: x.folded: --bytes, --anon, --file and --shmem need a capture of page faults\n',
    );
  });
});
