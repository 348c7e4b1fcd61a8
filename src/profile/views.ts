import type { FrameIndex, Profile } from '../profile.ts';
import { ProfileBuilder } from './builder.ts';
import type { ContainedView } from './metadata.ts';

/** Views of one source as one profile, with the columns of all of them; a single view as it is. */
export function joinedViews(views: readonly [Profile, ...Profile[]]): Profile {
  if (views.length === 1) return views[0];
  const builder = new ProfileBuilder(views.flatMap(({ columns }) => columns));
  let firstColumn = 0;
  for (const view of views) {
    addTo(builder, view, firstColumn);
    firstColumn += view.columns.length;
  }
  return builder.build({
    views: views.map(({ columns, meta }) => ({ columns: columns.length, meta })),
  });
}

/** What views a profile holds, in the order of their columns; one that was not joined is its own view. */
export function containedViews({
  columns,
  meta,
}: Pick<Profile, 'columns' | 'meta'>): readonly ContainedView[] {
  return meta.views ?? [{ columns: columns.length, meta }];
}

/** The views that `joinedViews` made one profile of. Throws a RangeError for what it cannot have made. */
export function separatedViews(profile: Profile): readonly [Profile, ...Profile[]] {
  const { columns, meta } = profile;
  const [first, ...others] = meta.views ?? [];
  if (first === undefined) return [profile];
  let end = 0;
  const separated = (view: ContainedView) => {
    const own = columns.slice(end, end + view.columns);
    end += view.columns;
    const builder = new ProfileBuilder(own);
    addTo(builder, { ...profile, columns: own });
    return builder.build(view.meta);
  };
  const views = [separated(first), ...others.map(separated)] as const;
  if (end !== columns.length) throw new RangeError('the views do not have the columns');
  return views;
}

/** Adds what has any weight. */
function addTo(builder: ProfileBuilder, view: Profile, firstColumn = 0): void {
  const { frames, parent, frame, columns } = view;
  const isUsed = usedNodes(view);
  const known = new Map<FrameIndex, FrameIndex>();
  const nodes = new Int32Array(parent.length);
  for (let node = 0; node < nodes.length; node++) {
    if (!isUsed[node]) continue;
    if (node > 0) {
      const its = known.get(frame[node]!) ?? builder.frame(frames[frame[node]!]!);
      known.set(frame[node]!, its);
      nodes[node] = builder.child(nodes[parent[node]!]!, its);
    }
    for (const [index, { self }] of columns.entries())
      if (self[node]! > 0) builder.add(nodes[node]!, firstColumn + index, self[node]!);
  }
}

/** 1 where a node, or something below it, has any weight. */
function usedNodes({ parent, columns }: Profile): Uint8Array {
  const isUsed = new Uint8Array(parent.length);
  for (let node = isUsed.length - 1; node >= 0; node--) {
    if (columns.some(({ self }) => self[node]! > 0)) isUsed[node] = 1;
    if (isUsed[node] && node > 0) isUsed[parent[node]!] = 1;
  }
  return isUsed;
}
