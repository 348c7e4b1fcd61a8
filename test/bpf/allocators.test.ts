import { describe, expect, test } from 'vitest';
import type { HeapView } from '../../src/fold/heap-weight.ts';
import { describeTracing } from './needs-bpf.ts';
import { type Pair, sampleFile, startProgram, type Truth, truthOf } from './sample.ts';
import { shownSites } from './sites.ts';
import {
  captureIn,
  directCaller,
  type NamedStack,
  stacksOf,
  traceWhile,
  weighBy,
} from './tracing.ts';
import { sitesIn, stacksOfTeller, type Teller, type Traced, traceTellers } from './truths.ts';

const libraries = '/usr/lib/x86_64-linux-gnu';
const jemalloc = `${libraries}/libjemalloc.so.2`;
const tcmalloc = `${libraries}/libtcmalloc.so.4`;
const tcmallocMinimal = `${libraries}/libtcmalloc_minimal.so.4`;
const mimalloc = `${libraries}/libmimalloc.so.2`;
const preloaded = [jemalloc, tcmalloc, tcmallocMinimal, mimalloc];

const modes = [
  ['all and unfreed', [], ['all', 'unfreed']],
  ['-a', ['-a'], ['all']],
  ['-a --entry-only', ['-a', '--entry-only'], ['all']],
] as const;

/** A teller of the same truth by another allocator, and what is special about it. */
interface Variant extends Teller {
  /** realloc(p, 0) gives a block of no bytes. */
  readonly empties?: boolean;
  /** Its C library has neither unwind tables nor frame pointers. */
  readonly opaque?: boolean;
}

const noPvalloc = { args: ['--no-pvalloc'] };
const empties = { empties: true };
const musl = { empties: true, opaque: true };
const variants: Readonly<Record<string, Variant>> = {
  glibc: { program: 'truth' },
  'glibc, static': { program: 'truth-static' },
  'musl, dynamic': { program: 'truth-musl', ...musl },
  'musl, static': { program: 'truth-musl-static', ...musl },
  'jemalloc, linked': { program: 'truth-jemalloc', ...noPvalloc },
  'jemalloc, preloaded': { program: 'truth', preload: jemalloc, ...noPvalloc },
  'jemalloc, static': { program: 'truth-jemalloc-static', ...noPvalloc },
  'tcmalloc, linked': { program: 'truth-tcmalloc' },
  'tcmalloc, preloaded': { program: 'truth', preload: tcmalloc },
  'tcmalloc, static': { program: 'truth-tcmalloc-static' },
  'minimal tcmalloc, linked': { program: 'truth-tcmalloc_minimal' },
  'minimal tcmalloc, preloaded': { program: 'truth', preload: tcmallocMinimal },
  'minimal tcmalloc, static': { program: 'truth-tcmalloc_minimal-static' },
  'mimalloc, linked': { program: 'truth-mimalloc', ...empties },
  'mimalloc, preloaded': { program: 'truth', preload: mimalloc, ...empties },
};

describeTracing('the truth of every allocator', () => {
  test.each(modes)('%s', async (_, options, views) => {
    const traced = await traceTellers(Object.values(variants).map(shortened), options);
    expect(traced.capture.end!.lost).toEqual([]);
    for (const view of views) {
      const expected = perVariant((variant, i) => expectedOf(variant, traced.truths[i]!, view));
      const seen = perVariant((variant, i) => seenOf(variant, traced, { i, view }));
      if (options.length > 1) exceptRequests(expected, seen);
      expect(seen).toEqual(expected);
    }
  });
}, [...preloaded, ...Object.values(variants).map(({ program }) => sampleFile(program))]);

/** A few calls of each site do. */
function shortened({ args = [], ...teller }: Variant): Teller {
  return { ...teller, args: ['--churns', '500', ...args] };
}

type Weights = Record<string, Pair>;

function perVariant(weights: (variant: Variant, i: number) => Weights): Record<string, Weights> {
  const entries = Object.entries(variants).map(([name, variant], i) => [name, weights(variant, i)]);
  return Object.fromEntries(entries);
}

/** What is to be seen, by the keys of `keyIn`. Of some indirect sites nobody knows that. */
function expectedOf(variant: Variant, truth: Truth, view: HeapView): Weights {
  const indirect = Object.entries(truth.indirect).map(([site, { [view]: weight }]) => [
    indirectKey(variant, truth, site),
    weight,
  ]);
  const known = indirect.filter(([key, weight]) => key !== 'vasprintf' && weight);
  return { ...shownSites(truth.sites, view), ...Object.fromEntries(known) };
}

function seenOf(
  variant: Variant,
  traced: Traced,
  { i, view }: { readonly i: number; readonly view: HeapView },
): Weights {
  const truth = traced.truths[i]!;
  const stacks = stacksOfTeller(traced, i, view);
  const seen = weighBy(stacks, (stack) => keyIn(variant, truth, stack));
  for (const [site, { [view]: weight }] of Object.entries(truth.indirect))
    if (!weight) delete seen[indirectKey(variant, truth, site)];
  delete seen.vasprintf;
  return seen;
}

