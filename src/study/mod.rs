//! Experiments beside the phase diagram: studies of larger models, each under a view of its own.
//!
//! As on the rest of the page one way only: the address gives a [`crate::experiment::Page`]; the form changes
//! it; the run and the address follow; figures are texts drawn from what the run has found.

pub mod figures;
mod link;
mod load;
mod losses;
mod page;
mod run;
mod take;
mod words;

pub use link::open;
pub use page::StudyPage;
