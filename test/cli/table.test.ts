import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TableOptions, tableLines } from '../../src/cli/table.ts';
import { ProfileBuilder } from '../../src/profile/builder.ts';
import type { Profile } from '../../src/profile.ts';

type Stack = readonly [names: readonly string[], bytes: number, calls: number];

function profileOf(stacks: readonly Stack[]): Profile {
  const builder = new ProfileBuilder([
    { name: 'inuse_space', unit: 'bytes' },
    { name: 'inuse_objects', unit: 'count' },
  ]);
  for (const [names, bytes, calls] of stacks) {
    let node = 0;
    for (const name of names) node = builder.child(node, builder.frame({ name }));
    builder.add(node, 0, bytes);
    builder.add(node, 1, calls);
  }
  return builder.build({ view: 'unfreed', targets: ['a (pid 1)', 'b (pid 2)'], durationMs: 1500 });
}

const options: TableOptions = { top: 10, sort: 'size', width: 80 };

test('a trace that saw nothing', () => {
  expect(tableLines(profileOf([]), options)).toEqual([
    'not freed by a (pid 1), b (pid 2) in 1.5 s: nothing',
  ]);
});

test('sizes of zero have a share, and stacks that end inside of others are their own', () => {
  const lines = tableLines(
    profileOf([
      [['main'], 0, 2],
      [['main', 'malloc'], 0, 3],
    ]),
    options,
  );
  expect(lines.join('\n')).toContain(
    '1       0 bytes        -              3       0 bytes\n      malloc <- main\n',
  );
  expect(lines.join('\n')).toContain(
    '2       0 bytes        -              2       0 bytes\n      main\n',
  );
});

test('a deep stack takes six lines and says how many frames are left out', () => {
  const stack = Array.from({ length: 1000 }, (_, depth) => `function_${depth}`);
  const lines = tableLines(profileOf([[stack, 10, 1]]), options).slice(4);
  expect(lines[0]).toMatch(/^ {6}function_999 <- function_998/);
  expect(lines[5]).toMatch(/^ {6}<- \.\.\. \d+ more frames$/);
  const shown = lines
    .slice(0, 5)
    .join(' ')
    .match(/function_/g)!.length;
  expect(lines[5]).toContain(` ${1000 - shown} more`);
  expect(lines).toHaveLength(7); // and the blank line behind it
});

test('names that would fill a screen are shortened, others are whole', () => {
  const pairs = `std::map<${'std::pair<int, Row>, '.repeat(20)}int>::at(int)`;
  const whole = `std::map<${'int, '.repeat(30)}int>::at(int)`;
  const stack = ['main', 'x'.repeat(1_000_000), whole, pairs];
  const lines = tableLines(profileOf([[stack, 10, 1]]), options).slice(4, 8);
  expect(lines.map((line) => line.trim())).toEqual([
    'std::map<…>::at(int)',
    `<- ${whole}`,
    `<- ${'x'.repeat(3 * 74)}…`,
    '<- main',
  ]);
});

const names = fc.array(fc.string({ minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 8 });
const stacks = fc.array(fc.tuple(names, fc.nat(1e9), fc.integer({ min: 1, max: 1e6 })), {
  minLength: 1,
});

test('everything is either shown or counted as not shown, biggest first', () => {
  fc.assert(
    fc.property(
      stacks,
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom('size', 'count'),
      (input, top, sort) => {
        const profile = profileOf(input);
        const distinct = profile.columns[1]!.self.filter((calls) => calls > 0).length;
        const lines = tableLines(profile, { ...options, top, sort });
        const shares = lines
          .flatMap((line) => /^ {0,3}\d+ .* ([\d.]+)% .*$/.exec(line)?.[1] ?? [])
          .map(Number);
        expect(shares).toEqual([...shares].sort((a, b) => b - a));
        const rest = /^not shown: ([\d,]+) stacks? /.exec(lines.at(-1)!)?.[1] ?? '0';
        expect(lines.filter((line) => /^ {0,3}\d+ /.test(line)).length + Number(rest)).toBe(
          distinct,
        );
      },
    ),
  );
});

test('stacks are broken between frames, and nothing in a name can move the cursor', () => {
  fc.assert(
    fc.property(stacks, fc.integer({ min: 40, max: 120 }), (input, width) => {
      for (const line of tableLines(profileOf(input), { ...options, width }).slice(3)) {
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        if (
          line.includes(' <- ') &&
          line.trimStart().indexOf(' <- ') > 0 &&
          line.startsWith('      ')
        )
          expect(line.length).toBeLessThanOrEqual(width);
      }
    }),
  );
});
