//! What a run of bottlenecks has found.

use crate::experiment::{Film, Hear};
use toy::translation::language::Part;
use toy::translation::{Snapshot, Text, Translation, table};
use trainer::Shown;
use wire::Job;

/// What bottlenecks make of a sentence, by model; none of words that the language does not have.
pub type Answers = Option<Vec<(u32, String)>>;

/// A run, its film, and how it is now.
#[derive(Clone, Default)]
pub struct Found {
    /// What is trained.
    pub translation: Translation,
    /// The bottlenecks in the course of time.
    pub film: Film<Snapshot>,
    /// The reader's own sentence, and what each bottleneck makes of it.
    pub own: Option<(String, Answers)>,
    /// The step at which it was asked for last.
    pub asked_at: Option<u32>,
}

impl Found {
    /// Nothing of a run yet.
    pub fn new(translation: Translation) -> Self {
        Self { translation, ..Self::default() }
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
        let held = Text::language().held(Part::Test, self.translation.held_out as usize);
        table::sentences(&self.translation, &held, &self.film.now.snapshots)
    }
}

impl Hear for Found {
    fn hear(&mut self, what: Shown) {
        match what {
            Shown::Begun { job: Job::Translation(translation), .. } => {
                *self = Self::new(translation)
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
