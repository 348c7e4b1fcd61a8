import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { type InputOptions, readInput } from '../../src/cli/input.ts';
import { readInputs } from '../../src/cli/inputs.ts';
import { UserError } from '../../src/errors.ts';
import { serverCapture, Workplace } from './program.ts';

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

const options: InputOptions = {
  view: undefined,
  frames: { addresses: false, hideAllocator: false },
  unit: 'count',
};

function inputs(): string[] {
  writeFileSync(at.path('one'), 'main;a 1\nmain;b 2\nno count\n');
  writeFileSync(at.path('two.gz'), gzipSync('main;\xfc 7.5\nmain;b 2\n'));
  writeFileSync(at.path('both'), 'main;a 1 2\n');
  return [at.path('one'), serverCapture, at.path('two.gz'), at.path('both')];
}

// In threads where all of one byte and more are large.
test.each([1, 100_000_000])(
  'files of %i bytes and more are large: the same comes of it',
  async (large) => {
    const paths = inputs();
    const read = await readInputs(paths, options, large);
    for (const [index, path] of paths.entries()) {
      const { profile, warnings } = await readInput(path, options);
      expect(read[index]).toMatchObject({ profile, warnings });
    }
  },
);

test.each([1, 100_000_000])('and so do errors (%i)', async (large) => {
  writeFileSync(at.path('bad'), 'no stacks\n');
  const paths = [...inputs(), at.path('bad')];
  const reading = readInput(at.path('bad'), options);
  const { message } = await reading.then(
    () => new Error('was read'),
    (error: Error) => error,
  );
  await expect(readInputs(paths, options, large)).rejects.toThrow(new UserError(message));
});

test('usage errors keep their exit code', async () => {
  const view = { ...options, view: 'all' } as const;
  inputs();
  await expect(readInputs([serverCapture, at.path('one')], view, 1)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('--view needs a capture'),
  });
});

test('what is not there is said as ever', async () => {
  const [one, two] = inputs();
  await expect(readInputs([one!, at.path('none'), two!], options, 1)).rejects.toThrow(
    `cannot read ${at.path('none')}: `,
  );
});
