/** Each entry of a legend shows and hides the frames that it stands for. */
function listenToLegend({ svg, boxes }: Chart): void {
  for (const entry of Array.from(svg.querySelectorAll<SVGGElement>('.legend .entry'))) {
    const name = entry.dataset.frames!;
    const frames = boxes.filter(({ group }) => group.classList.contains(name));
    if (frames.length === 0) continue;
    entry.classList.add('live');
    entry.setAttribute('tabindex', '0');
    entry.setAttribute('role', 'button');
    entry.setAttribute('aria-pressed', 'true');
    describe(entry, 'Show or hide these frames');
    onPress(entry, () => {
      const isOff = entry.classList.toggle('off');
      entry.setAttribute('aria-pressed', String(!isOff));
      for (const { group } of frames) group.classList.toggle('off', isOff);
    });
  }
}
