//! Training bottlenecks in a translation model, on the CPU.

mod measurer;
mod run;

pub use measurer::Measurer;
pub use run::TranslationRun;
