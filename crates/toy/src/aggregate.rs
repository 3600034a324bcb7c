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
        let mut weights = losses.to_vec();
        self.weigh(&mut weights);
        weights
    }

    /// Puts [`weights`](Self::weights) in the place of losses.
    pub fn weigh(self, losses: &mut [f32]) {
        let finite = || (0..).zip(&*losses).filter(|(_, loss)| loss.is_finite());
        let lowest = finite().min_by(|a, b| a.1.total_cmp(b.1)).map(|(i, &loss)| (i, loss));
        let highest = finite().max_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
        let (Some((lowest, least)), Some(highest)) = (lowest, highest) else {
            return losses.fill(1.0 / losses.len() as f32);
        };
        let alone = finite().count() == 1;
        let mut sum = 0.0;
        for (i, weight) in losses.iter_mut().enumerate() {
            *weight = match self {
                _ if !weight.is_finite() => 0.0,
                Self::Lowest => f32::from(i == lowest),
                Self::Mean => 1.0,
                Self::DropWorst => f32::from(i != highest || alone),
                // Relative to the lowest, so that tiny losses do not overflow.
                Self::InverseSquare => (least.max(1e-12) / weight.max(1e-12)).powi(2),
            };
            sum += *weight;
        }
        losses.iter_mut().for_each(|weight| *weight /= sum);
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
