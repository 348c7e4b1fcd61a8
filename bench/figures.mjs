/** The middle of `numbers`, or the mean of the two middles. Throws a RangeError when there are none. */
export function median(numbers) {
  if (numbers.length === 0) throw new RangeError('median of nothing');
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Rows of strings as lines of text: the first column to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, column) =>
    column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  return `${rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n')}\n`;
}

/** Nanoseconds; below a hundred with one decimal. */
export function ns(value) {
  return value.toFixed(value < 100 ? 1 : 0);
}

/** `median (lowest to highest)`, with `digits` decimals. */
export function spread(numbers, digits) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const text = (value) => value.toFixed(digits);
  return `${text(median(numbers))} (${text(low)} to ${text(high)})`;
}

/** Bytes in MiB, with one decimal. */
export function mib(bytes) {
  return (bytes / 1024 / 1024).toFixed(1);
}
