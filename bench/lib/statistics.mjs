// Repetitions in short.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `{ median, min, max, values }` */
export function summary(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), values };
}

/** Steps that make a run last `seconds`, when `steps` lasted `took`; at least one. */
export function stepsFor(seconds, steps, took) {
  return Math.min(1_000_000, Math.max(1, Math.round((steps * seconds) / Math.max(took, 1e-3))));
}
