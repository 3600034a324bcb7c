//! The experiment "Translation": bottlenecks in a translation model, trained while one watches.
//!
//! As on the other experiments' pages one way only: the address gives a [`state::Page`]; the form
//! changes it; the run and the address follow; figures are texts drawn from what the run has found.

mod figures;
mod found;
mod link;
mod page;
mod run;
mod sentences;
mod state;
mod take;

pub use link::{TRANSLATION, open};
pub use page::TranslationPage;
