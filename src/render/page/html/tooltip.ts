import { select } from 'd3';
import { element } from './elements.ts';

/** Pixels between the pointer and the tooltip. */
const distance = 14;

/** Shows lines of text beside a point of the window, inside of it. */
export function showTooltip(lines: readonly string[], { x, y }: { x: number; y: number }): void {
  const tooltip = element('tooltip');
  select(tooltip)
    .selectAll('div')
    .data(lines)
    .join('div')
    .text((line) => line);
  tooltip.hidden = false;
  const { width, height } = tooltip.getBoundingClientRect();
  const right = x + distance + width <= window.innerWidth ? x + distance : x - distance - width;
  const below = y + distance + height <= window.innerHeight ? y + distance : y - distance - height;
  tooltip.style.left = `${Math.max(4, right)}px`;
  tooltip.style.top = `${Math.max(4, below)}px`;
}

export function hideTooltip(): void {
  element('tooltip').hidden = true;
}
