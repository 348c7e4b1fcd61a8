import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { collectChains, ownChains, runChains, startChains, tracedChains } from './chains.ts';
import { collectWhile } from './collector.ts';
import {
  addDebugLink,
  addMiniDebugInfo,
  debugNameOf,
  fakeOf,
  functionAt,
  placeByBuildId,
  splitDebugFile,
  strip,
  stripToMiniDebugInfo,
} from './debug-files.ts';
import { describeTracing } from './needs-bpf.ts';
import { differences } from './own-stacks.ts';
import { moduleFileOf, moduleOf, namesOf, stacksThrough } from './raw-capture.ts';
import { type Sample, sampleFile, startSample } from './sample.ts';

const chains = sampleFile('chains');
const xz = '/usr/bin/xz';
const usual = ['7', '50', '1', '20'];

describeTracing('names of a program', () => {
  test('that has all of them', async () => {
    await expectNamed(chains, 'symtab');
  });

  test('that has them compressed, in .gnu_debugdata', async () => {
    const program = newPlace();
    stripToMiniDebugInfo(chains, program);
    await expectNamed(program, 'debugdata');
  });

  test.each(['.', '.debug'])('that has them in a file beside it, in %s', async (folder) => {
    const program = newPlace();
    linkDebugFile(chains, program, folder);
    await expectNamed(program, 'debug_file');
  });

  test('that has them, and .debug_frame, in a file beside it', async () => {
    const program = newPlace();
    linkDebugFile(sampleFile('chains-debug-frame'), program, '.debug');
    await expectNamed(program, 'debug_file');
  });

  test('that has them in a folder by build id', async () => {
    const program = newPlace();
    const folder = new Workplace().folder;
    strip(chains, program);
    splitDebugFile(chains, placeByBuildId(folder, chains));
    const empty = new Workplace().folder;
    await expectNamed(program, 'debug_file', ['--debug-dir', empty, '--debug-dir', folder]);
  });

  test('that was deleted', async () => {
    const { program, sample } = await startCopy();
    rmSync(program);
    await expectStacks(sample, program);
  });

  test('that was replaced by another', async () => {
    const { program, sample } = await startCopy();
    fakeOf(chains, `${program}.new`);
    renameSync(`${program}.new`, program);
    await expectStacks(sample, program);
  });
}, [chains, sampleFile('chains-debug-frame'), xz]);

describeTracing('a program without names keeps its offsets', () => {
  test('stripped', async () => {
    const program = newPlace();
    strip(chains, program);
    await expectUnnamed(program);
  });

  test('with a debug file of another CRC', async () => {
    const program = newPlace();
    const debugFile = linkDebugFile(chains, program, '.debug');
    appendFileSync(debugFile, ' ');
    await expectUnnamed(program);
  });

  test('with a debug file of another program, by its build id', async () => {
    const program = newPlace();
    const folder = new Workplace().folder;
    strip(chains, program);
    fakeOf(chains, `${program}.fake`);
    splitDebugFile(`${program}.fake`, placeByBuildId(folder, chains));
    await expectUnnamed(program, ['--debug-dir', folder]);
  });

  test.each([
    ['is no xz', Buffer.from('not compressed at all')],
    ['is cut short', undefined],
  ])('with .gnu_debugdata that %s', async (_, content) => {
    const program = newPlace();
    stripToMiniDebugInfo(chains, program);
    const whole = readFileSync(`${program}.mini.xz`);
    writeFileSync(`${program}.data`, content ?? whole.subarray(0, whole.length / 2));
    strip(chains, program);
    addMiniDebugInfo(program, `${program}.data`);
    await expectUnnamed(program);
  });
}, [chains, xz]);

describeTracing('names that programs choose', () => {
  test('of C++ and Rust are demangled, as long as that has an end', async () => {
    const sample = await startSample('mangled');
    const { capture } = await collectWhile(['-p', `${sample.pid}`], () => {
      sample.tell();
      return sample.line();
    });
    const [stack, ...others] = stacksThrough(capture, 'site');
    expect(others).toEqual([]);
    const names = namesOf(capture, stack!);
    const endless = names.at(-3)!;
    // Demangled it would be some hundred megabytes.
    expect(endless).toMatch(/^_Z1f1aIiiE\w{100,300}$/);
    expect(names.slice(names.indexOf('main'))).toEqual([
      'main',
      'mycrate::server::handle',
      'mycrate::client::send',
      'app::Server::handle(std::vector<int, std::allocator<int> >)',
      endless,
      'site',
      'malloc',
    ]);
    expect(stack!.alloc).toEqual([6400, 100]);
  });

  test('may hold anything', async () => {
    const program = newPlace();
    const hostile = '\x1b[31m;\n"\\\xff'; // as long as link_array
    copyFileSync(chains, program);
    const content = readFileSync(chains, 'latin1');
    const at = content.lastIndexOf('\0link_array\0') + 1; // .strtab is the last to have it
    writeFileSync(program, content.slice(0, at) + hostile + content.slice(at + 10), 'latin1');
    const { capture, own } = await collectChains(program, usual);
    const names = own.names.map((name) => (name === 'link_array' ? '\x1b[31m;\n"\\\ufffd' : name));
    expect(differences(ownChains({ ...own, names }), tracedChains(capture))).toEqual([]);
  });
}, [chains, sampleFile('mangled')]);

function newPlace(): string {
  return new Workplace().path('program');
}

/** A stripped program whose debug file lies in `folder` beside it; returns the path of that. */
function linkDebugFile(file: string, program: string, folder: string): string {
  const debugFile = join(dirname(program), folder, debugNameOf(program));
  strip(file, program);
  splitDebugFile(file, debugFile);
  addDebugLink(program, debugFile);
  return debugFile;
}

async function startCopy() {
  const program = newPlace();
  copyFileSync(chains, program);
  return { program, sample: await startChains(program, usual) };
}

async function expectStacks(sample: Sample, program: string) {
  const { capture, result } = await collectWhile(['-p', `${sample.pid}`], () => runChains(sample));
  expect(differences(ownChains(result), tracedChains(capture))).toEqual([]);
  expect(capture.modules.filter(({ path }) => path.startsWith(program))).toHaveLength(1);
}

async function expectNamed(program: string, symbols: string, options: readonly string[] = []) {
  const { capture, own } = await collectChains(program, usual, options);
  expect(differences(ownChains(own), tracedChains(capture))).toEqual([]);
  expect(moduleOf(capture, basename(program))).toMatchObject({ symbols });
}

/** No function of the program has a name, and all can be told by their offsets. */
async function expectUnnamed(program: string, options: readonly string[] = []) {
  const { capture, own } = await collectChains(program, usual, options);
  const inProgram = capture.frames.filter((frame) => moduleFileOf(capture, frame) === 'program');
  expect(inProgram.length).toBeGreaterThan(10);
  expect(inProgram.filter(({ name }) => name !== undefined)).toEqual([]);
  const at = functionAt(chains);
  const traced = tracedChains(capture, 0, (frame) =>
    moduleFileOf(capture, frame) === 'program' ? at(frame.offset!) : undefined,
  );
  expect(differences(ownChains(own), traced)).toEqual([]);
  expect(moduleOf(capture, basename(program))).toMatchObject({ path: program, symbols: 'none' });
}
