//! Trains a sweep on whatever the machine has: one [`Engine`], a GPU and a CPU backend behind it.
//!
//! The engine knows no page: natively it is driven by the command line, in the browser by a web
//! worker. A [`Run`] is advanced slice by slice, so its owner can pause, stop or look at any time.

pub mod check;
pub mod cpu;
pub mod gpu;
pub mod pace;
pub mod plan;
mod run;
pub mod study;
mod trial;

pub use run::{Engine, EngineError, Found, Run};
pub use study::StudyRun;
pub use wire::{Choice, Kind};
