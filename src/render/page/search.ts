interface Query {
  readonly text: string;
  readonly isRegExp: boolean;
  readonly isCaseSensitive: boolean;
}

interface Found {
  readonly frames: number;
  /** Weight of the matches, where one stands on another only that of the lower. */
  readonly weight: number;
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
  let frames = 0;
  let weight = 0;
  let countedUntil = 0;
  boxes.forEach((box, index) => {
    const isHit = matcher !== undefined && box.isFunction && matches(box, matcher);
    box.group.classList.toggle('hit', isHit);
    if (!isHit) return;
    frames++;
    if (index < countedUntil) return;
    weight += box.weight;
    countedUntil = box.end;
  });
  return { frames, weight };
}

/** By its name, or by what else is known of it: a file, a line, `(inlined)`. */
function matches({ name, details }: Box, matcher: RegExp): boolean {
  return matcher.test(name) || (details !== '' && matcher.test(details));
}

function foundInWords(chart: Chart, { frames, weight }: Found): string {
  const share = chart.boxes[0]!.weight === 0 ? 0 : (100 * weight) / chart.boxes[0]!.weight;
  const count = `${withCommas(frames)} ${frames === 1 ? 'frame' : 'frames'}`;
  // What was too narrow to be drawn, or gathered into one box, cannot be searched.
  const least = chart.isComplete ? '' : 'at least ';
  return `matched ${least}${share.toFixed(2)}% of all: ${count}, ${amountOf(weight, chart.frames)}`;
}
