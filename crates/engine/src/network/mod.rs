//! Training networks, on the CPU or a GPU.

mod run;
mod trial;

pub use crate::cpu::network::Measurer;
pub use run::NetworkRun;
pub(crate) use trial::Trial;
