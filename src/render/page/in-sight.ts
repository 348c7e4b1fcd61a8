import { padding } from '../draw.ts';
import { arrangeControls, barHeightOf, rowAbove } from './controls.ts';
import { setShown } from './elements.ts';
import type { Session } from './session.ts';
import { type Chart, fitPaper } from './view.ts';

/** Keeps all controls within a window that is narrower than the picture. */
export function fitToWindow(session: Session): void {
  const { look } = session.chart;
  session.width = Math.min(look.width, document.documentElement.clientWidth || window.innerWidth);
  placeControls(session);
  keepInSight(session);
}

/** Beside the title if there is room, which a picture as wide as it was drawn has kept for one row. */
export function placeControls({ chart, controls, width }: Session): void {
  const left = arrangeControls(controls, width);
  const ends = titlesOf(chart).map((title) => padding + title.getComputedTextLength());
  const isBeside = width === chart.look.width || Math.max(...ends) + padding <= left;
  chart.above = controls.moreHeight + (isBeside ? 0 : rowAbove);
  fitPaper(chart);
}

function titlesOf({ svg }: Chart): SVGTextElement[] {
  return [...svg.querySelectorAll<SVGTextElement>(':scope > .title')];
}

/** Pixels from the top of the picture; there may be no title. */
function titleEnd(chart: Chart): number {
  const ends = titlesOf(chart).map((title) => Number(title.getAttribute('y')) + 5);
  return Math.max(padding, ...ends);
}

/** A picture that is taller than the window opens at its root, unless the browser knows better. */
export function showRoot({ chart, controls }: Session): void {
  const { height, above, look } = chart;
  // By less no more would come into sight than the bar then covers.
  const least = Math.max(barHeightOf(controls), titleEnd(chart));
  if (look.inverted || height - window.innerHeight <= least || window.scrollY > 0) return;
  window.scrollTo(0, height + above);
}

/** The controls and the details line, while the title, or the left of the picture, is out of sight. */
export function keepInSight({ chart, controls, details, width }: Session): void {
  const { above, look } = chart;
  const y = Number(details.getAttribute('y'));
  const top = Math.min(window.scrollY - above, Math.max(0, chart.height + chart.more));
  const left = Math.max(0, Math.min(window.scrollX, look.width - width));
  const isAway = top > titleEnd(chart);
  setShown(controls.bar, isAway);
  controls.group.setAttribute('transform', `translate(${left},${isAway ? top : -above})`);
  const barLine = barHeightOf(controls) - 10;
  const line = isAway ? top + barLine : y;
  details.setAttribute('transform', `translate(${left},${line - y})`);
  controls.found.setAttribute('y', String(isAway ? barLine : y + above));
}
