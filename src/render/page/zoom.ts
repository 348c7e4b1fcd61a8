/** Makes a box as wide as the picture, with all that it called; 0 shows everything again. */
function zoomTo(chart: Chart, index: number, measure: Measure): void {
  const { boxes } = chart;
  const target = boxes[index]!;
  chart.zoomed = index;
  const callers = new Set<number>();
  for (let at = target.parent; at >= 0; at = boxes[at]!.parent) callers.add(at);
  boxes.forEach((box, at) => {
    const isBelow = callers.has(at);
    const isShown = isBelow || (at >= index && at < target.end);
    box.group.classList.toggle('below', isBelow);
    if (isShown) box.group.removeAttribute('display');
    else box.group.setAttribute('display', 'none');
    if (index === 0) restore(box);
    else if (isShown) place(chart, box, measure);
  });
}

function restore(box: Box): void {
  box.rect.setAttribute('x', box.still.x);
  box.rect.setAttribute('width', box.still.width);
  setLabel(box, box.still.label);
}

function place(chart: Chart, box: Box, measure: Measure): void {
  const target = chart.boxes[chart.zoomed]!;
  const scale = chart.room / target.weight;
  const isBelow = box.start <= target.start && box.weight >= target.weight;
  const x = isBelow ? chart.left : chart.left + (box.start - target.start) * scale;
  const width = isBelow ? chart.room : box.weight * scale;
  const drawn = width > 4 * gap ? width - gap : width;
  box.rect.setAttribute('x', x.toFixed(2));
  box.rect.setAttribute('width', drawn.toFixed(2));
  setLabel(box, labelFor(chart, box, { x: x + 3, room: width - 6, measure }));
}

interface Room {
  readonly x: number;
  readonly room: number;
  readonly measure: Measure;
}

function labelFor(chart: Chart, box: Box, { x, room, measure }: Room): Element | null {
  // Three characters and two dots take more than this in any readable font.
  if (room < 12) return null;
  const whole = fittingName(box.name, room, measure);
  const name = whole ?? shortened(shorterNames(box.name)[1], room, measure);
  if (name === '') return null;
  const text = create('text', { x: x.toFixed(2), y: baselineOf(chart, box) });
  text.textContent = name;
  const amounts = whole === undefined ? [] : amountsOf(box, chart.frames);
  const amount = amounts.find((each) => measure(`${name} ${each}`) <= room);
  if (amount !== undefined) {
    const tspan = create('tspan', {});
    tspan.textContent = amount;
    text.append(' ', tspan);
  }
  return text;
}

function setLabel(box: Box, label: Element | null): void {
  if (box.label === label) return;
  box.label?.remove();
  if (label !== null) box.group.append(label);
  box.label = label;
}

function baselineOf({ frames }: Chart, { rect }: Box): string {
  const middle = Number(rect.getAttribute('y')) + Number(rect.getAttribute('height')) / 2;
  return (middle + Number(frames.getAttribute('font-size')) * 0.36).toFixed(2);
}
