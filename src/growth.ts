/** `+` or `-`; nothing for no change. */
export function signOf(change: number): string {
  if (change === 0) return '';
  return change > 0 ? '+' : '-';
}

/** A change in parts of what there was: "+12.5%", "-99.97%", "+<0.1%"; "new" and "vanished" at the ends. */
export function formatGrowth(before: number, after: number): string {
  if (before === after) return '0%';
  if (before === 0) return 'new';
  if (after === 0) return 'vanished';
  const percent = (Math.abs(after - before) / before) * 100;
  // A change is not "0.0%".
  const text = percent < 0.05 ? '<0.1' : after < before ? belowAll(percent) : percent.toFixed(1);
  return `${signOf(after - before)}${text}%`;
}

/** Where something is left it is not "100.0": as many digits as that takes, up to four. */
function belowAll(percent: number): string {
  const rounded = [1, 2, 3, 4].map((digits) => percent.toFixed(digits));
  return rounded.find((text) => Number(text) < 100) ?? '99.9999';
}
