//! Everything that is set on an experiment's page, as signals.

use super::link::{Opened, query};
use super::run::StudyRun;
use crate::address::{at, keep};
use leptos::prelude::*;
use toy::Study;
use toy::study::param;
use toy::study::preset::{self, Preset, View};
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
    /// What could not be used of the link.
    pub notices: RwSignal<Vec<String>>,
    /// The parameter refused last, and why.
    pub refused: RwSignal<Option<(&'static str, String)>>,
    /// The link to this state.
    pub link: Memo<String>,
    /// The run.
    pub run: StudyRun,
}

impl Page {
    /// The state that a link describes; the address follows it.
    pub fn new(opened: Opened) -> Self {
        let Opened { view, preset, study, choice, notices } = opened;
        let (study, choice) = (RwSignal::new(study), RwSignal::new(choice));
        let preset = RwSignal::new(preset.name);
        let link = Memo::new(move |_| {
            at(&query(view, base(view, preset.get()), &study.get(), choice.get()))
        });
        keep(link);
        Self {
            view,
            preset,
            study,
            choice,
            notices: RwSignal::new(notices),
            refused: RwSignal::new(None),
            link,
            run: StudyRun::follow(view, study, choice),
        }
    }

    /// Goes to a preset.
    pub fn adopt(self, name: &str) {
        if let Some(preset) = preset::find(name) {
            self.refused.set(None);
            self.preset.set(preset.name);
            self.study.set((preset.study)());
        }
    }

    /// Sets a parameter from text, or notes why not.
    pub fn set(self, name: &'static str, text: &str) {
        let mut study = self.study.get_untracked();
        let wrong = param::set(&mut study, name, text).map_err(|error| error.to_string());
        let wrong = wrong.and_then(|()| study.validate().map_err(|error| error.to_string())).err();
        let changed = wrong.is_none() && self.study.with_untracked(|before| *before != study);
        self.refused.set(wrong.map(|why| (name, crate::format::sentence(&why))));
        if changed {
            self.study.set(study);
        }
    }
}

/// The preset of this name, or the view's first.
fn base(view: View, name: &str) -> &'static Preset {
    preset::find(name).or_else(|| view.presets().next()).unwrap_or(&preset::PRESETS[0])
}
