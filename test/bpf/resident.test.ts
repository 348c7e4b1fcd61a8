import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Capture } from '../../src/capture.ts';
import { foldResident, withoutFaultFrame } from '../../src/fold/resident.ts';
import { type PageKind, pageKinds } from '../../src/profile/residency.ts';
import { stackOf } from '../../src/profile.ts';
import { Workplace } from '../cli/program.ts';
import { describeTracing } from './needs-bpf.ts';
import { type Sample, sampleFile, startProgram, startSample, truthOf } from './sample.ts';
import { expectSites } from './sites.ts';
import { captureIn, startTrace, traceWhile } from './tracing.ts';

/** What `faults` says of itself; samples/README.md. */
interface PageTruth {
  /** Pages that became resident without a fault. */
  readonly nobody: number;
  readonly sites: Readonly<Record<string, { readonly kind: PageKind; readonly pages: number }>>;
}

/** Code of libc that a site runs for the first time comes with its neighbours, too. */
const fileSlack = 2 * 32;

async function startFaults(at: Workplace): Promise<Sample> {
  writeFileSync(at.path('data'), Buffer.alloc(64 * 4096, 1));
  return startSample('faults', at.path('data'));
}

/** Its segment of System V is the first of all, as in a container: its inode is 0, as that of memory without a file. */
async function startContained(at: Workplace): Promise<Sample> {
  writeFileSync(at.path('data'), Buffer.alloc(64 * 4096, 1));
  const command = ['--ipc', sampleFile('faults'), at.path('data')];
  const sample = startProgram('unshare', command);
  expect(await sample.line()).toBe('ready');
  return sample;
}

async function pageTruthOf(sample: Sample): Promise<PageTruth> {
  sample.tell();
  return JSON.parse(await sample.line());
}

/** Pages of a kind by the innermost site on the stack, or by what has no stack. */
function pagesBySite(capture: Capture, kind: PageKind): Record<string, number> {
  const profile = foldResident(capture, { kinds: [kind] });
  const found: Record<string, number> = {};
  for (const [node, pages] of profile.columns[0]!.self.entries()) {
    if (pages === 0) continue;
    const names = stackOf(profile, node).map(({ name }) => name);
    const site = names.reverse().find((name) => /^site_/.test(name)) ?? names.at(-1)!;
    found[site] = (found[site] ?? 0) + pages;
  }
  return found;
}

function expectPages(capture: Capture, truth: PageTruth): void {
  const traced = Object.fromEntries(pageKinds.map((kind) => [kind, pagesBySite(capture, kind)]));
  for (const [site, { kind, pages }] of Object.entries(truth.sites)) {
    const of = (each: PageKind) => traced[each]![site] ?? 0;
    const own = { site, anon: kind === 'anon' ? pages : 0, shmem: kind === 'shmem' ? pages : 0 };
    expect({ site, anon: of('anon'), shmem: of('shmem') }).toEqual(own);
    const ofFile = of('file') - (kind === 'file' ? pages : 0);
    expect(ofFile).toBeGreaterThanOrEqual(0);
    expect(ofFile).toBeLessThanOrEqual(fileSlack);
  }
  expect(traced.anon![withoutFaultFrame]).toBe(truth.nobody);
}

/** To the page by the page table, and within 1 % by the kernel's own counters. */
function expectSums(capture: Capture): void {
  for (const kinds of [pageKinds, ...pageKinds.map((kind) => [kind])]) {
    const profile = foldResident(capture, { kinds });
    const [sums] = profile.meta.residency!;
    const picture = profile.columns[0]!.self.reduce((total, pages) => total + pages, 0);
    const growth = sums!.after - sums!.before;
    expect(picture - sums!.freed - sums!.swappedOut).toBe(growth);
    const { before, after } = sums!.rss!;
    const difference = Math.abs((after! - before) / sums!.pageSize - growth);
    expect(difference).toBeLessThanOrEqual(Math.max(4, growth / 100));
  }
}

