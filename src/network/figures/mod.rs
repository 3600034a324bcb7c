//! The figures of networks, as texts. Pure functions of what a run has found; no browser needed.

mod directions;
mod losses;
mod moved;
mod parts;
mod responses;
mod retrieval;

use super::found::Found;
use crate::export::ink::Drawn;
use crate::study::figures::sheet::Sheet;
use toy::network::{Network, Snapshot, Task};

/// How figures are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Width there is, in the figure's units.
    pub width: f64,
    /// Site of the residual stream whose directions are shown.
    pub site: usize,
    /// Frame of the film that is shown.
    pub frame: usize,
}

/// Draws everything; nothing has been found yet when there is `None`.
pub fn draw(found: &Found, look: Look) -> Option<Drawn> {
    let network = &found.network;
    let frame = found.film.frame(look.frame)?;
    let (initial, now) = (best(network, found.film.initial()), best(network, &frame.snapshots));
    let begun = frame.step > 0;
    let mut sheet = Sheet::new(look.width, begun);
    let mut y = losses::draw(&mut sheet, network, &frame.snapshots, 0.0);
    y = losses::curves(&mut sheet, network, &frame.snapshots, y);
    if network.task == Task::Retrieval {
        y = retrieval::draw(&mut sheet, network, &now, y);
    }
    y = responses::draw(&mut sheet, network, &now, y);
    y = directions::draw(&mut sheet, network, &initial, &now, look.site, y);
    y = moved::draw(&mut sheet, network, &now, y);
    let represented = now.iter().map(|s| s.measures.represented().to_string());
    let words = format!(
        "At step {} the networks represent {} of {} features, from the first density to the last.",
        frame.step,
        represented.collect::<Vec<_>>().join(", "),
        network.features
    );
    Some(sheet.finish(y, "Networks: losses, responses and feature directions", &words))
}

/// Of each density, or of all that share one, the network of lowest loss.
fn best<'a>(network: &Network, all: &'a [Snapshot]) -> Vec<&'a Snapshot> {
    let groups = if network.shared { 1 } else { network.instances };
    let loss = |s: &Snapshot| {
        let sum: f32 = s.measures.loss.iter().sum();
        if sum.is_nan() { f32::MAX } else { sum }
    };
    let of = |group: u32| {
        let own = all.iter().filter(move |s| network.place(s.model).0 == group);
        own.min_by(|a, b| loss(a).total_cmp(&loss(b)))
    };
    (0..groups).filter_map(of).collect()
}

#[cfg(test)]
mod tests;
