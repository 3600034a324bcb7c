//! Everything that is set on the experiment's page, as signals.

use super::link::{Opened, TRANSLATION, query};
use super::run::TranslationRun;
use crate::address::{at, keep};
use crate::keys::{Keyed, Keys};
use crate::undo::Past;
use leptos::prelude::*;
use toy::spec::Preset;
use toy::spec::{Spec, command};
use toy::translation::Translation;
use wire::Choice;

/// The page's state; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Page {
    /// The preset chosen last.
    pub preset: RwSignal<&'static str>,
    /// What is to be trained: always valid.
    pub translation: RwSignal<Translation>,
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
    pub run: TranslationRun,
    /// Presets and runs to go back to.
    past: Past<(&'static str, Translation)>,
}

impl Page {
    /// The state that a link describes; the address follows it.
    pub fn new(opened: Opened) -> Self {
        let Opened { preset, translation, choice, embed, notices } = opened;
        let (translation, choice) = (RwSignal::new(translation), RwSignal::new(choice));
        let preset = RwSignal::new(preset.name);
        let link =
            Memo::new(move |_| at(&query(base(preset.get()), &translation.get(), choice.get())));
        if !embed {
            keep(TRANSLATION.0, link);
        }
        Self {
            preset,
            translation,
            choice,
            embed,
            notices: RwSignal::new(notices),
            outside: RwSignal::new(0),
            link,
            run: TranslationRun::follow(translation, choice),
            past: Past::of(Memo::new(move |_| (preset.get(), translation.get())).into()),
        }
    }

    /// The command line that trains the same.
    pub fn command(self) -> Signal<String> {
        let base = move || base(self.preset.get());
        Signal::derive(move || {
            self.translation.with(|own| command::line("study", own, Some(base())))
        })
    }

    /// Goes to a preset.
    pub fn adopt(self, name: &str) {
        if let Some(preset) = Translation::preset(name) {
            self.load((preset.name, (preset.spec)()));
        }
    }

    /// Sets preset and translation, from elsewhere than the form.
    fn load(self, (preset, translation): (&'static str, Translation)) {
        self.preset.set(preset);
        if self.translation.with_untracked(|before| *before != translation) {
            self.translation.set(translation);
        }
        self.outside.update(|count| *count += 1);
    }

    /// Whether there is anything to undo.
    pub fn can_undo(self) -> bool {
        self.past.can_undo()
    }

    /// Goes back to what was set before the last change.
    pub fn undo(self) {
        let now = (self.preset.get_untracked(), self.translation.get_untracked());
        if let Some(before) = self.past.undo(&now) {
            self.load(before);
        }
    }

    /// Sets a parameter from text.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what is allowed; nothing has changed then.
    pub fn set(self, name: &str, text: &str) -> Result<(), String> {
        let mut translation = self.translation.get_untracked();
        translation.set(name, text).map_err(|error| error.to_string())?;
        translation.validate().map_err(|error| error.to_string())?;
        if self.translation.with_untracked(|before| *before != translation) {
            self.translation.set(translation);
        }
        Ok(())
    }
}

/// Keys of this page alone.
pub const KEYS: Keys = &[("Esc", "take back what was typed, in a control")];

impl Keyed for Page {
    fn toggle(&self) {
        self.run.toggle();
    }

    fn step(&self) {
        self.run.step();
    }

    fn reset(&self) {
        self.run.reset();
    }

    fn undo(&self) {
        Page::undo(*self);
    }
}

/// The preset of this name, or the first.
fn base(name: &str) -> &'static Preset<Translation> {
    Translation::preset(name).unwrap_or(&Translation::PRESETS[0])
}
