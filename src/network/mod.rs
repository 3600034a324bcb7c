//! The experiment "Transformer": networks made of operations, trained while one watches.
//!
//! As on the other experiments' pages one way only: the address gives a [`state::Page`]; the form
//! changes it; the run and the address follow; figures are texts drawn from what the run has found.

mod compare;
mod figures;
mod found;
mod link;
mod page;
mod run;
mod state;
mod take;

pub use compare::ComparisonPage;
pub use link::{COMPARISON, TRANSFORMER, compares, open};
pub use page::NetworkPage;
