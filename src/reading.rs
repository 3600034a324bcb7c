//! What sentences of the article set, and the ways back from it.

use crate::address;
use crate::front::Front;
use crate::state::State;
use leptos::prelude::*;

/// What the article has set; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Reading {
    /// The link of the sentence that the instrument shows.
    active: RwSignal<Option<String>>,
    /// The link to what the reader had set before the first sentence.
    own: RwSignal<Option<String>>,
    state: State,
}

impl Reading {
    /// Goes where the browser's buttons lead, and links of other pages, from now on.
    pub fn follow(state: State) -> Self {
        let reading = Self { active: RwSignal::new(None), own: RwSignal::new(None), state };
        Front::here().shows(move |query| {
            reading.active.set(None);
            state.open(query);
        });
        reading
    }

    /// Shows what a sentence talks about.
    pub fn show(self, link: &str) {
        if self.own.with_untracked(Option::is_none) {
            self.own.set(Some(self.state.share()));
        }
        self.turn(link);
        self.active.set(Some(link.to_owned()));
    }

    /// Goes back to what the reader had set before the first sentence.
    pub fn back(self) {
        if let Some(own) = self.own.get_untracked() {
            self.turn(own.split_once('?').map_or("", |(_, query)| query));
            self.own.set(None);
        }
        self.active.set(None);
    }

    /// Whether there is anything to go back to.
    pub fn strayed(self) -> bool {
        self.own.with(Option::is_some)
    }

    /// The link of the sentence whose settings these are, if nothing was changed since.
    pub fn active(self) -> Option<String> {
        let link = self.active.get()?;
        let (sweep, ..) = crate::view::open(&link);
        self.state.sweep.with(|now| *now == sweep).then_some(link)
    }

    fn turn(self, link: &str) {
        let before = self.state.share();
        self.state.show(link);
        address::turn(&before, &self.state.share());
    }
}
