//! What a run of bottlenecks has found.

use crate::experiment::{Film, Hear};
use std::sync::Arc;
use toy::translation::language::Part;
use toy::translation::{Snapshot, Text, Translation, table};
use trainer::Shown;
use wire::Job;

/// What bottlenecks make of a sentence, by model; none of words that the language does not have.
pub type Answers = Option<Vec<(u32, String)>>;

/// A run, its film, and how it is now.
#[derive(Clone)]
pub struct Found {
    /// What is translated.
    pub text: Arc<Text>,
    /// What the reader calls a text of their own; `None` of the language with known features.
    pub source: Option<String>,
    /// What is trained.
    pub translation: Translation,
    /// The bottlenecks in the course of time.
    pub film: Film<Snapshot>,
    /// The reader's own sentence, and what each bottleneck makes of it.
    pub own: Option<(String, Answers)>,
    /// The step at which it was asked for last.
    pub asked_at: Option<u32>,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            text: Arc::new(Text::language()),
            source: None,
            translation: Translation::default(),
            film: Film::default(),
            own: None,
            asked_at: None,
        }
    }
}

impl Found {
    /// Nothing yet of a run on this text.
    fn new(translation: Translation, text: Arc<Text>, source: Option<String>) -> Self {
        Self { translation, text, source, ..Self::default() }
    }

    /// Goes over to another text, of which nothing is known yet.
    pub fn read(&mut self, text: Arc<Text>, source: Option<String>) {
        *self = Self::new(self.translation.clone(), text, source);
    }

    /// Notes what some bottlenecks make of the reader's sentence.
    fn said(&mut self, sentence: String, said: Answers) {
        let before = self.own.take().filter(|(known, _)| *known == sentence);
        let before = before.and_then(|(_, said)| said);
        let said = said.map(|new| {
            let kept =
                before.into_iter().flatten().filter(|(m, _)| new.iter().all(|(n, _)| n != m));
            let mut all: Vec<_> = kept.chain(new.clone()).collect();
            all.sort_by_key(|(model, _)| *model);
            all
        });
        self.own = Some((sentence, said));
    }

    /// Held-out sentences through the bottlenecks as they are now, as a table.
    pub fn sentences(&self) -> String {
        let held = self.text.held(Part::Test, self.translation.held_out as usize);
        table::sentences(&self.translation, &held, &self.film.now.snapshots)
    }
}

impl Hear for Found {
    fn hear(&mut self, what: Shown) {
        match what {
            Shown::Begun { job: Job::Translation(translation), .. } => {
                *self = Self::new(translation, self.text.clone(), self.source.take());
            }
            Shown::Translations { step, frame, snapshots, .. } => {
                self.film.take(step, frame, snapshots);
            }
            Shown::Translated { sentence, said, .. } => self.said(sentence, said),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_collects_what_every_bottleneck_makes_of_it() {
        let mut found = Found::default();
        found.said("a".into(), Some(vec![(1, "x".into())]));
        found.said("a".into(), Some(vec![(0, "y".into())]));
        let own = found.own.clone().and_then(|(_, said)| said).unwrap_or_default();
        assert_eq!(own, [(0, "y".into()), (1, "x".into())]);
        found.said("b".into(), None);
        assert_eq!(found.own, Some(("b".into(), None)));
    }
}
