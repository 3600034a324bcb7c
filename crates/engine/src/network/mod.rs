//! Training networks, on the CPU or a GPU.

mod run;

pub use crate::cpu::network::Measurer;
pub use run::NetworkRun;
