//! What a backend trains of a network.

use toy::network::Network;

/// A share of a valid network's models.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is trained.
    pub network: Network,
    /// The models of the share that it began with, which are also their keys in the random streams.
    pub models: Vec<u32>,
}

impl Plan {
    /// Some models of a network, in this order.
    pub fn new(network: &Network, models: &[u32]) -> Self {
        Self { network: network.clone(), models: models.to_vec() }
    }
}
