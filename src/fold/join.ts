import { collapsedName, frameOfText } from '../collapsed/name.ts';
import type { Frame } from '../frame.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import type { Profile } from '../profile.ts';

/** What makes two frames the same one. */
export interface Matching {
  /** Everything that all profiles know of their frames, or the name and the kind alone. */
  readonly by: 'all' | 'name';
  /** Addresses in names, `0x` and hex digits, are all the same. */
  readonly stripHex: boolean;
}

/** Brings a frame to what it is compared by. */
type Projection = (frame: Frame) => Frame;

/**
 * The stacks of several profiles in one, the first column of each as a column of its own, called as
 * `names` has it. Takes time in proportion to the nodes of all. Throws a UserError when a sum cannot
 * be exact.
 */
export function join(
  profiles: readonly Profile[],
  names: readonly string[],
  matching: Matching,
): Profile {
  const project = projectionFor(profiles, matching);
  const unit = profiles[0]!.columns[0]!.unit;
  const builder = new ProfileBuilder(names.map((name) => ({ name, unit })));
  for (const [column, profile] of profiles.entries())
    enter(profile, {
      builder,
      column,
      frames: profile.frames.map((f) => builder.frame(project(f))),
    });
  return builder.build();
}

interface Entry {
  readonly builder: ProfileBuilder;
  readonly column: number;
  /** Of each frame of the profile, its index in the joined one. */
  readonly frames: readonly number[];
}

function enter(profile: Profile, { builder, column, frames }: Entry): void {
  const { self } = profile.columns[0]!;
  const moved = new Int32Array(profile.parent.length);
  for (let node = 0; node < moved.length; node++) {
    if (node > 0)
      moved[node] = builder.child(moved[profile.parent[node]!]!, frames[profile.frame[node]!]!);
    if (self[node]! > 0) builder.add(moved[node]!, column, self[node]!);
  }
}

/**
 * Collapsed text knows neither modules nor lines, and some names look different in it. So where one
 * of the profiles has no modules at all, every frame becomes what it would be in collapsed text, and
 * where one has no source files they do not count.
 */
function projectionFor(profiles: readonly Profile[], { by, stripHex }: Matching): Projection {
  const known = profiles.filter(({ frames }) => frames.length > 0);
  const allKnow = (field: 'module' | 'file') =>
    known.every(({ frames }) => frames.some((frame) => frame[field] !== undefined));
  const whole = (frame: Frame) => frame;
  const projected = !allKnow('module') ? asText : by === 'name' ? withoutPlace : whole;
  const sourced = allKnow('file') ? projected : (frame: Frame) => projected(withoutSource(frame));
  return stripHex ? (frame) => sourced(withoutHex(frame)) : sourced;
}

function asText(frame: Frame): Frame {
  return frameOfText(collapsedName(frame));
}

function withoutPlace({ module: _, ...frame }: Frame): Frame {
  return withoutSource(frame);
}

function withoutSource({ file: _file, line: _line, ...frame }: Frame): Frame {
  return frame;
}

/** As difffolded.pl's `-s` has it: https://github.com/brendangregg/FlameGraph */
function withoutHex(frame: Frame): Frame {
  return { ...frame, name: frame.name.replace(/0x[0-9a-f]+/gi, '0x...') };
}
