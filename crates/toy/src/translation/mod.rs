//! Translation through a bottleneck: how many features of a language with known features pass through
//! `k` dimensions between an encoder and a decoder, and how.

pub mod bleu;
pub mod language;
pub mod pairs;
pub mod vocabulary;
