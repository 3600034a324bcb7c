//! Training networks, on the CPU or a GPU.

mod plan;
mod run;
mod trial;

pub use crate::cpu::network::Measurer;
pub use plan::Plan;
pub use run::NetworkRun;
pub(crate) use trial::Trial;
