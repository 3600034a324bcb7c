//! A row of a table for every token.

use num_traits::Float;

/// `y_r = table[token_r]`, rows of so many elements. A token beyond the table is its last row.
pub fn forward<T: Float>(width: usize, tokens: &[u32], table: &[T], y: &mut [T]) {
    for (&token, y) in tokens.iter().zip(y.chunks_exact_mut(width)) {
        y.copy_from_slice(&table[place(width, token, table.len())..][..width]);
    }
}

/// Adds each row of `dy` to its token's row of the gradient.
pub fn backward<T: Float>(width: usize, tokens: &[u32], dy: &[T], dtable: &mut [T]) {
    for (&token, dy) in tokens.iter().zip(dy.chunks_exact(width)) {
        let at = place(width, token, dtable.len());
        for (dt, &d) in dtable[at..][..width].iter_mut().zip(dy) {
            *dt = *dt + d;
        }
    }
}

fn place(width: usize, token: u32, size: usize) -> usize {
    (token as usize).min(size / width - 1) * width
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::check;

    #[test]
    fn gradients() {
        for (tokens, count, width) in [(&[0][..], 1, 1), (&[2, 0, 2], 3, 17), (&[1; 17], 3, 3)] {
            check::gradients(
                "embedding",
                &[check::random(1, count * width)],
                |p| {
                    let mut y = vec![0.0; tokens.len() * width];
                    forward(width, tokens, &p[0], &mut y);
                    y
                },
                |_, dy, out| backward(width, tokens, dy, &mut out[0]),
            );
        }
    }
}
