import { neutralColour } from '../../colour.ts';
import { swatchFor } from '../../diff-colour.ts';
import { growthBriefly, growthInWords } from '../../growth-face.ts';
import { growthSwatch } from '../../growth-swatches.ts';
import type { Swatch } from '../../swatch.ts';
import { changeDetails, changedBox, changeLabel } from './change-face.ts';
import { frameColour } from './frame-colour.ts';
import { grownBy, type PageGrowth } from './growth.ts';
import type { Label } from './label.ts';
import type { Model } from './model.ts';
import type { Visible } from './visible.ts';
import { amount, detailsOf, titleOf } from './words.ts';

/** How the boxes of a view look. */
export interface Face {
  label(box: Visible): Label;
  /** What the legend explains, or `#rrggbb`. */
  fill(box: Visible): Swatch | string;
  /** Lines of the tooltip; the first is the name. */
  details(box: Visible): string[];
}

/** How the boxes of a model look. */
export function faceOf(model: Model, isDark: boolean): Face {
  const { source, state } = model;
  const { columns, change, growth } = source.data.views[state.view]!;
  if (change !== undefined)
    return {
      label: (box) => changeLabel(model, change, box),
      fill: (box) => swatchFor(changedBox(model, change, box).tendency),
      details: (box) => changeDetails(model, change, box),
    };
  if (growth !== undefined) return growthFace(model, growth, isDark);
  return {
    label: (box) => ({
      name: titleOf(model, box),
      amount: amount(box.weight, columns[state.column]!),
    }),
    fill: (box) => colourOfBox(model, box, isDark),
    details: (box) => detailsOf(model, box),
  };
}

/** Gathered ones have grown this way and that. */
function growthFace(model: Model, growth: PageGrowth, isDark: boolean): Face {
  const { tree, state, source } = model;
  const column = source.data.views[state.view]!.columns[state.column]!;
  const growthOf = ({ node }: Visible) => grownBy(growth, (each) => tree.total[each]![node]!);
  return {
    label: (box) => {
      const shortAmount = amount(box.weight, column);
      const label = { name: titleOf(model, box), amount: shortAmount };
      if (box.gathered.length > 0) return label;
      return {
        ...label,
        amount: `${shortAmount}, ${growthBriefly(growthOf(box), growth.period)}`,
        shortAmount,
      };
    },
    fill: (box) =>
      box.gathered.length > 0
        ? colourOfBox(model, box, isDark)
        : growthSwatch(growthOf(box).steadiness),
    details: (box) => [
      ...detailsOf(model, box),
      ...(box.gathered.length > 0 ? [] : [growthInWords(growthOf(box), growth.period)]),
    ],
  };
}

function colourOfBox(model: Model, { node, gathered }: Visible, isDark: boolean): string {
  const frame = model.tree.frame[node]!;
  // Thousands of them must not outshine what they stand beside.
  if (gathered.length > 0) return isDark ? '#8b929b' : neutralColour;
  return frame < 0 ? neutralColour : frameColour(model.source.data, frame);
}
