import { describe, expect, it } from 'vitest';
import { writeDifferential } from '../../src/collapsed.ts';
import { diff } from '../../src/fold/diff.ts';
import { profileOf, type Stacks } from '../render/profiles.ts';
import { textOf } from '../text-of.ts';
import { plain } from './comparisons.ts';

function compared(before: Stacks, ...after: Stacks[]) {
  const run = (stacks: Stacks) => ({ name: 'run', profile: profileOf(stacks) });
  return diff({ before: [run(before)], after: after.map(run) }, plain);
}

function written(before: Stacks, after: Stacks) {
  const difference = compared(before, after);
  return {
    lines: textOf(writeDifferential(difference)).trimEnd().split('\n'),
    notes: difference.meta.notes!.length,
  };
}

/** `server-1 worker-2` as stacks of `main`, each as heavy as its pid. */
function processes(names: string): Stacks {
  return names.split(' ').map((name) => [`${name};main`, Number(/\d+$/.exec(name)?.[0])]);
}

describe('processes of two runs', () => {
  it.each<[string, string, string, string[]]>([
    [
      'are matched by name',
      'server-10 db-20',
      'db-40 server-31',
      ['db;main 20 40', 'server;main 10 31'],
    ],
    [
      'that are several of a name in the order of their pids',
      'w-10 w-9',
      'w-30 w-200 w-31',
      ['w (1);main 9 30', 'w (2);main 10 31', 'w (3);main 0 200'],
    ],
    [
      'with the same pid are the same, whatever the order',
      'w-10 w-11',
      'w-11 w-12',
      ['w-11;main 11 11', 'w;main 10 12'],
    ],
    ['may have any name', 'a-b-1 1-1', '1-2 a-b-2', ['1;main 1 2', 'a-b;main 1 2']],
  ])('%s', (_, before, after, lines) => {
    expect(written(processes(before), processes(after))).toEqual({ lines, notes: 1 });
  });

  it.each<[string, string, string, string[]]>([
    ['have the same pids', 'w-1 w-2', 'w-1 w-2', ['w-1;main 1 1', 'w-2;main 2 2']],
    ['have other names', 'a-1 c-1', 'b-2 c-1', ['a-1;main 1 0', 'b-2;main 0 2', 'c-1;main 1 1']],
  ])('stay what they are where they %s', (_, before, after, lines) => {
    expect(written(processes(before), processes(after))).toEqual({ lines, notes: 0 });
  });

  it('are none where another frame is at the root', () => {
    const [before, after] = [processes('w-1'), [...processes('w-2'), ['main', 5] as const]];
    expect(written(before, after)).toEqual({
      lines: ['main 0 5', 'w-1;main 1 0', 'w-2;main 0 2'],
      notes: 0,
    });
  });

  it('are only at the root', () => {
    const after: Stacks = [['w-2;w-2', 7]];
    expect(written([['w-1;w-2', 5]], after).lines).toEqual(['w;w-2 5 7']);
  });

  it('are matched across all runs of a side', () => {
    const difference = compared(processes('w-1'), processes('w-2'), processes('w-3'), []);
    expect(difference.columns.map(({ name, self }) => [name, ...self])).toEqual([
      ['before', 0, 0, 1],
      ['after', 0, 0, 2],
      ['before_1', 0, 0, 1],
      ['after_1', 0, 0, 2],
      ['after_2', 0, 0, 3],
      ['after_3', 0, 0, 0],
    ]);
  });

  it.each<[string, string, string[], number]>([
    ['w-30 w-31', 'w-9', ['w (1);main 30 9', 'w (2);main 31 0'], 1],
    ['w-30 w-31', 'w-31', ['w-30;main 30 0', 'w-31;main 31 31'], 0],
    ['w-30 db-31', 'w-9', ['db-31;main 31 0', 'w;main 30 9'], 1],
  ])('%s are matched with one that stands alone: %s', (several, one, expected, notes) => {
    const [name, pid] = one.split('-');
    const targets = [`${name} (pid ${pid})`];
    const alone = profileOf([['main', Number(pid)]], { targets });
    const difference = diff(
      {
        before: [{ name: 'a', profile: profileOf(processes(several)) }],
        after: [{ name: 'b', profile: alone }],
      },
      plain,
    );
    expect(textOf(writeDifferential(difference)).trimEnd().split('\n')).toEqual(expected);
    expect(difference.meta.notes).toHaveLength(notes);
  });

  it('are no frames of their own where each run is of one', () => {
    const of = (pid: number) => ({
      name: '',
      profile: profileOf([['start-7;main', pid]], { targets: [`w (pid ${pid})`] }),
    });
    const difference = diff({ before: [of(1)], after: [of(2)] }, plain);
    expect(textOf(writeDifferential(difference))).toBe('start-7;main 1 2\n');
  });

  it('have modules nowhere: a function of such a name is a function', () => {
    const f = (name: string) => [{ name, module: 'm' }];
    const lines = written([[f('f-1'), 1]], [[f('f-2'), 2]]);
    expect(lines).toEqual({ lines: ['f-1 1 0', 'f-2 0 2'], notes: 0 });
  });
});
