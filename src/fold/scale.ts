/**
 * Each weight times `factor`, as whole numbers: what is cut off at one goes to the next one that is
 * not zero, so that the sum is off by half a unit at most however many there are.
 */
export function scaled(weights: Float64Array, factor: number): Float64Array {
  let left = 0.5;
  return weights.map((weight) => {
    if (weight === 0) return 0;
    left += weight * factor;
    const whole = Math.floor(left);
    left -= whole;
    return whole;
  });
}

/** The mean of several weights per node, whole in the same way. */
export function meanOf(runs: readonly Float64Array[]): Float64Array {
  if (runs.length === 1) return runs[0]!;
  const sums = runs[0]!.map((_, node) => runs.reduce((sum, run) => sum + run[node]!, 0));
  return scaled(sums, 1 / runs.length);
}
