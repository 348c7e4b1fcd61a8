import { collapsedName, frameOfText } from '../collapsed/name.ts';
import type { Frame } from '../frame.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import { withFramesOnce } from '../profile/frames-once.ts';
import type { FrameIndex, Profile } from '../profile.ts';
import { joinTrees, type NamedTree } from './join-trees.ts';

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
  const { unit } = profiles[0]!.columns[0]!;
  const known = new ProfileBuilder([{ name: 'frames', unit }]);
  const projected = profiles.map((profile) => projectedBy(project, profile));
  const numbers = projected.map((each) => each.frames.map((frame) => known.frame(frame)));
  const { frames } = known.build();
  const [first, ...others] = projected.map((profile, index) => treeOf(profile, numbers[index]!));
  const { parent, frame, selfs } = joinTrees([first!, ...others], frames.length);
  const columns = selfs.map((self, index) => ({ name: names[index]!, unit, self }));
  return { frames, parent, frame, columns, meta: {} };
}

/** Frames that become equal make equal stacks. */
function projectedBy(project: Projection, { columns, ...profile }: Profile): Profile {
  const frames = profile.frames.map(project);
  const projected = { ...profile, columns: columns.slice(0, 1), frames };
  const known = new ProfileBuilder(projected.columns);
  const isOnce = frames.every((frame, index) => known.frame(frame) === index);
  return isOnce ? projected : withFramesOnce(projected);
}

/** The first column of a profile, its frames called by other numbers. */
function treeOf(profile: Profile, numbers: readonly FrameIndex[]): NamedTree {
  const { parent, frame, columns } = profile;
  const isSame = numbers.every((to, from) => to === from);
  const renamed = isSame ? frame : frame.map((from, node) => (node === 0 ? -1 : numbers[from]!));
  return { parent, frame: renamed, self: columns[0]!.self };
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
