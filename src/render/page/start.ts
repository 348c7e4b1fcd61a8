interface Session {
  readonly chart: Chart;
  readonly controls: Controls;
  readonly measure: Measure;
  readonly details: Element;
  /** Shown in the details line while no frame is pointed at. */
  readonly total: string;
  query: Query;
}

function start(svg: SVGSVGElement): void {
  const chart = readChart(svg);
  const details = svg.querySelector('.total')!;
  const session: Session = {
    chart,
    details,
    controls: drawControls(chart),
    measure: measureIn(chart.frames),
    total: details.textContent!,
    query: { text: '', isRegExp: false, isCaseSensitive: false },
  };
  for (const { group } of chart.boxes) group.classList.add('live');
  showQuery(session.controls, '', false);
  listenToPointer(session);
  listenToField(session);
  listenToButtons(session);
  listenToLegend(session.chart);
  document.addEventListener('keydown', (event) => onShortcut(session, event));
}

function listenToPointer(session: Session): void {
  const { frames } = session.chart;
  frames.addEventListener('click', (event) => {
    const index = boxAt(session.chart, event.target);
    if (index !== undefined) zoom(session, index);
  });
  frames.addEventListener('mouseover', (event) =>
    showDetails(session, boxAt(session.chart, event.target)),
  );
  frames.addEventListener('mouseleave', () => showDetails(session, undefined));
}

function listenToField(session: Session): void {
  const { field } = session.controls;
  const redraw = (): void =>
    showQuery(session.controls, session.query.text, document.activeElement === field);
  field.addEventListener('click', () => field.focus());
  field.addEventListener('focus', redraw);
  field.addEventListener('blur', redraw);
  field.addEventListener('keydown', (event) => onTyping(session, event));
  document.addEventListener('paste', (event) => {
    if (document.activeElement !== field) return;
    event.preventDefault();
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    search(session, { text: session.query.text + pasted.replace(/\s+/g, ' ') });
  });
}

function listenToButtons(session: Session): void {
  const { reset, caseButton, regExpButton } = session.controls;
  onPress(reset, () => {
    zoom(session, 0);
    search(session, { text: '' });
  });
  onPress(caseButton, () => search(session, { isCaseSensitive: !session.query.isCaseSensitive }));
  onPress(regExpButton, () => search(session, { isRegExp: !session.query.isRegExp }));
}

function onPress(button: SVGElement, action: () => void): void {
  button.addEventListener('click', action);
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    action();
  });
}

/** Ctrl-F a second time is left to the browser, whose own search sees the labels only. */
function onShortcut(session: Session, event: KeyboardEvent): void {
  const { field } = session.controls;
  const isFind = event.key === 'F3' || ((event.ctrlKey || event.metaKey) && event.key === 'f');
  const isDocument = (document.documentElement as Element) === session.chart.svg;
  if (isFind && isDocument && document.activeElement !== field) {
    event.preventDefault();
    field.focus();
  } else if (event.key === 'Escape') {
    search(session, { text: '' });
    zoom(session, 0);
  }
}

/** In the field Escape ends the search only, so that a zoom survives it. */
function onTyping(session: Session, event: KeyboardEvent): void {
  const { text } = session.query;
  if (event.key === 'Escape') search(session, { text: '' });
  else if (event.key === 'Backspace')
    search(session, { text: Array.from(text).slice(0, -1).join('') });
  else if (isCharacter(event)) search(session, { text: text + event.key });
  else if (event.key !== 'Enter') return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === 'Escape' || event.key === 'Enter') session.controls.field.blur();
}

/** AltGr reports itself as Ctrl and Alt on some systems. */
function isCharacter(event: KeyboardEvent): boolean {
  const isShortcut = (event.ctrlKey || event.metaKey) && !event.getModifierState('AltGraph');
  return Array.from(event.key).length === 1 && !isShortcut && !event.isComposing;
}

function search(session: Session, change: Partial<Query>): void {
  const { chart, controls } = session;
  session.query = { ...session.query, ...change };
  const { text, isCaseSensitive, isRegExp } = session.query;
  const matcher = text === '' ? undefined : matcherFor(session.query);
  const isWrong = text !== '' && matcher === undefined;
  const found = highlight(chart, matcher);
  controls.field.classList.toggle('wrong', isWrong);
  setPressed(controls.caseButton, isCaseSensitive);
  setPressed(controls.regExpButton, isRegExp);
  if (text === '') controls.found.textContent = '';
  else
    controls.found.textContent = isWrong ? 'not a regular expression' : foundInWords(chart, found);
  showQuery(controls, text, document.activeElement === controls.field);
  showReset(session);
  showDetails(session, undefined);
}

function setPressed(button: SVGElement, isPressed: boolean): void {
  button.classList.toggle('pressed', isPressed);
  button.setAttribute('aria-pressed', String(isPressed));
}

function zoom(session: Session, index: number): void {
  zoomTo(session.chart, index, session.measure);
  showReset(session);
  showDetails(session, undefined);
}

function showReset({ chart, controls, query }: Session): void {
  if (chart.zoomed === 0 && query.text === '') controls.reset.setAttribute('display', 'none');
  else controls.reset.removeAttribute('display');
}

/** The frame pointed at, else the one zoomed to, else the total, in what the search leaves of the line. */
function showDetails(session: Session, index: number | undefined): void {
  const { chart, controls, details, measure } = session;
  const box = chart.boxes[index ?? chart.zoomed]!;
  const isTotal = index === undefined && chart.zoomed === 0;
  const tooltip = box.group.querySelector('title')!.textContent!.replace(/\n/g, ' ');
  const text = isTotal ? session.total : `${chart.frames.dataset.nameType} ${tooltip}`;
  const found = controls.found.textContent!;
  const room = chart.room - (found === '' ? 0 : measure(found) + 20);
  details.textContent = shortened(text, room, measure);
}

function boxAt(chart: Chart, target: EventTarget | null): number | undefined {
  const group = (target as Element | null)?.closest('.f');
  return group == null ? undefined : chart.indexOf.get(group);
}

const own = document.currentScript?.closest('svg');
if (own != null) start(own);
