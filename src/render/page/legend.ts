import type { Chart } from './view.ts';

type OnPress = (button: SVGElement, action: () => void) => void;

/** Each entry of a legend shows and hides the frames that it stands for: by a class of the picture, which lasts. */
export function listenToLegend({ svg, frames }: Chart, onPress: OnPress): void {
  for (const entry of svg.querySelectorAll<SVGGElement>('.legend .entry')) {
    const name = entry.dataset.frames!;
    if (frames.querySelector(`.${name}`) === null) continue;
    entry.classList.add('live');
    entry.setAttribute('tabindex', '0');
    entry.setAttribute('role', 'button');
    entry.setAttribute('aria-pressed', 'true');
    onPress(entry, () => {
      const isOff = entry.classList.toggle('off');
      entry.setAttribute('aria-pressed', String(!isOff));
      frames.classList.toggle(`without-${name}`, isOff);
    });
  }
}
