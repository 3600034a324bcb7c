//! The runs of a page, as a state machine: from a spec that was changed to workers that train, and
//! from their reports to what is shown.
//!
//! A [`Trainer`] knows no clock, no thread and no page. Its owner tells it what happened, an
//! [`Event`] at a time, and does what it asks for, [`Effect`]s: start a worker, send a request,
//! wait for a moment, show something. What it is up to is read off it: [`Trainer::stage`],
//! [`Trainer::engine`], [`Trainer::progress`]. So every order of events can be tested without a
//! browser.
//!
//! - A request carries a number that its answers repeat; an answer with another number changes
//!   nothing.
//! - Workers send checkpoints as they train. When the GPU is lost or a worker dies, the run goes on
//!   from the last ones: on a new device, or on the CPU if that happens again within a minute.
//! - Checkpoints of a run that takes long are handed out to be kept, and can be gone on from later.

mod assignment;
mod begin;
mod checkpoints;
mod event;
mod faults;
mod pool;
mod progress;
mod reader;
mod reports;
mod run;
mod speeds;
mod stage;
mod trainer;

pub use checkpoints::{Kept, Saved};
pub use event::{Effect, Event, Habits, Order, Shown};
pub use faults::sentence;
pub use pool::WorkerId;
pub use progress::Progress;
pub use stage::{Engine, Stage};
pub use trainer::Trainer;
