//! The experiment "Transformer": networks made of operations, trained while one watches.
//!
//! As on the other experiments' pages one way only: the address gives a [`crate::experiment::Page`]; the form
//! changes it; the run and the address follow; figures are texts drawn from what the run has found.

mod figures;
mod found;
mod load;
mod page;
mod run;
mod take;

pub use page::{NetworkPage, open};
