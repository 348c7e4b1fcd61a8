import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Capture } from '../../src/capture.ts';
import { UserError } from '../../src/errors.ts';
import { detailLines, lines, messageOf, read, withLine } from './samples.ts';

describe('readCapture', () => {
  it.each([
    [1, '{"capture":"heap","version":2}', 'format version 2'],
    [1, '{"capture":"heap","version":"1"}', '"version" must be a whole number'],
    [1, '{"capture":"guesses","version":1}', '"capture" must be one of heap'],
    [1, '{"version":1}', 'not a capture'],
    [1, 'main;malloc 12', 'not a capture'],
    [1, '[]', 'must be an object'],
    [1, lines[0]!.replace('"full"', '"half"'), '"mode" must be one of full, alloc, entry'],
    [1, lines[0]!.replace('1048576', '-1'), '"max_size" must be a whole number'],
    [1, lines[0]!.replace('"filters":', '"other":'), '"filters" must be an object'],
    [
      1,
      lines[0]!
        .replace('"host"', '"h"')
        .replace('{"capture"', '{"__proto__":{"host":"x"},"capture"'),
      '"host" must be a text',
    ],
    [2, lines[1]!.replace('"./server"', '1'), '"command" must hold texts'],
    [2, lines[1]!.replace('"running"', '"__proto__"'), '"state" must be one of'],
    [2, lines[1]!.replace('[{"path"', '[7,{"path"'), 'each of "allocators" must be an object'],
    [2, lines[1]!.replace('1234', '1e400'), '"pid" must be a whole number'],
    [3, '{"module":1,"path":"/x"}', '"module" must be 0, the next number'],
    [4, '{"module":1,"path":null}', '"path" must be a text'],
    [6, '{"frame":0,"name":"x","module":3}', '"module" refers to number 3'],
    [6, '{"frame":0}', 'a frame needs'],
    [6, '{"frame":0,"offset":1}', 'a frame needs'],
    [6, '{"frame":0,"module":0,"offset":1.5}', '"offset" must be a whole number'],
    [6, '{"frame":0,"address":18446744073709551615}', '"address" must be a whole number'],
    [14, lines[13]!.replace('[1,2,0]', '[1,2,8]'), '"frames" refers to number 8'],
    [14, lines[13]!.replace('[1,2,0]', '[-1]'), '"frames" must be a whole number'],
    [14, lines[13]!.replace('[1,2,0]', '[]'), '"frames" must not be empty'],
    [14, lines[13]!.replace('[1,2,0]', '{"0":1,"length":1}'), '"frames" must be a list'],
    [14, lines[13]!.replace('"process":0', '"process":1'), '"process" refers to number 1'],
    [14, lines[13]!.replace('[8192,2]', '[8192]'), '"alloc" must be [bytes, calls]'],
    [14, lines[13]!.replace('[8192,2]', '[9007199254740992,2]'), '"alloc" must be a whole number'],
    [14, lines[13]!.replace(',"unfreed":[4096,1]', ''), '"unfreed" must be a list'],
    [17, lines[16]!.replace('true', '"yes"'), '"cut" must be one of true, false'],
    [20, lines[19]!.replace('"calls":3', '"calls":"3"'), '"calls" must be a whole number'],
    [20, lines[19]!.replace('"lost":{', '"lost":[],"x":{'), '"lost" must be an object'],
    [20, lines[19]!.replace('12}', 'null}'), '"untracked_frees" must be a whole number'],
    [20, `${lines[19]}\n${lines[18]}`, 'after the end line'],
    [9, '{"thing":3}', 'neither a process'],
    [9, '{"frame":3,"module":0,"offset":4660', 'not JSON'],
    [9, '', 'not JSON'],
  ])('refuses a malformed line %i, case %#', async (number, line, expected) => {
    const message = await messageOf(withLine(number, line));
    expect(message).toContain(expected);
    const at = line.includes('\n') ? number + 1 : number;
    if (at > 1 || message.includes('malformed')) expect(message).toContain(`line ${at} `);
  });

  it.each([
    [1, '"unwind":"auto"', '"unwind":"orc"', '"unwind" must be one of auto, dwarf, fp'],
    [
      3,
      '"unwind":"eh_frame"',
      '"unwind":1',
      '"unwind" must be one of eh_frame, debug_frame, code_cache, none',
    ],
    [3, '"symbols":"dynsym"', '"symbols":""', '"symbols" must be one of symtab, '],
    [10, '"file":"/usr', '"file":["/usr"],"x":"', '"file" must be a text'],
    [10, '"line":137', '"line":-1', '"line" must be a whole number'],
    [10, '"inlined":true', '"inlined":1', '"inlined" must be one of true, false'],
    [16, '"jit":true', '"jit":"yes"', '"jit" must be one of true, false'],
    [21, '"kernel":true', '"kernel":null', '"kernel" must be one of true, false'],
    [26, '"no_unwind_info"', '"tired"', '"walk_end" must be one of cut, no_mapping'],
    [26, '"fp_frames":[0]', '"fp_frames":0', '"fp_frames" must be a list'],
    [26, '"fp_frames":[0]', '"fp_frames":[3]', '"fp_frames" holds place 3, and there are only 3'],
    [26, '"fp_frames":[0]', '"fp_frames":[0.5]', '"fp_frames" must be a whole number'],
  ])('refuses a malformed detail on line %i, case %#', async (number, good, bad, expected) => {
    const line = detailLines[number - 1]!;
    expect(line).toContain(good);
    const message = await messageOf(withLine(number, line.replace(good, bad), detailLines));
    expect(message).toContain(expected);
    expect(message).toContain(`line ${number} `);
  });

  it.each([
    ['plain', lines],
    ['detailed', detailLines],
  ])('throws nothing but UserErrors, whatever one value becomes: %s', async (_, whole) => {
    const stacks = whole.filter((line) => line.startsWith('{"stack"')).length;
    const spots = whole.flatMap((line, at) =>
      Array.from(line.matchAll(/(?<=[:[,])(?:"[^"]*"|\d+|null|true)/g), (match) => ({
        number: at + 1,
        mutated: (value: string) =>
          line.slice(0, match.index) + value + line.slice(match.index + match[0].length),
      })),
    );
    const value = fc.oneof(
      fc.json(),
      fc.constantFrom(
        '-1',
        '1e999',
        '9007199254740993',
        '"\\u0000"',
        '{"__proto__":1}',
        '[[]]',
        '',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...spots), value, async (spot, text) => {
        const mutated = withLine(spot.number, spot.mutated(text), whole);
        const result = await read(mutated).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(UserError);
        else expect((result as Capture).stacks).toHaveLength(stacks);
      }),
      { numRuns: 1000 },
    );
  });

  it('never shows the text of a malformed line, which the traced process may have chosen', async () => {
    expect(await messageOf(withLine(2, '{"process":0,"pid":"\u001b[2J"}'))).not.toContain('\u001b');
  });
});
