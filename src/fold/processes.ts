import type { Frame } from '../frame.ts';
import type { Profile } from '../profile.ts';

/** A process as it stands at the root of the stacks of several: `name-pid`. */
interface Process {
  readonly root: string;
  readonly name: string;
  readonly pid: number;
}

/** Profiles in which the same process has the same frame at the root. */
export interface MatchedProcesses {
  readonly profiles: readonly Profile[];
  /** Processes with different pids were taken to be the same. */
  readonly byName: boolean;
}

/**
 * Matches the processes of profiles. A service that was started again has other pids: what is left of a name when equal
 * pids are matched is matched in the order of its pids, and called `name`, or `name (1)` and so on where it is several.
 */
export function matchProcesses(given: readonly Profile[]): MatchedProcesses {
  const profiles = given.some(isOfSeveral) ? given.map(belowItsProcess) : given;
  const runs = profiles.map(processesIn);
  const unmatched = { profiles, byName: false };
  if (!runs.every((processes) => processes !== undefined)) return unmatched;
  const known = runs.filter((processes) => processes.length > 0);
  const isEverywhere = ({ root }: Process) =>
    known.every((processes) => processes.some((other) => other.root === root));
  const groups = runs.map((processes) =>
    byName(processes.filter((process) => !isEverywhere(process))),
  );
  const names = groups.map((group) => namesFor(group, groups));
  if (names.every(({ size }) => size === 0)) return unmatched;
  return {
    profiles: profiles.map((profile, run) => renamed(profile, names[run]!)),
    byName: true,
  };
}

function isOfSeveral(profile: Profile): boolean {
  const known = Math.max(processesIn(profile)?.length ?? 0, profile.meta.targets?.length ?? 0);
  return known > 1 && processesIn(profile) !== undefined;
}

/** The stacks of one process alone stand at the root, those of the others in a comparison do not. */
function belowItsProcess(profile: Profile): Profile {
  const [target, ...others] = profile.meta.targets ?? [];
  const [, name, pid] = /^(.+) \(pid (\d+)\)$/s.exec(target ?? '') ?? [];
  if (name === undefined || others.length > 0) return profile;
  return belowFrame(profile, { name: `${name}-${pid}` });
}

/** The root becomes the node of the frame, below a new root. */
function belowFrame({ frames, parent, frame, columns, meta }: Profile, above: Frame): Profile {
  const behindRoot = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
    to.set(from, 1);
    return to;
  };
  const count = parent.length + 1;
  const parents = behindRoot(parent, new Int32Array(count)).map((node) => node + 1);
  parents[0] = -1;
  const ownFrames = behindRoot(frame, new Int32Array(count));
  ownFrames[0] = -1;
  ownFrames[1] = frames.length;
  return {
    frames: [...frames, above],
    parent: parents,
    frame: ownFrames,
    columns: columns.map((column) => ({
      ...column,
      self: behindRoot(column.self, new Float64Array(count)),
    })),
    meta,
  };
}

/** Undefined where something else is at the root of a stack. */
function processesIn(profile: Profile): Process[] | undefined {
  const processes = rootsOf(profile).map((node) =>
    processOf(profile.frames[profile.frame[node]!]!),
  );
  return processes.every((process) => process !== undefined) ? processes : undefined;
}

function rootsOf({ parent }: Profile): number[] {
  const roots: number[] = [];
  for (let node = 1; node < parent.length; node++) if (parent[node] === 0) roots.push(node);
  return roots;
}

function processOf({ name: root, module }: Frame): Process | undefined {
  const [, name, pid] = /^(.+)-(\d+)$/s.exec(root) ?? [];
  if (name === undefined || module !== undefined) return undefined;
  return { root, name, pid: Number(pid) };
}

/** The processes of a run, in the order of their pids. */
type Groups = ReadonlyMap<string, readonly Process[]>;

function byName(processes: readonly Process[]): Groups {
  const groups = new Map<string, Process[]>();
  for (const process of [...processes].sort((a, b) => a.pid - b.pid)) {
    const same = groups.get(process.name);
    if (same === undefined) groups.set(process.name, [process]);
    else same.push(process);
  }
  return groups;
}

/** What the processes of a run are called from now on, by what they were called. */
function namesFor(group: Groups, all: readonly Groups[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, processes] of group) {
    const sizes = all.map((other) => other.get(name)?.length ?? 0);
    if (sizes.filter((size) => size > 0).length === 1) continue;
    const isOne = Math.max(...sizes) === 1;
    for (const [index, { root }] of processes.entries())
      names.set(root, isOne ? name : `${name} (${index + 1})`);
  }
  return names;
}

/** Only at the root: further up a function may have such a name. */
function renamed(profile: Profile, names: ReadonlyMap<string, string>): Profile {
  const frames = [...profile.frames];
  const frame = Int32Array.from(profile.frame);
  for (const node of rootsOf(profile)) {
    const name = names.get(frames[frame[node]!]!.name);
    if (name !== undefined) frame[node] = frames.push({ name }) - 1;
  }
  return { ...profile, frames, frame };
}