/** The site that a stack belongs to, which is the caller of the allocator unless libc is. */
function keyIn(variant: Variant, truth: Truth, stack: NamedStack): string {
  const caller = directCaller(stack);
  if (caller in truth.sites) return caller;
  const sites = Object.keys(truth.indirect);
  const found = variant.opaque
    ? sites.find((site) => indirectKey(variant, truth, site) === caller)
    : sites.find((site) => stack.names.includes(site));
  return found ? indirectKey(variant, truth, found) : `not a site: ${stack.names.join(' < ')}`;
}

/** Where the site cannot be seen, the function of libc that it calls. */
function indirectKey({ opaque }: Variant, { indirect }: Truth, site: string): string {
  return opaque ? (indirect[site]!.callers[0] ?? 'vasprintf') : site;
}

/**
 * What --entry-only cannot know: posix_memalign refuses an alignment of three, sixty times in each of
 * four threads; and realloc(p, 0), which it takes for a free, may give a block.
 */
function exceptRequests(expected: Record<string, Weights>, seen: Record<string, Weights>): void {
  const refused = 4 * 60;
  for (const [name, { empties = false }] of Object.entries(variants)) {
    const [bytes, calls] = expected[name]!.site_posix_memalign!;
    expected[name]!.site_posix_memalign = [bytes + refused * 200, calls + refused];
    expect(expected[name]!.site_realloc_zero).toEqual(empties ? [0, 4 * 20] : undefined);
    delete expected[name]!.site_realloc_zero;
    expect(seen[name]!.site_realloc_zero).toBeUndefined();
  }
}

describeTracing('functions that only some allocators have', () => {
  const news = ['', ...preloaded].map((preload) => ({ program: 'news', preload }));

  test.each(modes)('operator new and delete in all their forms: %s', async (_, options, views) => {
    const traced = await traceTellers(news, options);
    expect(traced.capture.end!.lost).toEqual([]);
    // operator delete that passes a block on to free frees it once.
    expect(traced.capture.end!.notes).toEqual([]);
    for (const view of views)
      for (const [i, truth] of traced.truths.entries())
        expect([news[i]!.preload, sitesIn(stacksOfTeller(traced, i, view), truth)]).toEqual([
          news[i]!.preload,
          shownSites(truth.sites, view),
        ]);
  });

  describe.each(['mallocx', 'mimalloc'])('%s', (program) => {
    test.each(modes.slice(0, 2))('%s', async (_, options, views) => {
      const traced = await traceTellers([{ program }], options);
      expect(traced.capture.end!.lost).toEqual([]);
      for (const view of views) {
        const seen = sitesIn(stacksOfTeller(traced, 0, view), traced.truths[0]!);
        expect(seen).toEqual(shownSites(traced.truths[0]!.sites, view));
      }
    });
  });

  // Any operator new may throw then, and is counted when it enters, as before Linux 6.13.
  test.each(['mimalloc', 'news'])(
    '%s under a limit of address space: each call once',
    async (program) => {
      const preload = program === 'news' ? mimalloc : '';
      const command = ['env', `LD_PRELOAD=${preload}`, sampleFile(program)];
      const sample = startProgram('prlimit', ['--as=68719476736', ...command]);
      expect(await sample.line()).toBe('ready');
      const { at, result } = await traceWhile(
        ['-a', '-p', `${sample.pid}`, '-o', 'x.capture'],
        () => {
          sample.tell();
          return truthOf(sample);
        },
      );
      const stacks = stacksOf(await captureIn(at), 'all');
      expect(sitesIn(stacks, result)).toEqual(shownSites(result.sites, 'all'));
    },
  );

  test('-a --entry-only counts resizes as they were asked for, also those that fail', async () => {
    const traced = await traceTellers(
      [{ program: 'mallocx' }, { program: 'mimalloc' }],
      ['-a', '--entry-only'],
    );
    const [mallocx, own] = traced.truths.map((truth, i) => ({
      expected: shownSites(truth.sites, 'all'),
      seen: sitesIn(stacksOfTeller(traced, i, 'all'), truth),
    }));
    const rounds = 200;
    expect(mallocx!.seen).toEqual({
      ...mallocx!.expected,
      site_xallocx: [rounds * (105 + 105 + 512 * 1024), 3 * rounds],
      // Those for more than any machine has are known to fail.
      site_xallocx_failing: [rounds * 200, rounds],
    });
    expect(own!.seen).toEqual({ ...own!.expected, site_mi_expand_failing: [60 * 2000, 60] });
  });
}, [sampleFile('news'), sampleFile('mallocx'), sampleFile('mimalloc'), ...preloaded]);
