import { type Widths, widthChoices } from '../../../profile/differential.ts';
import type { ContainedView } from '../../../profile/metadata.ts';
import { containedViews } from '../../../profile/views.ts';
import type { Column, Profile } from '../../../profile.ts';
import type { Unit } from '../../../units.ts';
import { diffSwatches } from '../../diff-colour.ts';
import { totalsOf } from '../../diff-header.ts';
import { hasGrowth } from '../../growth-face.ts';
import { growthSwatches } from '../../growth-swatches.ts';
import { defaultCountName } from '../../header.ts';
import type { Swatch } from '../../swatch.ts';
import { visible } from '../../xml.ts';
import { type PageChange, pageChange } from './change.ts';
import { type PageGrowth, pageGrowth } from './growth.ts';

/** One of the views that a page shows. */
export interface PageView {
  /** In links: `all`, `unfreed`, `resident`, of a differential what is counted; empty where nobody knows. */
  readonly name: string;
  /** Those that the width of a frame can be of. */
  readonly columns: readonly PageColumn[];
  /** Weights of every column and node; behind those above there may be more, which others are reckoned from. */
  readonly self: readonly Float64Array[];
  /** What the colours of frames mean; none where they only tell functions apart. */
  readonly swatches: readonly Swatch[];
  /** Of a differential. */
  readonly change?: PageChange;
  /** Where it was noted while tracing. */
  readonly growth?: PageGrowth;
}

export interface PageColumn {
  /** What it is called where it is chosen, and in links: what is counted, or one of `widthChoices`. */
  readonly title: string;
  readonly unit: Unit;
  /** What is counted, in words: `bytes`, `calls`. */
  readonly countName: string;
}

/** What is looked at of a profile. */
export type ViewedProfile = Pick<Profile, 'columns' | 'meta'>;

/** The views in a profile. The name of what is counted is that of the first column, and there the only one. */
export function pageViews(profile: ViewedProfile, countName: string | undefined): PageView[] {
  let end = 0;
  return containedViews(profile).map((view) => {
    const columns = profile.columns.slice(end, end + view.columns);
    const given = end === 0 ? countName : undefined;
    end += view.columns;
    const make = view.meta.differential ? differentialView : plainView;
    return make(columns, view, given);
  });
}

type MakeView = (
  columns: readonly Column[],
  view: ContainedView,
  countName: string | undefined,
) => PageView;

const plainView: MakeView = (columns, { meta }, countName) => {
  const firstSnapshot = columns.length - (meta.snapshots?.length ?? 0);
  const measures = columns.slice(0, firstSnapshot).map((column, index) => {
    const counts = visible((index === 0 ? countName : undefined) ?? defaultCountName(column));
    return { title: counts, unit: column.unit, countName: counts };
  });
  return {
    name: meta.view ?? '',
    columns: measures,
    self: columns.map(({ self }) => self),
    swatches: hasGrowth({ meta }) ? growthSwatches : [],
    ...(hasGrowth({ meta }) && { growth: pageGrowth(meta, firstSnapshot) }),
  };
};

/** Its columns are those of `widthChoices`, then the runs. */
const differentialView: MakeView = (columns, { meta }, countName) => {
  const [before, after, ...runs] = columns.map(({ self }) => self);
  const totals = totalsOf({ columns, meta }, { countName });
  const counted = { unit: totals.unit, countName: visible(totals.countName) };
  const weights: Record<Widths, Float64Array> = {
    before: before!,
    after: after!,
    max: before!.map((weight, node) => Math.max(weight, after![node]!)),
  };
  return {
    // There may be one for each thing that is counted.
    name: counted.countName,
    columns: widthChoices.map((title) => ({ title, ...counted })),
    self: [...widthChoices.map((widths) => weights[widths]), ...runs],
    swatches: diffSwatches,
    change: pageChange(meta.differential!, { ...totals, ...counted }),
  };
};
