import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/reader.ts';
import { redactedCapture } from '../../src/capture/redact.ts';
import { foldHeap } from '../../src/fold/heap.ts';
import { redacted, withoutFolders } from '../../src/profile/redact.ts';
import { columnNamed, sumOf } from '../../src/profile.ts';
import { chunksOf } from '../chunks.ts';
import { meta } from '../render/pictures.ts';
import { profileOf, someStacks } from '../render/profiles.ts';

const details = readFileSync(new URL('../data/capture/details.capture', import.meta.url), 'utf8');

describe('withoutFolders', () => {
  it.each([
    ['JS:*serve /srv/shop/app.js:4:15', 'JS:*serve app.js:4:15'],
    ['py::handle:/home/ann/app.py', 'py::handle:app.py'],
    ['file:///srv/shop/app.js', 'file:app.js'],
    ['(/opt/x/y)', '(y)'],
    ['~/secret/x', 'x'],
    [
      'old /a/b.capture (after) began before /c/d.capture',
      'old b.capture (after) began before d.capture',
    ],
    ['operator/(Ratio, Ratio)', 'operator/(Ratio, Ratio)'],
    ['Ratio::operator/=', 'Ratio::operator/='],
    ['std::vector<int>::push_back(int const&)', 'std::vector<int>::push_back(int const&)'],
    ['[libc.so.6+0x12]', '[libc.so.6+0x12]'],
    ['/', '/'],
  ])('%s', (text, expected) => {
    expect(withoutFolders(text)).toBe(expected);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('/', 'a', ' ', ':', '~', '(') }), (text) => {
        expect(withoutFolders(withoutFolders(text))).toBe(withoutFolders(text));
      }),
    );
  });
});

describe('redacted', () => {
  it('takes out hosts and folders, also of what is compared, and nothing else', () => {
    const run = { name: '/home/ann/old.capture', total: 1, factor: 1, meta };
    const profile = profileOf([[[{ name: 'f /srv/a.js', file: '/srv/src/a.c', line: 3 }], 7]], {
      ...meta,
      notes: ['/home/ann/x is odd'],
      differential: { before: [run], after: [], normalized: 'none', threshold: 0 },
    });
    const result = redacted(profile);
    expect(result.frames).toEqual([{ name: 'f a.js', file: 'a.c', line: 3 }]);
    expect(JSON.stringify(result)).not.toMatch(/web1|ann|srv/);
    expect(result.meta).toMatchObject({
      host: 'redacted',
      targets: meta.targets,
      notes: ['x is odd'],
      lost: meta.lost,
    });
    expect(result.meta.differential!.before[0]).toMatchObject({ name: 'old.capture', total: 1 });
  });

  it('keeps every weight', () => {
    fc.assert(
      fc.property(someStacks, (stacks) => {
        const profile = profileOf(stacks);
        const total = sumOf(columnNamed(profile, 'inuse_space'));
        expect(sumOf(columnNamed(redacted(profile), 'inuse_space'))).toBe(total);
      }),
    );
  });
});

describe('redactedCapture', () => {
  async function redactedText(text: string, chunkSize?: number): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of redactedCapture(chunksOf(text, chunkSize))) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  it('is a capture still, with the same numbers and without the host, folders and arguments', async () => {
    const text = await redactedText(details);
    for (const size of [1, 7]) expect(await redactedText(details, size)).toBe(text);
    const [before, after] = await Promise.all(
      [details, text].map((each) => readCapture(chunksOf(each))),
    );
    expect(after!.header).toEqual({ ...before!.header, host: 'redacted' });
    expect(after!.processes[0]!.command.length).toBeLessThanOrEqual(1);
    expect(text).not.toMatch(/"path":"[^"[]*\/|"file":"[^"]*\/|"host":"web1"/);
    const folded = [before!, after!].map((capture) => foldHeap(capture, 'unfreed'));
    expect(folded[1]!.columns[0]!.self).toEqual(folded[0]!.columns[0]!.self);
  });

  it('has no folder of what a process became', async () => {
    const line = '{"process":0,"pid":1,"execs":1,"executable":"/home/ann/bin/server"}\n';
    expect(await redactedText(line)).toContain('"executable":"server"');
  });

  it('lets nothing slip through that it does not understand', async () => {
    expect(await redactedText(`${details}{"host":"web1`)).not.toContain('web1');
  });
});
