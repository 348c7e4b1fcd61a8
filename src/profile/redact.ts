import type { Frame } from '../frame.ts';
import type { Profile } from '../profile.ts';
import { ProfileBuilder } from './builder.ts';
import type { Differential, DifferentialRun, Metadata } from './metadata.ts';

/** In the place of a host name. */
export const redactedHost = 'redacted';

/**
 * Absolute paths, in any text, as the base name alone: `JS:serve /srv/shop/app.js:4` becomes
 * `JS:serve app.js:4`. A path ends at white space, a bracket, a quote, a comma or a colon.
 */
export function withoutFolders(text: string): string {
  return text.replace(/(?<![\w./\])>])~?\/(?:[^\s()[\]{}<>"',;:/]*\/)+/g, '');
}

/**
 * The profile without what tells whose it is: host names, folders of files, and what notes and names
 * hold of them. Frames that are then equal are one. Throws a UserError when a sum cannot be exact.
 */
export function redacted(profile: Profile): Profile {
  const builder = new ProfileBuilder(profile.columns);
  const frames = profile.frames.map((frame) => builder.frame(redactedFrame(frame)));
  const moved = new Int32Array(profile.parent.length);
  for (let node = 0; node < moved.length; node++) {
    if (node > 0)
      moved[node] = builder.child(moved[profile.parent[node]!]!, frames[profile.frame[node]!]!);
    for (const [column, { self }] of profile.columns.entries())
      if (self[node]! > 0) builder.add(moved[node]!, column, self[node]!);
  }
  return builder.build(redactedMetadata(profile.meta));
}

function redactedFrame(frame: Frame): Frame {
  const name = withoutFolders(frame.name);
  return { ...frame, name, ...(frame.file !== undefined && { file: baseName(frame.file) }) };
}

function redactedMetadata(meta: Metadata): Metadata {
  const { host, targets, notes, differential } = meta;
  return {
    ...meta,
    ...(host !== undefined && { host: redactedHost }),
    ...(targets && { targets: targets.map(withoutFolders) }),
    ...(notes && { notes: notes.map((note) => redactedNote(note, differential)) }),
    ...(differential && { differential: redactedDifferential(differential) }),
  };
}

/** Notes on a comparison name its runs, also by relative paths. */
function redactedNote(note: string, differential: Differential | undefined): string {
  const runs = differential ? [...differential.before, ...differential.after] : [];
  const plain = runs.reduce((text, { name }) => text.replaceAll(name, baseName(name)), note);
  return withoutFolders(plain);
}

function redactedDifferential(differential: Differential): Differential {
  const runs = (all: readonly DifferentialRun[]) =>
    all.map((run) => ({ ...run, name: baseName(run.name), meta: redactedMetadata(run.meta) }));
  return { ...differential, before: runs(differential.before), after: runs(differential.after) };
}

/** A path without its folders, also a relative one; what is in brackets is none. */
export function baseName(path: string): string {
  return path.startsWith('[') ? path : path.slice(path.lastIndexOf('/') + 1);
}
