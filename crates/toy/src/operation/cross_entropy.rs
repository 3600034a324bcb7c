//! Cross-entropy of softmax: the mean of `-ln softmax(logits)[token]` over the rows whose token
//! counts.

use num_traits::Float;

/// Rows of this token do not count, such as padding.
pub const IGNORED: u32 = u32::MAX;

/// The mean loss; 0 when no row counts.
pub fn forward<T: Float>(classes: usize, logits: &[T], tokens: &[u32]) -> T {
    let mut sum = T::zero();
    for (row, token) in rows(classes, logits, tokens) {
        let (most, total) = normaliser(row);
        sum = sum + total.ln() + most - row[token];
    }
    sum / counted(tokens)
}

/// Adds `scale` times the gradient by the logits.
pub fn backward<T: Float>(classes: usize, scale: T, logits: &[T], tokens: &[u32], out: &mut [T]) {
    let scale = scale / counted(tokens);
    let rows = logits.chunks_exact(classes).zip(tokens).zip(out.chunks_exact_mut(classes));
    for ((row, &token), out) in rows {
        if token == IGNORED {
            continue;
        }
        let (most, total) = normaliser(row);
        for (k, (out, &x)) in out.iter_mut().zip(row).enumerate() {
            let hit = if k == token as usize { T::one() } else { T::zero() };
            *out = *out + scale * ((x - most).exp() / total - hit);
        }
    }
}

/// How many rows count, at least 1.
fn counted<T: Float>(tokens: &[u32]) -> T {
    let count = tokens.iter().filter(|token| **token != IGNORED).count().max(1);
    super::cast(count as f64)
}

fn rows<'a, T>(
    classes: usize,
    logits: &'a [T],
    tokens: &'a [u32],
) -> impl Iterator<Item = (&'a [T], usize)> {
    let all = logits.chunks_exact(classes).zip(tokens.iter().copied());
    all.filter(|(_, token)| *token != IGNORED).map(|(row, token)| (row, token as usize))
}

/// The largest logit, and the sum of exponentials of what they fall short of it.
fn normaliser<T: Float>(row: &[T]) -> (T, T) {
    let most = row.iter().fold(T::neg_infinity(), |most, &x| if x > most { x } else { most });
    (most, row.iter().fold(T::zero(), |sum, &x| sum + (x - most).exp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::check;

    #[test]
    fn gradients() {
        for (classes, tokens) in
            [(1, &[0][..]), (3, &[2, IGNORED, 0]), (17, &[16, 3, IGNORED]), (3, &[IGNORED])]
        {
            let x = check::random(1, classes * tokens.len());
            check::gradients(
                &format!("cross-entropy of {classes}"),
                &[x.into_iter().map(|x| 3.0 * x).collect()],
                |p| vec![forward(classes, &p[0], tokens)],
                |p, d, out| backward(classes, d[0], &p[0], tokens, &mut out[0]),
            );
        }
    }

    #[test]
    fn large_logits_and_ignored_rows_do_no_harm() {
        let logits = [1e4, 0.0, f64::NAN, f64::NAN];
        assert_eq!(forward(2, &logits, &[0, IGNORED]), 0.0);
        assert_eq!(forward(2, &logits, &[1, IGNORED]), 1e4);
        assert!((forward(2, &[0.0, 0.0], &[1]) - 2f64.ln()).abs() < 1e-15);
    }
}
