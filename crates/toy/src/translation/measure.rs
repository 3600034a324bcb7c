//! What is measured on translations of held-out sentences, all of them decoded through the
//! bottleneck.

use super::bleu;
use super::geometry::Geometry;
use super::language::Known;
use super::probe::{self, Feature};
use super::text::{Held, Text};
use super::train::Trainer;
use super::vocabulary::END;
use crate::operation::cross_entropy::IGNORED;
use serde::{Deserialize, Serialize};

/// How well one model translates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// BLEU-4 in per cent, see [`bleu::corpus`].
    pub bleu: f64,
    /// Share of sentences that are right from the first word to the last.
    pub exact: f64,
    /// Share of the references' words, with the end, that stand at their place.
    pub accuracy: f64,
    /// Mean cross-entropy of the references' words.
    pub loss: f64,
    /// How many known features a linear probe reads, of [`Feature::all`]; 0 of a text of one's own.
    pub read: u32,
    /// Balanced accuracy of each feature's probe.
    pub probes: Vec<f32>,
    /// What it says, a sentence each.
    pub outputs: Vec<String>,
    /// What passes the bottleneck (or the encoder's output) at every word of every sentence, one
    /// after the other; of the first sentences only.
    pub codes: Vec<f32>,
    /// Numbers a word in `codes`.
    pub dimensions: u32,
    /// Feature directions in that, and what excites its units.
    pub geometry: Geometry,
}

/// Sentences whose codes are kept.
pub const SHOWN: usize = 48;

/// Measures a model on held-out sentences; `judged` are others that the probes are judged on.
pub fn measure(
    trainer: &mut Trainer<f32>,
    text: &Text,
    [held, judged]: [&Held; 2],
    parameters: &[f32],
) -> Measures {
    let (said, codes) = trainer.translate(&held.rows, parameters);
    let target = &text.vocabularies()[1];
    let outputs: Vec<String> = said.iter().map(|said| target.decode(said)).collect();
    let words = trainer.architecture.shape.words;
    let (mut right, mut all, mut exact) = (0u32, 0u32, 0u32);
    for (said, next) in said.iter().zip(held.rows.next.chunks_exact(words)) {
        let next = next.iter().take_while(|&&word| word != IGNORED);
        let hits: Vec<bool> =
            next.enumerate().map(|(place, word)| said.get(place) == Some(word)).collect();
        right += hits.iter().map(|&hit| u32::from(hit)).sum::<u32>();
        all += hits.len() as u32;
        exact += u32::from(hits.iter().all(|&hit| hit) && said.last() == Some(&END));
    }
    let code = trainer.architecture.code.unwrap_or(trainer.architecture.encoded);
    let dimensions = trainer.architecture.tape.tensor(code).shape[1];
    let others = match judged.known.is_empty() {
        true => vec![],
        false => trainer.codes(&judged.rows, parameters),
    };
    let both = [(held, codes.concat()), (judged, others.concat())];
    let probes = probes(&both, dimensions);
    let rectified = trainer.architecture.rectified;
    let geometry = geometry(&both, dimensions, words, rectified);
    let share = |part: u32, all: u32| f64::from(part) / f64::from(all.max(1));
    Measures {
        bleu: bleu::corpus(&outputs, &held.references),
        exact: share(exact, said.len() as u32),
        accuracy: share(right, all),
        loss: trainer.mean_loss(&held.rows, parameters),
        read: probe::read(&probes) as u32,
        probes: probes.iter().map(|&x| x as f32).collect(),
        outputs,
        codes: codes.iter().take(SHOWN).flatten().copied().collect(),
        dimensions: dimensions as u32,
        geometry,
    }
}

/// Sentences and what passes at each of their words.
type Passed<'a> = (&'a Held, Vec<f32>);

/// Balanced accuracies of all features' probes; none of a text of one's own, or where there are no
/// sentences to judge them on.
fn probes(both: &[Passed; 2], dimensions: usize) -> Vec<f64> {
    if both.iter().any(|(held, _)| held.known.is_empty()) {
        return vec![];
    }
    let known = [0, 1].map(|part| both[part].0.known.concat());
    let tokens =
        |part: usize| probe::Tokens { dimensions, codes: &both[part].1, known: &known[part] };
    probe::accuracies(tokens(0), tokens(1))
}

/// Directions and units of the words of all these sentences.
fn geometry(both: &[Passed; 2], dimensions: usize, words: usize, rectified: bool) -> Geometry {
    let read = |(_, codes): &&Passed| !codes.is_empty();
    let some = || both.iter().filter(read);
    let known: Vec<Known> = some().flat_map(|(held, _)| held.known.concat()).collect();
    let codes: Vec<f32> = some().flat_map(|(_, codes)| codes).copied().collect();
    let numbers: Vec<u32> = some().flat_map(|(held, _)| held.rows.words(words)).collect();
    Geometry::new(probe::Tokens { dimensions, codes: &codes, known: &known }, &numbers, rectified)
}

/// What a feature is called.
pub fn name(feature: Feature, text: &Text) -> String {
    use super::language::Class;
    match feature {
        Feature::Word(word) => {
            text.vocabularies()[0].word(super::vocabulary::FIRST + word as u32).to_owned()
        }
        Feature::Class(class) => {
            let found = Class::ALL.iter().find(|(other, _)| *other == class);
            found.map_or("", |(_, name)| name).to_owned()
        }
        Feature::Feminine => "feminine".into(),
        Feature::Plural => "plural".into(),
        Feature::Position(place) => format!("position {}", place + 1),
    }
}
