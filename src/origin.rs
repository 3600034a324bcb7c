//! Where results are from that were not trained on this page.

use crate::shipped::Shipped;

/// Where results are from, if the page did not train them.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A reader's file, by its name.
    File(String),
    /// A file that comes with the page.
    Shipped(Shipped),
}

impl Origin {
    /// It in a few words: `from file run.json`.
    pub fn words(&self) -> String {
        match self {
            Self::File(name) => format!("from file {name}"),
            Self::Shipped(shipped) => shipped.words(),
        }
    }

    /// Whether it came with the page.
    pub const fn is_shipped(&self) -> bool {
        matches!(self, Self::Shipped(_))
    }
}
