// Repetitions in short.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Where the middle half of the values begins and ends. */
export function quartiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return [0.25, 0.75].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
}

/** `{ median, min, max, values }` */
export function summary(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), values };
}

/** A speed over another; of two that were measured in turns, the median of each turn's ratio. */
export function over(a, b) {
  const turns = a.turns?.length === b.turns?.length ? a.turns : null;
  return turns ? median(turns.map((value, i) => value / b.turns[i])) : a.median / b.median;
}

/** Steps that make a run last `seconds`, when `steps` lasted `took`; at least one. */
export function stepsFor(seconds, steps, took) {
  return Math.min(1_000_000, Math.max(1, Math.round((steps * seconds) / Math.max(took, 1e-3))));
}
