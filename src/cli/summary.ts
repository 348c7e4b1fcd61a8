import { constants } from 'node:os';
import type { Weight } from '../capture/walked-stack.ts';
import type {
  Capture,
  CaptureHeader,
  CaptureProcess,
  CaptureStack,
  MapStack,
  MapWeights,
  StopReason,
} from '../capture.ts';
import { isShell } from '../collect/processes.ts';
import { missedSnapshots, samplingInWords } from '../fold/heap-metadata.ts';
import { named, targetsOf } from '../fold/run-metadata.ts';
import type { Omission } from '../omission.ts';
import type { Metadata } from '../profile/metadata.ts';
import { qualityLines, qualityProblems } from '../profile/stack-quality.ts';
import { counted, formatBytes, formatCount } from '../units.ts';
import { omissionLines } from './omissions.ts';
import { plus, processLines } from './process-lines.ts';
import { residenciesLines } from './residency-lines.ts';

/** What a trace saw and what it did not, line by line, for stderr, and what the views say that are shown. */
export function summaryLines(capture: Capture, views: readonly Metadata[] = []): string[] {
  const qualities = views.map(({ stacks }) => stacks);
  const hasQuality = qualities.some((quality) => quality !== undefined);
  const { header, processes, end, truncated } = capture;
  const seconds = (header.durationMs / 1000).toFixed(1);
  return [
    `traced ${targetsOf(capture).join(', ')} for ${seconds} s${stopWords[header.stop]}`,
    ...(header.sampling ? [`estimated: ${samplingInWords(header.sampling)}`] : []),
    ...totalLines(capture),
    ...processLines(capture),
    ...faultLines(capture),
    ...views.flatMap(({ residency = [] }) => residenciesLines(residency)),
    ...processes.flatMap((process) => fateLines(process, header)),
    ...omissionLines({ lost: end?.lost ?? [], filtered: end?.filtered ?? [] }),
    ...missedSnapshots(header).map((words) => `growth: ${words}`),
    ...remarks(end?.notes ?? [], hasQuality),
    ...stackLines(views),
    ...(truncated ? ['warning: the capture was cut short: stacks and losses may be missing'] : []),
  ];
}

/** How good the stacks are; what not all views say has the names of those that do. */
function stackLines(views: readonly Metadata[]): string[] {
  const said = new Map<string, string[]>();
  for (const say of [qualityLines, qualityProblems])
    for (const { view = 'this view', stacks } of views)
      for (const line of say(stacks)) said.set(line, [...(said.get(line) ?? []), view]);
  return [...said].map(([line, by]) =>
    by.length === views.length ? line : line.replace(/^\w+/, `$& of ${by.join(', ')}`),
  );
}

/**
 * What the program that was started under trace ended with, as a shell has it; 0 when it outlived
 * the trace, also if it was ended then.
 */
export function programStatus({ header, processes }: Capture): number {
  const program = processes[0];
  if (header.stop !== 'exited' || !program) return 0;
  if (program.signal !== undefined) return 128 + program.signal;
  return program.exitCode ?? 0;
}

/** Says so when the program that was started under trace has not ended, or children of it. */
export function stillRunning({ processes }: Capture): string[] {
  const running = processes.filter(({ state }) => state === 'running');
  const programs = running.filter(({ parent }) => parent === undefined);
  const children = running.length - programs.length;
  return [
    ...programs.map((program) => `${named(program)} still runs: --kill ends it with the trace`),
    ...(children > 0
      ? [children === 1 ? 'a child of it still runs' : `${children} children of it still run`]
      : []),
  ];
}

const stopWords: Record<StopReason, string> = {
  duration: '',
  interrupted: ', until it was interrupted',
  exited: ', until it ended',
  rate: ', until it called its allocator faster than --max-rate',
};

function totalLines(capture: Capture): string[] {
  const { header, stacks, end } = capture;
  if (header.mode === undefined) return [];
  const allocated = header.mode === 'entry' ? 'requested' : 'allocated';
  const total = (key: TotalKey) => end?.[key] ?? sumOf(stacks, key);
  const lines = [`${allocated}  ${inWords(total('alloc'))}`];
  if (header.mode !== 'full') return [...lines, ...mapLines(capture)];
  return [
    ...lines,
    `freed      ${inWords(total('freed'))}`,
    `unfreed    ${inWords(total('unfreed'))}`,
    ...mapLines(capture),
  ];
}

