//! What is trained on the experiment's page.

use super::found::Found;
use crate::experiment::{self, FilmRun};
use toy::network::Network;
use toy::study::Wanted;
use trainer::Order;
use wire::Choice;

/// The state of the experiment's page.
pub type Page = experiment::Page<Network, FilmRun<Found>>;

/// Frames of the film of a run.
const FRAMES: u32 = 31;
/// Parameters of a run up to which they are sent to the page.
const MANY: u64 = 300_000;

/// What to train for a network; the weights of many are not sent.
pub fn order(network: &Network, choice: Choice) -> Order {
    let few = network.models() * network.parameters() <= MANY;
    let wanted = if few { Wanted::WEIGHTS } else { Wanted::MEASURES };
    Order { wanted, frames: FRAMES, ..Order::of(network.clone().into(), choice) }
}
