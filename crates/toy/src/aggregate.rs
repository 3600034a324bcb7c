//! How the repeats of a pixel become one.

use serde::{Deserialize, Serialize};

/// Weighting of a pixel's repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aggregate {
    /// The repeat with the lowest loss alone: shows the clean phases.
    Lowest,
    /// All alike (repro-superposition).
    Mean,
    /// All alike but the one with the highest loss, which is left out (the paper).
    DropWorst,
    /// In proportion to `1 / loss^2` (zfurman56).
    InverseSquare,
}

impl Aggregate {
    /// Weights of repeats with these losses, summing to 1. Repeats that diverged (a loss that
    /// is not finite) have weight 0; if all did, they share it.
    pub fn weights(self, losses: &[f32]) -> Vec<f32> {
        let finite: Vec<usize> = (0..losses.len()).filter(|&i| losses[i].is_finite()).collect();
        let lowest = finite.iter().copied().min_by(|&a, &b| losses[a].total_cmp(&losses[b]));
        let highest = finite.iter().copied().max_by(|&a, &b| losses[a].total_cmp(&losses[b]));
        let (Some(lowest), Some(highest)) = (lowest, highest) else {
            return vec![1.0 / losses.len() as f32; losses.len()];
        };
        let mut weights = vec![0.0; losses.len()];
        for &i in &finite {
            weights[i] = match self {
                Self::Lowest => f32::from(i == lowest),
                Self::Mean => 1.0,
                Self::DropWorst => f32::from(i != highest || finite.len() == 1),
                // Relative to the lowest, so that tiny losses do not overflow.
                Self::InverseSquare => (losses[lowest].max(1e-12) / losses[i].max(1e-12)).powi(2),
            };
        }
        let sum: f32 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= sum);
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_by_hand() {
        let losses = [0.2, 0.1, 0.4, f32::NAN];
        assert_eq!(Aggregate::Lowest.weights(&losses), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(Aggregate::DropWorst.weights(&losses), [0.5, 0.5, 0.0, 0.0]);
        assert!(Aggregate::Mean.weights(&losses)[..3].iter().all(|w| (w - 1.0 / 3.0).abs() < 1e-6));
        let inverse = Aggregate::InverseSquare.weights(&losses);
        assert!((inverse[0] / inverse[1] - 0.25).abs() < 1e-6 && inverse[3] == 0.0);
        assert_eq!(Aggregate::DropWorst.weights(&[0.5]), [1.0]);
        assert_eq!(Aggregate::Mean.weights(&[f32::NAN; 2]), [0.5, 0.5]);
    }
}
