//! Links to experiments: `view=WORD`, then the study as [`toy::spec::link`] writes it.

use crate::view::Embed;
use toy::spec::link::{self, names_preset, pairs, read, write};
use toy::study::preset::{Preset, View};
use toy::{Spec, Study};
use wire::Choice;

/// Name under which a link gives the experiment.
const VIEW: &str = "view";

/// What a link to an experiment says.
#[derive(Clone)]
pub struct Opened {
    /// The experiment.
    pub view: View,
    /// The preset that the study differs from as little as the link says.
    pub preset: &'static Preset,
    /// A valid study.
    pub study: Study,
    /// Which engine is asked for.
    pub choice: Choice,
    /// Whether the figure alone is shown.
    pub embed: bool,
    /// What was ignored or changed, and why, a sentence each.
    pub notices: Vec<String>,
}

/// Reads a link; `None` when it is not to an experiment.
pub fn open(query: &str) -> Option<Opened> {
    let query = query.trim_start_matches('?');
    let first = read::<Study>(query);
    let named = first.others.iter().rev().find(|(key, _)| key == VIEW);
    let named = named.and_then(|(_, word)| View::parse(word));
    let link::Opened { preset, spec: study, others, mut notices } = if names_preset::<Study>(query)
    {
        first
    } else {
        // Without a study it is the one to open the view with.
        let preset = named?.presets().next()?;
        read(&format!("{}={}&{query}", Study::PRESET_KEY, preset.name))
    };
    let preset = preset.unwrap_or(&Study::PRESETS[0]);
    let view = named.unwrap_or(preset.view);
    let (mut choice, mut embed) = (Choice::default(), false);
    for (key, value) in others {
        let understood = match key.as_str() {
            VIEW => View::parse(&value).is_some(),
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
    Some(Opened { view, preset, study, choice, embed, notices })
}

/// The query that [`open`] reads back.
pub fn query(view: View, preset: &Preset, study: &Study, choice: Choice) -> String {
    let mut all = vec![(VIEW.to_owned(), view.word().to_owned())];
    all.extend(pairs(study, Some(preset)));
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
        for preset in Study::PRESETS {
            let study = Study { seed: 7, ..(preset.spec)() };
            let text = query(preset.view, preset, &study, Choice::Cpu);
            let word = preset.view.word();
            let rest = format!("v=1&study={}&seed=7&engine=cpu", preset.name);
            assert_eq!(text, format!("view={word}&{rest}"));
            let opened = open(&text).unwrap();
            assert_eq!((opened.view, opened.study), (preset.view, study));
            assert_eq!((opened.preset.name, opened.choice), (preset.name, Choice::Cpu));
            assert!(opened.notices.is_empty(), "{:?}", opened.notices);
        }
    }

    #[test]
    fn a_view_alone_opens_with_its_first_preset() {
        for (view, word, _) in View::ALL {
            let opened = open(&format!("?view={word}")).unwrap();
            assert_eq!((opened.view, opened.preset.view), (view, view));
        }
        let small = open("?view=dynamics&steps=50&seed=3").unwrap();
        assert!(!small.embed && open("?view=dynamics&embed=1").is_some_and(|o| o.embed));
        assert_eq!((small.study.steps, small.study.seed, small.study.hidden), (50, 3, 3));
    }

    #[test]
    fn the_phase_diagram_is_no_experiment_and_nonsense_is_named() {
        for query in ["", "?grid=9", "?view=none", "?seed=1&engine=cpu"] {
            assert!(open(query).is_none(), "{query}");
        }
        let opened = open("?view=geometry&engine=abacus&grid=9&lr=-1").unwrap();
        assert_eq!(opened.notices.len(), 3, "{:?}", opened.notices);
        assert!(opened.notices.iter().all(|notice| notice.ends_with('.')));
        assert_eq!(open("?study=attacked").map(|o| o.view), Some(View::Vulnerability));
    }
}
