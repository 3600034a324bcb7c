//! Translation through a bottleneck: how many features of a language with known features pass through
//! `k` dimensions between an encoder and a decoder, and how.

pub mod architecture;
pub mod base;
pub mod baseline;
pub mod bleu;
pub mod decode;
pub mod describe;
pub mod geometry;
pub mod language;
pub mod measure;
pub mod pairs;
pub mod probe;
pub mod shape;
pub mod snapshot;
pub mod table;
pub mod text;
pub mod train;
pub mod vocabulary;

pub use architecture::Bottleneck;
pub use base::Base;
pub use describe::{Translation, TranslationError};
pub use geometry::Geometry;
pub use measure::Measures;
pub use snapshot::{Beside, Brief, Snapshot};
pub use text::Text;
