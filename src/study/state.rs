//! Everything that is set on an experiment's page, as signals.

use super::link::{Opened, query};
use super::run::StudyRun;
use crate::address::{at, keep};
use crate::keys::{Keyed, Keys};
use crate::undo::Past;
use leptos::prelude::*;
use toy::Study;
use toy::spec::{Spec, command};
use toy::study::preset::{Preset, View};
use wire::Choice;

/// The page's state; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Page {
    /// The experiment.
    pub view: View,
    /// The preset chosen last.
    pub preset: RwSignal<&'static str>,
    /// What is to be trained: always valid.
    pub study: RwSignal<Study>,
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
    pub run: StudyRun,
    /// Presets and studies to go back to.
    past: Past<(&'static str, Study)>,
}

impl Page {
    /// The state that a link describes; the address follows it.
    pub fn new(opened: Opened) -> Self {
        let Opened { view, preset, study, choice, embed, notices } = opened;
        let (study, choice) = (RwSignal::new(study), RwSignal::new(choice));
        let preset = RwSignal::new(preset.name);
        let link = Memo::new(move |_| {
            at(&query(view, base(view, preset.get()), &study.get(), choice.get()))
        });
        if !embed {
            keep(view.word(), link);
        }
        Self {
            view,
            preset,
            study,
            choice,
            embed,
            notices: RwSignal::new(notices),
            outside: RwSignal::new(0),
            link,
            run: StudyRun::follow(view, study, choice),
            past: Past::of(Memo::new(move |_| (preset.get(), study.get())).into()),
        }
    }

    /// The command line that trains the same.
    pub fn command(self) -> Signal<String> {
        let base = move || base(self.view, self.preset.get());
        Signal::derive(move || self.study.with(|study| command::line("study", study, Some(base()))))
    }

    /// Goes to a preset.
    pub fn adopt(self, name: &str) {
        if let Some(preset) = Study::preset(name) {
            self.load((preset.name, (preset.spec)()));
        }
    }

    /// Sets preset and study, from elsewhere than the form.
    fn load(self, (preset, study): (&'static str, Study)) {
        self.preset.set(preset);
        if self.study.with_untracked(|before| *before != study) {
            self.study.set(study);
        }
        self.outside.update(|count| *count += 1);
    }

    /// Whether there is anything to undo.
    pub fn can_undo(self) -> bool {
        self.past.can_undo()
    }

    /// Goes back to what was set before the last change.
    pub fn undo(self) {
        let now = (self.preset.get_untracked(), self.study.get_untracked());
        if let Some(before) = self.past.undo(&now) {
            self.load(before);
        }
    }

    /// Sets a parameter from text.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what is allowed; nothing has changed then.
    pub fn set(self, name: &str, text: &str) -> Result<(), String> {
        let mut study = self.study.get_untracked();
        study.set(name, text).map_err(|error| error.to_string())?;
        study.validate().map_err(|error| error.to_string())?;
        if self.study.with_untracked(|before| *before != study) {
            self.study.set(study);
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

/// The preset of this name, or the view's first.
fn base(view: View, name: &str) -> &'static Preset {
    Study::preset(name).or_else(|| view.presets().next()).unwrap_or(&Study::PRESETS[0])
}
