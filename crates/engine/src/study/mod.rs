//! Training studies: batches of models too large for the diagram's kernels.

mod plan;
mod run;
mod trial;

pub use plan::Plan;
pub use run::StudyRun;
pub(crate) use trial::Trial;
