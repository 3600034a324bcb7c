//! Links to the experiment: `view=translation`, then the run as [`toy::spec::link`] writes it.

use crate::view::Embed;
use toy::spec::Preset;
use toy::spec::Spec;
use toy::spec::link::{self, names_preset, pairs, read, write};
use toy::translation::Translation;
use wire::Choice;

/// Name under which a link gives the experiment.
const VIEW: &str = "view";
/// The experiment's word and label.
pub const TRANSLATION: (&str, &str) = ("translation", "Translation");

/// What a link to the experiment says.
#[derive(Clone)]
pub struct Opened {
    /// The preset that the translation differs from as little as the link says.
    pub preset: &'static Preset<Translation>,
    /// A valid run.
    pub translation: Translation,
    /// Which engine is asked for.
    pub choice: Choice,
    /// Whether the figure alone is shown.
    pub embed: bool,
    /// What was ignored or changed, and why, a sentence each.
    pub notices: Vec<String>,
}

fn view(query: &str) -> Option<String> {
    let opened = read::<Translation>(query.trim_start_matches('?'));
    opened.others.into_iter().rev().find(|(key, _)| key == VIEW).map(|(_, word)| word)
}

/// Reads a link; `None` when it is not to this experiment.
pub fn open(query: &str) -> Option<Opened> {
    let query = query.trim_start_matches('?');
    let named = view(query).is_some_and(|word| word == TRANSLATION.0);
    if !named && !names_preset::<Translation>(query) {
        return None;
    }
    let link::Opened { preset, spec: translation, others, mut notices } =
        read::<Translation>(query);
    let (mut choice, mut embed) = (Choice::default(), false);
    for (key, value) in others {
        let understood = match key.as_str() {
            VIEW => value == TRANSLATION.0,
            "embed" => Embed::parse(&value).map(|e| embed = e != Embed::No).is_some(),
            "engine" => Choice::parse(&value).map(|found| choice = found).is_some(),
            _ => false,
        };
        if !understood {
            let short: String = format!("{key} {value}").chars().take(60).collect();
            notices.push(format!("{short} is not known and was ignored"));
        }
    }
    let notices = notices.into_iter().map(|notice| notice + ".").collect();
    let preset = preset.unwrap_or(&Translation::PRESETS[0]);
    Some(Opened { preset, translation, choice, embed, notices })
}

/// The query that [`open`] reads back.
pub fn query(preset: &Preset<Translation>, translation: &Translation, choice: Choice) -> String {
    let mut all = vec![(VIEW.to_owned(), TRANSLATION.0.to_owned())];
    all.extend(pairs(translation, Some(preset)));
    if choice != Choice::default() {
        all.push(("engine".to_owned(), choice.word().to_owned()));
    }
    write(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_survives_the_link() {
        for preset in Translation::PRESETS {
            let translation = Translation { seed: 7, ..(preset.spec)() };
            let text = query(preset, &translation, Choice::Cpu);
            assert!(text.starts_with("view=translation&v=1&translation="), "{text}");
            let opened = open(&text).unwrap();
            assert_eq!((opened.translation, opened.choice), (translation, Choice::Cpu));
            assert!(opened.notices.is_empty(), "{:?}", opened.notices);
        }
    }

    #[test]
    fn other_views_are_not_ours() {
        assert!(open("?view=geometry").is_none() && open("?features=3").is_none());
        assert!(open("?view=translation").is_some_and(|o| o.translation == Translation::default()));
    }
}
