// Arithmetic operations of a model-step, counted by hand: additions, multiplications, comparisons and selections.

/** Adam with decoupled decay, a parameter. */
const ADAM = 14;

/**
 * The plain loop over a batch: per sample 14 operations for each random draw and 2 to make a feature of it; forward
 * 4nm + n, residual 4n, backward 4nm.
 */
export function plainSampled(n, m, batch) {
  return batch * (8 * n * m + 21 * n) + ADAM * (n * m + n);
}

/** The same for the samples that are not all zero, on average over the densities of a diagram, which are log-spaced. */
export function activeSampled(n, m, batch, [from, to], points = 64) {
  let active = 0;
  for (let i = 0; i < points; i++) active += 1 - (1 - from * (to / from) ** (i / (points - 1))) ** n;
  return plainSampled(n, m, (batch * active) / points);
}

/** The exact gradient for two features, in crates/engine/src/cpu: two strips and a square for each output, then Adam. */
export const EXACT_2 = 350;
