//! What is measured on translations of held-out sentences, all of them decoded through the
//! bottleneck.

use super::bleu;
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
    let probes = probes(trainer, [held, judged], &codes, dimensions, parameters);
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
    }
}

/// Balanced accuracies of all features' probes; none of a text of one's own.
fn probes(
    trainer: &mut Trainer<f32>,
    [held, judged]: [&Held; 2],
    codes: &[Vec<f32>],
    dimensions: usize,
    parameters: &[f32],
) -> Vec<f64> {
    if judged.known.is_empty() {
        return vec![];
    }
    let other = trainer.codes(&judged.rows, parameters);
    let [fit, test] = [(held, codes), (judged, &other)]
        .map(|(held, codes)| (held.known.concat(), codes.concat()));
    let tokens = |(known, codes)| probe::Tokens { dimensions, codes, known };
    probe::accuracies(tokens((&fit.0[..], &fit.1[..])), tokens((&test.0[..], &test.1[..])))
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
