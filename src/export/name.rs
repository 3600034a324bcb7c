//! Names of files that tell what is in them.

use toy::{Spec, Sweep};

/// `superphase-n2-m1-64x64-exact-300steps-8x-seed0-trained-phase.svg`; an empty layer is left out.
pub fn file_name(sweep: &Sweep, trained: bool, diagram: &str, layer: &str, ending: &str) -> String {
    let Sweep { features, hidden, columns, rows, steps, repeats, seed, .. } = sweep;
    let data = sweep.text("data");
    let layer = if layer.is_empty() { String::new() } else { format!("-{layer}") };
    // Theory has no steps, no repeats and no seed.
    let training = match trained {
        true => format!("{data}-{steps}steps-{repeats}x-seed{seed}-"),
        false => String::new(),
    };
    format!("superphase-n{features}-m{hidden}-{columns}x{rows}-{training}{diagram}{layer}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_sweep() {
        let name = |diagram, layer| {
            file_name(&Sweep::default(), diagram == "trained", diagram, layer, "svg")
        };
        assert_eq!(
            name("trained", ""),
            "superphase-n2-m1-64x64-exact-300steps-8x-seed0-trained.svg"
        );
        assert_eq!(name("theory", "phase"), "superphase-n2-m1-64x64-theory-phase.svg");
    }
}