describeTracing('what a program makes resident', () => {
  test.each([
    ['once', startFaults],
    ['again', startFaults],
    ['in a container', startContained],
  ])('every site and the growth of RSS, %s', async (_, start) => {
    const at = new Workplace();
    const sample = await start(at);
    const trace = startTrace(['pgfault', '-p', `${sample.pid}`, '-f', '-o', 'x.capture'], at);
    await trace.begun();
    const truth = await pageTruthOf(sample);
    const { code, stdout } = await trace.stop();
    expect(code).toBe(0);
    const capture = await captureIn(at);
    expectPages(capture, truth);
    expectSums(capture);
    expect(capture.end!.lost).toEqual([]);
    expect(stdout).toMatch(/;site_kept 1000\n/);
  });

  test('a process that ends has nothing', async () => {
    const at = new Workplace();
    const sample = await startFaults(at);
    await pageTruthOf(sample);
    const trace = startTrace(['pgfault', '-p', `${sample.pid}`, '-o', 'x.capture'], at);
    await trace.begun();
    await sample.end();
    const { stderr } = await trace.ended;
    expect(stderr).toContain('and it has ended: nothing is resident\n');
    expect(stderr).toMatch(/- +[\d.]+ MiB +[\d,]+ pages {2}freed meanwhile\n/);
    const profile = foldResident(await captureIn(at));
    expect(profile.columns[0]!.self.every((pages) => pages === 0)).toBe(true);
  });

  test('a program that is started under trace', async () => {
    const at = new Workplace();
    const script = "'import time; a = bytearray(50_000_000); time.sleep(60)'";
    const { stderr } = await startTrace(
      ['pgfault', '-c', `python3 -c ${script}`, '2', '--kill', '--anon', '-o', 'x.capture'],
      at,
    ).ended;
    expect(stderr).toMatch(
      /resident \(anonymous memory\): [\d.]+ .iB before, [56]\d\.\d MiB after/,
    );
    expectSums(await captureIn(at));
  });

  test('pages that lie apart, thousands before and while it is traced', async () => {
    const sample = startProgram('python3', ['-c', pagesApart]);
    await sample.line();
    const { at, ended } = await traceWhile(
      ['pgfault', '-p', `${sample.pid}`, '--anon', '-o', 'x.capture'],
      async () => {
        sample.tell();
        await sample.line();
      },
    );
    expect(ended.stderr).toContain('as /proc/PID/status has it\n');
    expect(ended.code).toBe(0);
    const capture = await captureIn(at);
    const { start, end } = capture.faults!.processes[0]!;
    expect(start.first.length).toBeGreaterThan(3000);
    expect(end.first.length).toBeGreaterThan(9000);
    expectSums(capture);
    const { explained } = foldResident(capture, { kinds: ['anon'] }).meta.residency![0]!;
    expect(explained).toBeGreaterThanOrEqual(6000);
    expect(explained).toBeLessThan(6200);
  });

  test('what jemalloc purges is freed again', async () => {
    const sample = startProgram('/usr/bin/env', [
      'LD_PRELOAD=libjemalloc.so.2',
      'MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0,thp:never',
      ...['/usr/bin/python3', '-c', purging],
    ]);
    await sample.line();
    const { at } = await traceWhile(
      ['pgfault', '-p', `${sample.pid}`, '--anon', '-o', 'x.capture'],
      async () => {
        sample.tell();
        await sample.line();
      },
    );
    const capture = await captureIn(at);
    expectSums(capture);
    const { explained, released } = foldResident(capture, { kinds: ['anon'] }).meta.residency![0]!;
    // Half of the pages, and what an interpreter touches besides.
    expect(explained).toBeGreaterThanOrEqual(8192);
    expect(explained).toBeLessThan(8192 + 500);
    expect(released).toBeGreaterThanOrEqual(8192);
    expect(released).toBeLessThan(8192 + 500);
  });

  test('children, each from its first page', async () => {
    const sample = startProgram('python3', ['-c', growingChildren]);
    await sample.line();
    const { at, ended } = await traceWhile(
      ['pgfault', '-p', `${sample.pid}`, '--anon', '--follow-forks', '-o', 'x.capture'],
      async () => {
        sample.tell();
        for (const _ of childPages) await sample.line();
      },
    );
    expect(ended.stderr.match(/, as \/proc\/PID\/status has it/g)).toHaveLength(4);
    const capture = await captureIn(at);
    const { residency } = foldResident(capture, { kinds: ['anon'] }).meta;
    for (const { before, after, explained, withoutFault, freed } of residency!)
      expect(explained + withoutFault - freed).toBe(after - before);
    const [parent, ...children] = residency!;
    expect(parent!.explained).toBeLessThan(500);
    const grown = children.map(({ explained }) => explained).toSorted((a, b) => a - b);
    for (const [i, pages] of childPages.entries()) {
      expect(grown[i]).toBeGreaterThanOrEqual(pages);
      // What a child of Python writes to besides.
      expect(grown[i]).toBeLessThan(pages + 1500);
    }
  });

  test('allocations and page faults at once', async () => {
    const { at, result, ended } = await recordTruth();
    expect(ended.code).toBe(0);
    const capture = await captureIn(at, 'incident.capture');
    expectSites(capture, result);
    expectSums(capture);
    expect(at.files).toContain('incident.unfreed.folded');
    expect(at.read('incident.resident.svg')).toContain('explained by faults');
  });
}, [sampleFile('faults'), sampleFile('truth')]);

/** Touches every third page: 3,000 of them, and after a line 6,000 more. */
const pagesApart = `
import mmap
memory = mmap.mmap(-1, 27000 * 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory.madvise(mmap.MADV_NOHUGEPAGE)
def touch(first, last):
    for page in range(3 * first, 3 * last, 3): memory[page * 4096] = 1
touch(0, 3000)
print('ready', flush=True)
input()
touch(3000, 9000)
print('done', flush=True)
input()
`;

/** After a line it writes to two blocks of 8,192 pages, and frees one. */
const purging = `
import ctypes
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
print('ready', flush=True)
input()
kept, freed = libc.malloc(8192 * 4096), libc.malloc(8192 * 4096)
for block in (kept, freed): ctypes.memset(block, 1, 8192 * 4096)
libc.free(freed)
print('done', flush=True)
input()
`;

const childPages = [4000, 8000, 12000];

/** After a line it forks children that write so many pages each, and stay. */
const growingChildren = `
import mmap, os, sys
print('ready', flush=True)
input()
for pages in ${JSON.stringify(childPages)}:
    if os.fork() == 0:
        memory = mmap.mmap(-1, pages * 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        memory.madvise(mmap.MADV_NOHUGEPAGE)
        for page in range(pages): memory[page * 4096] = 1
        os.write(1, b'done\\n')
        os.read(0, 1)
        os._exit(0)
os.read(0, 1)
`;

async function recordTruth() {
  const sample = await startSample('truth');
  return traceWhile(['record', '-p', `${sample.pid}`, '--max-rate', '0'], async () => {
    sample.tell();
    return truthOf(sample);
  });
}
