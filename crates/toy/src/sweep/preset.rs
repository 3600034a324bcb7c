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
        help: "Ten models a pixel, the one with the highest loss left out, the rest averaged; axes as in the paper's figure.",
        view: (),
        ours: &["grid", "batch", "steps", "lr", "schedule", "init-std"],
        spec: || Sweep { repeats: 10, aggregate: Aggregate::DropWorst, ..sampled() },
    },
    Preset {
        name: "repro-superposition",
        label: "repro-superposition",
        help: "The published PyTorch script: 256 x 256 pixels, mean of 16 models, AdamW with a quarter cosine, and an initial spread that shrinks with how models were packed.",
        view: (),
        ours: &["seed"],
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
        help: "The published PyTorch script: 50 x 50 pixels, ten models a pixel weighted by 1/loss², 5,000 steps of AdamW at a constant rate. All 25,000 models are one tensor there, which makes the initial spread small, and one mean loss, which makes Adam's epsilon 25,000 times as large for each.",
        view: (),
        ours: &["seed"],
        spec: || {
            let (columns, rows, repeats) = (50, 50, 10);
            let models = f64::from(columns * rows * repeats);
            Sweep {
                columns,
                rows,
                repeats,
                aggregate: Aggregate::InverseSquare,
                steps: 5_000,
                schedule: Schedule::Constant,
                // AdamW's default.
                weight_decay: 0.01,
                // Xavier over the tensor (10, 50, 50, m, n) with n = 2, m = 1: fans of 5,000 and 1,000.
                init: Init::Std((2.0f64 / 6_000.0).sqrt()),
                // A model's gradient is divided by all models; Adam does not see that but here.
                epsilon: 1e-8 * models,
                ..sampled()
            }
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

    /// The published script of zfurman56, value for value.
    #[test]
    fn zfurman56_is_as_published() {
        let sweep = Sweep::preset("zfurman56").map(|preset| (preset.spec)()).unwrap_or_default();
        for (name, value) in [
            ("features", "2"),
            ("hidden", "1"),
            ("bias", "on"),
            ("grid", "50"),
            ("importance", "0.1..10"),
            ("density", "1..0.01"),
            ("data", "sampled"),
            ("batch", "1024"),
            ("repeats", "10"),
            ("aggregate", "inverse-square"),
            ("steps", "5000"),
            ("lr", "0.001"),
            ("schedule", "constant"),
            ("weight-decay", "0.01"),
            ("beta1", "0.9"),
            ("beta2", "0.999"),
            ("epsilon", "0.00025"),
        ] {
            let mut same = sweep.clone();
            assert_eq!(same.set(name, value), Ok(()));
            assert_eq!(same, sweep, "{name}");
        }
        assert!((sweep.init.std(2, 1) - 0.01826).abs() < 5e-6);
    }

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
