import type { Chart } from './view.ts';

type OnPress = (button: SVGElement, action: () => void) => void;

/** Each entry of a legend shows and hides the frames that it stands for: by a class of the picture, which lasts. */
export function listenToLegend(chart: Chart, onPress: OnPress): void {
  for (const entry of entriesOf(chart)) onPress(entry, () => toggle(chart, entry));
  updateLegend(chart);
}

/** Entries are buttons where they stand for frames, and a zoom may show some of another kind. */
export function updateLegend(chart: Chart): void {
  for (const entry of entriesOf(chart)) {
    const isOff = entry.classList.contains('off');
    const isLive = isOff || chart.frames.querySelector(`.${entry.dataset.frames}`) !== null;
    entry.classList.toggle('live', isLive);
    if (!isLive) continue;
    entry.setAttribute('tabindex', '0');
    entry.setAttribute('role', 'button');
    entry.setAttribute('aria-pressed', String(!isOff));
  }
}

function entriesOf({ svg }: Chart): NodeListOf<SVGGElement> {
  return svg.querySelectorAll('.legend .entry');
}

function toggle(chart: Chart, entry: SVGGElement): void {
  if (!entry.classList.contains('live')) return;
  const isOff = entry.classList.toggle('off');
  chart.frames.classList.toggle(`without-${entry.dataset.frames}`, isOff);
  updateLegend(chart);
}
