//! Everything that is set on an experiment's page, as signals.

use super::link::{Opened, query};
use super::views::Name;
use crate::address::{at, keep};
use crate::bar::toggle;
use crate::front::Front;
use crate::keys::{Keyed, Keys};
use crate::training::{Event, Training};
use crate::undo::Past;
use leptos::prelude::*;
use toy::spec::{Preset, Spec, command};
use wire::Choice;

/// What trains on a page, a handle.
pub trait Run: Copy + Send + Sync + 'static {
    /// The trainer of it.
    fn training(self) -> Training;
}

/// The page's state: `S` describes what is trained, by `R`; copies are handles to the same.
pub struct Page<S: Spec, R: Run> {
    /// The experiment.
    pub name: Name,
    /// The preset chosen last.
    pub preset: RwSignal<&'static str>,
    /// What is to be trained: always valid.
    pub spec: RwSignal<S>,
    /// Which engine is asked for.
    pub choice: RwSignal<Choice>,
    /// Whether the figure alone is shown.
    pub embed: bool,
    /// What could not be used of the link.
    pub notices: RwSignal<Vec<String>>,
    /// Counts changes made elsewhere than in the form, whose fields then forget what was typed.
    pub outside: RwSignal<u32>,
    /// The link to this state.
    pub link: Memo<String>,
    /// The run.
    pub run: R,
    /// Presets and specs to go back to.
    past: Past<(&'static str, S)>,
}

impl<S: Spec, R: Run> Clone for Page<S, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Spec, R: Run> Copy for Page<S, R> {}

impl<S: Spec, R: Run> Page<S, R> {
    /// The state that a link describes; the address follows it, and what `follow` makes trains it.
    /// When the page is asked for another link, `read` reads it.
    pub fn new(
        opened: Opened<S>,
        read: fn(&str) -> Option<Opened<S>>,
        follow: impl FnOnce(RwSignal<S>, RwSignal<Choice>) -> R,
    ) -> Self {
        let Opened { name, preset, spec, choice, embed, notices } = opened;
        let (spec, choice) = (RwSignal::new(spec), RwSignal::new(choice));
        let preset = RwSignal::new(preset.name);
        let link =
            Memo::new(move |_| at(&query(name, base(preset.get()), &spec.get(), choice.get())));
        if !embed {
            keep(name.0, link);
        }
        let page = Self {
            name,
            preset,
            spec,
            choice,
            embed,
            notices: RwSignal::new(notices),
            outside: RwSignal::new(0),
            link,
            run: follow(spec, choice),
            past: Past::of(Memo::new(move |_| (preset.get(), spec.get())).into()),
        };
        Front::here().shows(move |query| read(query).into_iter().for_each(|it| page.show(it)));
        page
    }

    /// Sets what a link says.
    fn show(self, opened: Opened<S>) {
        self.load((opened.preset.name, opened.spec));
        if self.choice.get_untracked() != opened.choice {
            self.choice.set(opened.choice);
        }
        self.notices.set(opened.notices);
    }

    /// What trains.
    pub fn training(self) -> Training {
        self.run.training()
    }

    /// The command line that trains the same.
    pub fn command(self) -> Signal<String> {
        let base = move || base(self.preset.get());
        Signal::derive(move || self.spec.with(|spec| command::line("study", spec, Some(base()))))
    }

    /// Goes to a preset.
    pub fn adopt(self, name: &str) {
        if let Some(preset) = S::preset(name) {
            self.load((preset.name, (preset.spec)()));
        }
    }

    /// Sets preset and spec, from elsewhere than the form.
    pub fn load(self, (preset, spec): (&'static str, S)) {
        self.preset.set(preset);
        self.change(spec);
        self.outside.update(|count| *count += 1);
    }

    fn change(self, spec: S) {
        if self.spec.with_untracked(|before| *before != spec) {
            self.spec.set(spec);
        }
    }

    /// Whether there is anything to undo.
    pub fn can_undo(self) -> bool {
        self.past.can_undo()
    }

    /// Goes back to what was set before the last change.
    pub fn undo(self) {
        let now = (self.preset.get_untracked(), self.spec.get_untracked());
        if let Some(before) = self.past.undo(&now) {
            self.load(before);
        }
    }

    /// Sets a parameter from text.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what is allowed; nothing has changed then.
    pub fn set(self, name: &str, text: &str) -> Result<(), String> {
        let mut spec = self.spec.get_untracked();
        spec.set(name, text).map_err(|error| error.to_string())?;
        spec.validate().map_err(|error| error.to_string())?;
        self.change(spec);
        Ok(())
    }
}

/// Keys of these pages alone.
pub const KEYS: Keys = &[("Esc", "take back what was typed, in a control")];

impl<S: Spec, R: Run> Keyed for Page<S, R> {
    fn toggle(&self) {
        toggle(self.training());
    }

    fn step(&self) {
        self.training().tell(Event::Step(1));
    }

    fn reset(&self) {
        self.training().tell(Event::Reset);
    }

    fn undo(&self) {
        Page::undo(*self);
    }
}

/// The preset of this name, or the first.
fn base<S: Spec>(name: &str) -> &'static Preset<S> {
    S::preset(name).unwrap_or(&S::PRESETS[0])
}
