/** `+` or `-`; nothing for no change. */
export function signOf(change: number): string {
  if (change === 0) return '';
  return change > 0 ? '+' : '-';
}

/** A change in parts of what there was: "+12.5%", "-0.3%", "+<0.1%"; "new" and "vanished" at the ends. */
export function formatGrowth(before: number, after: number): string {
  if (before === after) return '0%';
  if (before === 0) return 'new';
  if (after === 0) return 'vanished';
  const percent = (Math.abs(after - before) / before) * 100;
  // Where something is left it is not "-100.0%", and a change not "0.0%".
  const isNearlyAll = after < before && percent > 99.9;
  const text = percent < 0.05 ? '<0.1' : isNearlyAll ? '>99.9' : percent.toFixed(1);
  return `${signOf(after - before)}${text}%`;
}
