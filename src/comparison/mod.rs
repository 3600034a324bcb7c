//! The comparison: a table of every model that was kept or loaded, across architectures, and a
//! picture of it.

mod page;
mod picture;
mod rows;

pub use page::{ComparisonPage, compares};
pub use rows::Keep;
