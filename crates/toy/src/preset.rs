//! Named sweeps: the published protocols and our own.

use crate::sweep::{Data, Sweep};
use crate::{aggregate::Aggregate, init::Init, schedule::Schedule};

/// A sweep worth a name.
pub struct Preset {
    /// Name in links and flags.
    pub name: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// Where it comes from and what it shows, in a sentence or two.
    pub help: &'static str,
    /// Makes the sweep, for two features; any parameter can be changed afterwards.
    pub sweep: fn() -> Sweep,
}

/// Every preset; the first is the default sweep.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "noise-free",
        label: "Noise-free",
        help: "Exact gradients of the population loss, lowest loss of 8 repeats: the clean phases in a moment.",
        sweep: Sweep::default,
    },
    Preset {
        name: "paper",
        label: "Paper (Elhage et al. 2022)",
        help: "Ten models a pixel, the one with the highest loss left out, the rest averaged. The paper states no grid or training length; these are ours.",
        sweep: || Sweep { repeats: 10, aggregate: Aggregate::DropWorst, ..sampled() },
    },
    Preset {
        name: "repro-superposition",
        label: "repro-superposition",
        help: "The published PyTorch script: 256 x 256 pixels, mean of 16 models, AdamW with a quarter cosine, and an initial spread that shrinks with how models were packed.",
        sweep: || Sweep {
            columns: 256,
            rows: 256,
            repeats: 16,
            aggregate: Aggregate::Mean,
            weight_decay: 0.01,
            init: Init::Packed(4096),
            ..sampled()
        },
    },
    Preset {
        name: "zfurman56",
        label: "zfurman56",
        help: "A 50 x 50 reproduction: ten models a pixel, weighted by 1/loss², 5,000 steps.",
        sweep: || Sweep {
            columns: 50,
            rows: 50,
            repeats: 10,
            aggregate: Aggregate::InverseSquare,
            steps: 5_000,
            ..sampled()
        },
    },
];

/// What the sampled protocols share.
fn sampled() -> Sweep {
    Sweep {
        data: Data::Sampled,
        batch: 1024,
        steps: 10_000,
        lr: 1e-3,
        schedule: Schedule::Cosine,
        ..Sweep::default()
    }
}

impl Preset {
    /// This protocol for the model that a sweep trains: its features, hidden dimensions and biases.
    pub fn for_model_of(&self, sweep: &Sweep) -> Sweep {
        let Sweep { features, hidden, bias, .. } = *sweep;
        let adopted = Sweep { features, hidden, bias, ..(self.sweep)() };
        // Exact data has no room for many features.
        if adopted.validate().is_ok() { adopted } else { (self.sweep)() }
    }
}

/// The diagram of one sweep, trained by the protocol of another: the same pixels of the same
/// models, so that the two can be compared pixel by pixel.
pub fn with_protocol(diagram: &Sweep, protocol: &Sweep) -> Sweep {
    let Sweep { features, hidden, columns, rows, importance, density, .. } = *diagram;
    let mut sweep =
        Sweep { features, hidden, columns, rows, importance, density, ..protocol.clone() };
    sweep.repair();
    sweep
}

/// The preset of this name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|p| p.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_valid_sweep() {
        for preset in PRESETS {
            assert_eq!((preset.sweep)().validate(), Ok(()), "{}", preset.name);
        }
        assert_eq!((PRESETS[0].sweep)(), Sweep::default());
    }

    #[test]
    fn protocols_move_to_other_diagrams() {
        let large = Sweep { features: 6, hidden: 2, data: Data::Sampled, ..Sweep::default() };
        let large = Sweep { columns: 300, rows: 200, repeats: 1, ..large };
        for preset in PRESETS {
            let moved = with_protocol(&large, &(preset.sweep)());
            assert_eq!(moved.validate(), Ok(()), "{}", preset.name);
            assert_eq!((moved.features, moved.columns, moved.rows), (6, 300, 200));
            assert_eq!(moved.steps, (preset.sweep)().steps);
            assert_eq!(preset.for_model_of(&large).validate(), Ok(()));
        }
    }
}
