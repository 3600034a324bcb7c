//! What the pages of all experiments have in common, whatever they train.
//!
//! One way only: the address gives a [`Page`]; the form changes it; the run and the address follow;
//! figures are texts drawn from what the run has found. An experiment has its own run or uses
//! [`FilmRun`], and gives [`layout`] its text and its figure.

mod film;
mod layout;
pub mod link;
mod page;
mod parts;
mod run;
mod take;
mod views;

pub use film::{Film, Frame, merge, place};
pub use layout::{About, layout};
pub use link::Opened;
pub use page::{Page, Run};
pub use parts::{measured, saves, scrubber};
pub use run::{FilmRun, Hear, habits};
pub use take::{Content, File, take};
pub use views::{COMPARISON, Name, TRANSFORMER, TRANSLATION, Views};
