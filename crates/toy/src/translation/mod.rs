//! Translation through a bottleneck: how many features of a language with known features pass through
//! `k` dimensions between an encoder and a decoder, and how.

pub mod architecture;
pub mod bleu;
pub mod decode;
pub mod language;
pub mod pairs;
pub mod probe;
pub mod shape;
pub mod text;
pub mod train;
pub mod vocabulary;