/** A ledger of its own: these bytes are in none of the lines above. */
function mapLines({ maps, end }: Capture): string[] {
  if (maps === undefined) return [];
  const total = (key: keyof MapWeights) => end?.maps?.[key] ?? mapSum(maps, key);
  return [
    `mmap       ${inWords(total('mmap'))}`,
    `munmapped  ${inWords(total('munmapped'))}`,
    `mapped     ${inWords(total('mapped'))}`,
  ];
}

function mapSum(maps: readonly MapStack[], key: keyof MapWeights): Weight {
  return maps.map((stack) => stack[key]).reduce(plus, { bytes: 0, calls: 0 });
}

function faultLines({ end }: Capture): string[] {
  if (end?.faults === undefined) return [];
  const { user, kernel, present } = end.faults;
  const modes = `${formatCount(user)} in user mode, ${formatCount(kernel)} in kernel mode`;
  const words = `${modes}; ${formatCount(present)} found their page there`;
  return [`faults     ${formatCount(user + kernel)}: ${words}`];
}

type TotalKey = 'alloc' | 'freed' | 'unfreed';

function sumOf(stacks: Iterable<CaptureStack>, key: TotalKey): Weight {
  const sum = { bytes: 0, calls: 0 };
  for (const stack of stacks) {
    sum.bytes += stack[key]?.bytes ?? 0;
    sum.calls += stack[key]?.calls ?? 0;
  }
  return sum;
}

function inWords({ bytes, calls }: Weight): string {
  return `${formatBytes(bytes)} in ${counted(calls, 'call')}`;
}

/** What became of a process; that children come, become other programs and go is as it should be. */
function fateLines(process: CaptureProcess, { followForks }: CaptureHeader): string[] {
  const lines: string[] = [];
  if (process.parent !== undefined) return lines;
  if (process.execs > 0) lines.push(execWords(process));
  if (process.forks > 0 && !followForks) lines.push(forkWords(process));
  if (process.exitCode !== undefined) lines.push(`exited with code ${process.exitCode}`);
  else if (process.signal !== undefined) lines.push(`was killed by ${signalName(process.signal)}`);
  else if (process.state === 'exited') lines.push('exited');
  return lines.map((line) => `${named(process)} ${line}`);
}

/** A script or shim becomes what is meant: under its own name that is traced from its first instruction. */
function execWords({ execs, executable }: CaptureProcess): string {
  const words = `replaced itself by another program ${times(execs)}`;
  return executable === undefined
    ? words
    : `${words}, last by ${executable}: trace that itself to see it from its start`;
}

function forkWords({ forks, execs, command }: CaptureProcess): string {
  const words = `forked ${times(forks)}`;
  return execs === 0 && isShell(command[0])
    ? `${words}: it is a shell, and what it runs is not traced: trace that itself, or add --follow-forks`
    : `${words}: children are not traced (--follow-forks)`;
}

function times(count: number): string {
  return count === 1 ? 'once' : counted(count, 'time');
}

function signalName(number: number): string {
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name ?? `signal ${number}`;
}

/** What was counted, and what is to be said of it. */
const noteWords = new Map<string, readonly [noun: string, remark: string]>(
  Object.entries({
    untracked_frees: ['free', 'of blocks that were not recorded'],
    failed_maps: ['system call', 'that mapped nothing'],
    untracked_unmaps: ['munmap', 'of what was not recorded, those of allocators among them'],
    unfollowed_forks: ['fork', 'beyond the 256th process: those children are not traced'],
    foreign_calls: ['call', 'of other processes met the probes'],
    failed: ['call', 'that returned no memory'],
    exec_faults: ['fault', 'while the program was being replaced'],
    late_faults: ['fault', 'after the end of the trace, before its pages were looked at'],
    broken_stacks: ['call', 'whose outer callers could not be found'],
  }),
);

/** What the quality of the stacks says better. */
const aboutStacks: ReadonlySet<string> = new Set(['broken_stacks', 'fp_stacks']);

function remarks(notes: readonly Omission[], hasQuality: boolean): string[] {
  const others = notes.filter(({ reason }) => !(hasQuality && aboutStacks.has(reason)));
  const words = others.map(({ reason, calls }) => noteInWords(reason, calls));
  return words.length === 0 ? [] : [`note: ${words.join('; ')}`];
}

function noteInWords(reason: string, calls: number): string {
  const [noun, remark] = noteWords.get(reason) ?? [];
  return noun ? `${counted(calls, noun)} ${remark}` : `${formatCount(calls)} ${reason}`;
}
