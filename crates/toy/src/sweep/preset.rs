//! Named sweeps: the published protocols and our own.

use super::describe::{Data, Sweep};
use crate::aggregate::Aggregate;
use crate::init::Init;
use crate::schedule::Schedule;
use crate::spec::{Preset, Spec};

/// Every preset; the first is the default sweep.
pub const PRESETS: &[Preset<Sweep>] = &[
    Preset {
        name: "noise-free",
        label: "Noise-free",
        help: "Exact gradients of the population loss, lowest loss of 8 repeats: the clean phases in a moment.",
        view: (),
        ours: &[],
        spec: Sweep::default,
    },
    Preset {
        name: "paper",
        label: "Paper (Elhage et al. 2022)",
        help: "Ten models a pixel, the one with the highest loss left out, the rest averaged. The paper states no grid or training length; these are ours.",
        view: (),
        ours: &[],
        spec: || Sweep { repeats: 10, aggregate: Aggregate::DropWorst, ..sampled() },
    },
    Preset {
        name: "repro-superposition",
        label: "repro-superposition",
        help: "The published PyTorch script: 256 x 256 pixels, mean of 16 models, AdamW with a quarter cosine, and an initial spread that shrinks with how models were packed.",
        view: (),
        ours: &[],
        spec: || Sweep {
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
        view: (),
        ours: &[],
        spec: || Sweep {
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

impl Preset<Sweep> {
    /// This protocol for the model that a sweep trains: its features, hidden dimensions and biases.
    pub fn for_model_of(&self, sweep: &Sweep) -> Sweep {
        let Sweep { features, hidden, bias, .. } = *sweep;
        let adopted = Sweep { features, hidden, bias, ..(self.spec)() };
        // Exact data has no room for many features.
        if adopted.validate().is_ok() { adopted } else { (self.spec)() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_move_to_other_diagrams() {
        let large = Sweep { features: 6, hidden: 2, data: Data::Sampled, ..Sweep::default() };
        let large = Sweep { columns: 300, rows: 200, repeats: 1, ..large };
        for preset in PRESETS {
            let moved = with_protocol(&large, &(preset.spec)());
            assert_eq!(moved.validate(), Ok(()), "{}", preset.name);
            assert_eq!((moved.features, moved.columns, moved.rows), (6, 300, 200));
            assert_eq!(moved.steps, (preset.spec)().steps);
            assert_eq!(preset.for_model_of(&large).validate(), Ok(()));
        }
    }
}
