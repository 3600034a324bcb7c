//! The experiment "Translation": bottlenecks in a translation model, trained while one watches.
//!
//! As on the other experiments' pages one way only: the address gives a [`crate::experiment::Page`]; the form
//! changes it; the run and the address follow; figures are texts drawn from what the run has found.

mod figures;
mod found;
mod own;
mod page;
mod sentences;
mod take;
mod units;

pub use page::{TranslationPage, open};
