//! Losses that networks are held against, as means over features, weighted by importance.

use super::describe::{Network, Task};

/// What losses at one density compare with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference {
    /// Output 0 whatever the input: the second moment.
    pub nothing: f64,
    /// The best constant output, half the density: the variance. In retrieval, chance.
    pub constant: f64,
    /// The `d` most important features exact, the others at their constant: what `d` dimensions can
    /// do without superposition. In retrieval, `M` dimensions are left for the keys.
    pub exact: f64,
}

impl Reference {
    /// The references of a network at one of its densities.
    pub fn new(network: &Network, instance: u32) -> Self {
        let (p, n) = (network.density_at(instance), f64::from(network.features));
        let variance = p / 3.0 - p * p / 4.0;
        let room = match network.task {
            Task::Identity => network.width,
            Task::Retrieval => network.width.saturating_sub(network.keys),
        };
        let importances = network.importances();
        let mean = |from: usize| importances.iter().skip(from).sum::<f64>() / n;
        Self {
            nothing: mean(0) * p / 3.0,
            constant: mean(0) * variance,
            exact: mean(room as usize) * variance,
        }
    }

    /// Means over all densities.
    pub fn mean(network: &Network) -> Self {
        let all: Vec<Self> =
            (0..network.instances).map(|instance| Self::new(network, instance)).collect();
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        Self {
            nothing: mean(|r| r.nothing),
            constant: mean(|r| r.constant),
            exact: mean(|r| r.exact),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    /// The numbers beside the published logs.
    #[test]
    fn means_over_the_published_densities() {
        for (name, expected) in [
            ("transformer-as-published", [0.018069, 0.009597, 3.19e-4]),
            ("transformer-large-as-published", [0.008868, 0.004855, 5.72e-6]),
        ] {
            let network = Network::preset(name).map(|p| (p.spec)()).unwrap_or_default();
            let Reference { nothing, constant, exact } = Reference::mean(&network);
            for (found, expected) in [nothing, constant, exact].into_iter().zip(expected) {
                assert!((found / expected - 1.0).abs() < 3e-3, "{name}: {found} {expected}");
            }
        }
    }
}
