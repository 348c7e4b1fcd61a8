interface Query {
  readonly text: string;
  readonly isRegExp: boolean;
  readonly isCaseSensitive: boolean;
}

/** Weights of the matches, where one stands on another only those of the lower. */
interface Found {
  readonly frames: number;
  readonly weight: number;
  readonly before: number;
  readonly after: number;
}

/** What functions are matched against; undefined for a regular expression that is none. */
function matcherFor({ text, isRegExp, isCaseSensitive }: Query): RegExp | undefined {
  const source = isRegExp ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  try {
    return new RegExp(source, isCaseSensitive ? '' : 'i');
  } catch {
    return undefined;
  }
}

/** Marks the functions that match; none for undefined. */
function highlight({ boxes }: Chart, matcher: RegExp | undefined): Found {
  const found = { frames: 0, weight: 0, before: 0, after: 0 };
  let countedUntil = 0;
  boxes.forEach((box, index) => {
    const isHit = matcher !== undefined && box.isFunction && matches(box, matcher);
    box.group.classList.toggle('hit', isHit);
    if (!isHit) return;
    found.frames++;
    if (index < countedUntil) return;
    found.weight += box.weight;
    found.before += box.change?.before ?? 0;
    found.after += box.change?.after ?? 0;
    countedUntil = box.end;
  });
  return found;
}

/** By its name, or by what else is known of it: a file, a line, `(inlined)`. */
function matches({ name, details }: Box, matcher: RegExp): boolean {
  return matcher.test(name) || (details !== '' && matcher.test(details));
}

function foundInWords(chart: Chart, found: Found): string {
  const { frames, weight } = found;
  if (chart.boxes[0]!.change !== undefined) return changesInWords(chart, found);
  const share = chart.boxes[0]!.weight === 0 ? 0 : (100 * weight) / chart.boxes[0]!.weight;
  const count = `${withCommas(frames)} ${frames === 1 ? 'frame' : 'frames'}`;
  // What was too narrow to be drawn, or gathered into one box, cannot be searched.
  const least = chart.isComplete ? '' : 'at least ';
  return `matched ${least}${share.toFixed(2)}% of all: ${count}, ${amountOf(weight, chart.frames)}`;
}

function changesInWords(chart: Chart, { frames, before, after }: Found): string {
  const count = `${withCommas(frames)} ${frames === 1 ? 'frame' : 'frames'}`;
  const least = chart.isComplete ? '' : 'at least ';
  const change = changeInWords({ before, after }, chart.frames);
  return `matched ${least}${count}: ${amountOf(before, chart.frames)} to ${amountOf(after, chart.frames)}, ${change}`;
}
