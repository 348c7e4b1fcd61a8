import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { framesOf } from '../../src/capture/paths.ts';
import type { Capture, CaptureFrame } from '../../src/capture.ts';
import type { Pair } from './sample.ts';
import { vdsoFile } from './vdso.ts';

/** What samples/programs/stacks.h makes a program say of its own stacks. */
export interface OwnStacks {
  readonly modules: readonly string[];
  /** Root first, two numbers a frame: module (-1: none) and address as symbol tables have it. */
  readonly stacks: readonly { calls: number; bytes: number; frames: readonly number[] }[];
}

/** Weights by the names of a stack's frames. */
export type Weights = Record<string, Pair>;

interface Symbol {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/**
 * Functions of an ELF file as binutils' nm sees them. Of names for the same code one is taken, here
 * and by `nameOf`, so that it does not matter which of them a trace has chosen.
 */
class Symbols {
  readonly #sorted: readonly Symbol[];
  readonly #same = new Map<string, string>();

  constructor(file: string) {
    const files = [file, ...debugFilesOf(file)];
    const symbols = [...files.flatMap((each) => nm(each, [])), ...nm(file, ['-D'])];
    const byStart = new Map<number, Symbol>();
    for (const symbol of symbols.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const first = byStart.get(symbol.start) ?? symbol;
      byStart.set(symbol.start, first);
      this.#same.set(symbol.name, first.name);
    }
    this.#sorted = [...byStart.values()].sort((a, b) => a.start - b.start);
  }

  at(address: number): string | undefined {
    return this.#sorted.findLast(({ start, end }) => start <= address && address < end)?.name;
  }

  nameOf(traced: string): string {
    return this.#same.get(traced) ?? traced;
  }
}

/** Where Debian's -dbg and -dbgsym packages have it, should one be installed. */
function debugFilesOf(file: string): string[] {
  const notes = execFileSync('readelf', ['-n', file], { encoding: 'utf8' });
  const [, folder, name] = /Build ID: (..)([0-9a-f]+)/.exec(notes) ?? [];
  const debugFile = `/usr/lib/debug/.build-id/${folder}/${name}.debug`;
  return existsSync(debugFile) ? [debugFile] : [];
}

function nm(file: string, options: readonly string[]): Symbol[] {
  const args = ['--defined-only', '-S', '-C', ...options, file];
  const text = execFileSync('nm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = text.matchAll(/^([0-9a-f]+) ([0-9a-f]+) [tTwWiu] (.+?)(?:@+\S+)?$/gm);
  return Array.from(lines, ([, start, size, name]) => {
    const from = Number.parseInt(start!, 16);
    return { start: from, end: from + Number.parseInt(size!, 16), name: name! };
  });
}

const read = new Map<string, Symbols>();

function symbolsOf(file: string): Symbols {
  const symbols = read.get(file) ?? new Symbols(file === '[vdso]' ? vdsoFile() : file);
  read.set(file, symbols);
  return symbols;
}

/** What the program `file` says, by names. */
export function ownWeights({ modules, stacks }: OwnStacks, file: string): Weights {
  const places: Record<string, string> = { '/proc/self/exe': file, 'linux-vdso.so.1': '[vdso]' };
  const paths = modules.map((path) => places[path] ?? path);
  const weights: Weights = {};
  for (const { frames, bytes, calls } of stacks) {
    const names: string[] = [];
    for (let i = 0; i < frames.length; i += 2) {
      const path = paths[frames[i]!];
      names.push(path === undefined ? '?' : nameAt(path, frames[i + 1]!));
    }
    addTo(weights, names.join(' > '), [bytes, calls]);
  }
  return weights;
}

function nameAt(path: string, address: number): string {
  return `${symbolsOf(path).at(address) ?? ''}@${basename(path)}`;
}

/** The same of a trace of it: stacks that go by recorded_malloc to malloc. */
export function tracedWeights(capture: Capture): Weights {
  const names = capture.frames.map((frame) => tracedName(frame, capture));
  const weights: Weights = {};
  for (const { path, alloc } of capture.stacks) {
    const stack = framesOf(capture.paths, path).map((frame) => names[frame]!);
    if (!stack.at(-2)?.startsWith('recorded_malloc@')) continue;
    addTo(weights, stack.slice(0, -1).join(' > '), [alloc.bytes, alloc.calls]);
  }
  return weights;
}

function tracedName(frame: CaptureFrame, { modules }: Capture): string {
  if (frame.kind === 'label') return `[${frame.label}]`;
  if (frame.kind === 'address' || frame.module === undefined) return '?';
  const { path } = modules[frame.module]!;
  if (frame.kind === 'offset') return `@${basename(path)}`;
  return `${symbolsOf(path).nameOf(frame.name)}@${basename(path)}`;
}

/** Adds to the weights of the stack with that key. */
export function addTo(weights: Weights, key: string, [bytes, calls]: Pair): void {
  const before = weights[key] ?? [0, 0];
  weights[key] = [before[0] + bytes, before[1] + calls];
}

/** What two views of the same stacks do not agree on, the first few of it. */
export function differences(own: Weights, traced: Weights): string[] {
  const stacks = [...new Set([...Object.keys(own), ...Object.keys(traced)])].sort();
  const found = stacks
    .filter((stack) => `${own[stack]}` !== `${traced[stack]}`)
    .map((stack) => `${stack}: own ${own[stack] ?? 'none'}, traced ${traced[stack] ?? 'none'}`);
  return found.length > 20 ? [...found.slice(0, 20), `${found.length - 20} more`] : found;
}
