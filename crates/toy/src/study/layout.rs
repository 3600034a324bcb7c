//! Where the parameters of a model stand.

/// Where the parameters of a study's models stand: encoder `E_ik` at `i m + k`; decoder `D_ik`
/// at `n m + i m + k`, unless it is the encoder; then the biases `b_i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Features `n`.
    pub n: usize,
    /// Hidden dimensions `m`.
    pub m: usize,
    /// Whether the decoder is the encoder.
    pub tied: bool,
}

impl Layout {
    /// Number of weights: of encoder and decoder, or of both at once.
    pub const fn weights(self) -> usize {
        if self.tied { self.n * self.m } else { 2 * self.n * self.m }
    }

    /// Number of parameters.
    pub const fn parameters(self) -> usize {
        self.weights() + self.n
    }

    /// Where the decoder begins.
    pub const fn decoder_at(self) -> usize {
        self.weights() - self.n * self.m
    }

    /// The encoder: row `i` is the direction of feature `i` in the hidden space.
    pub fn encoder<T>(self, parameters: &[T]) -> &[T] {
        &parameters[..self.n * self.m]
    }

    /// The decoder: row `i` is what output `i` is read from.
    pub fn decoder<T>(self, parameters: &[T]) -> &[T] {
        &parameters[self.decoder_at()..self.weights()]
    }

    /// `D E^T`, row after row: what moves output `i` when input `j` is 1 and every hidden unit on;
    /// `W W^T` when weights are tied.
    pub fn product(self, parameters: &[f32]) -> Vec<f32> {
        let (encoder, decoder) = (self.encoder(parameters), self.decoder(parameters));
        let columns = || encoder.chunks_exact(self.m);
        let row = |row| columns().map(move |column| crate::model::dot(row, column));
        decoder.chunks_exact(self.m).flat_map(row).collect()
    }

    /// The decoder, column after column.
    pub(super) fn columns<T: Copy>(self, parameters: &[T]) -> Vec<T> {
        let (n, m, decoder) = (self.n, self.m, self.decoder(parameters));
        (0..n * m).map(|at| decoder[at % n * m + at / n]).collect()
    }

    /// The biases.
    pub fn biases<T>(self, parameters: &[T]) -> &[T] {
        &parameters[self.weights()..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_tied_and_untied_weights() {
        let tied = Layout { n: 2, m: 1, tied: true };
        assert_eq!(tied.product(&[2.0, -1.0, 0.0, 0.0]), [4.0, -2.0, -2.0, 1.0]);
        let untied = Layout { n: 2, m: 1, tied: false };
        assert_eq!(untied.product(&[2.0, -1.0, 3.0, 1.0, 0.0, 0.0]), [6.0, -3.0, 2.0, -1.0]);
    }
}
