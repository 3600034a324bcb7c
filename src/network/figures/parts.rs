//! What all parts of the figures have in common.

use crate::diagram::colour::{BLUE, Rgb};
use crate::diagram::number::three;
use toy::network::{Network, Snapshot};

/// What a network's panel is called.
pub fn name(network: &Network, snapshot: &Snapshot) -> String {
    if network.shared {
        return "all densities".into();
    }
    let density = network.density_at(network.place(snapshot.model).0);
    format!("density {}", three(density))
}

/// A feature's colour, from the most important on.
pub fn feature_colour(feature: usize, features: usize) -> Rgb {
    let part = feature as f64 / features.max(2).saturating_sub(1) as f64;
    BLUE.mix(Rgb(0xE0, 0xA8, 0x20), part)
}

/// A value that can be drawn.
pub fn drawable(value: f32) -> f64 {
    if value.is_finite() { f64::from(value) } else { 0.0 }
}
