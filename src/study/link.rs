//! Links to experiments on studies: of several views, one is meant.

use crate::experiment::link::word;
use crate::experiment::{Name, Opened};
use toy::spec::link::{names_preset, read};
use toy::study::preset::View;
use toy::{Spec, Study};

/// A view's word in links, and its label.
pub fn name(view: View) -> Name {
    View::ALL
        .iter()
        .find(|(other, ..)| *other == view)
        .map_or(("", ""), |&(_, w, label)| (w, label))
}

/// Reads a link; `None` when it is not to such an experiment.
pub fn open(query: &str) -> Option<(View, Opened<Study>)> {
    let query = query.trim_start_matches('?');
    let first = read::<Study>(query);
    let named = word(&first).and_then(View::parse);
    let opened = if names_preset::<Study>(query) {
        first
    } else {
        // Without a study it is the one to open the view with.
        let preset = named?.presets().next()?;
        read(&format!("{}={}&{query}", Study::PRESET_KEY, preset.name))
    };
    let preset = opened.preset.unwrap_or(&Study::PRESETS[0]);
    let view = named.unwrap_or(preset.view);
    Some((view, Opened::of(name(view), preset, opened, |word| View::parse(word).is_some())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::link::query;
    use wire::Choice;

    fn open(text: &str) -> Option<Opened<Study>> {
        super::open(text).map(|(view, opened)| {
            assert_eq!(opened.name, name(view));
            opened
        })
    }

    #[test]
    fn every_preset_survives_the_link() {
        for preset in Study::PRESETS {
            let study = Study { seed: 7, ..(preset.spec)() };
            let text = query(name(preset.view), preset, &study, Choice::Cpu);
            let word = preset.view.word();
            let rest = format!("v=1&study={}&seed=7&engine=cpu", preset.name);
            assert_eq!(text, format!("view={word}&{rest}"));
            let opened = open(&text).unwrap();
            assert_eq!((opened.name, opened.spec), (name(preset.view), study));
            assert_eq!((opened.preset.name, opened.choice), (preset.name, Choice::Cpu));
            assert!(opened.notices.is_empty(), "{:?}", opened.notices);
        }
    }

    #[test]
    fn a_view_alone_opens_with_its_first_preset() {
        for (view, word, _) in View::ALL {
            let opened = open(&format!("?view={word}")).unwrap();
            assert_eq!((opened.name, opened.preset.view), (name(view), view));
        }
        let small = open("?view=dynamics&steps=50&seed=3").unwrap();
        assert!(!small.embed && open("?view=dynamics&embed=1").is_some_and(|o| o.embed));
        assert_eq!((small.spec.steps, small.spec.seed, small.spec.hidden), (50, 3, 3));
    }

    #[test]
    fn the_phase_diagram_is_no_experiment_and_nonsense_is_named() {
        for query in ["", "?grid=9", "?view=none", "?seed=1&engine=cpu"] {
            assert!(open(query).is_none(), "{query}");
        }
        let opened = open("?view=geometry&engine=abacus&grid=9&lr=-1").unwrap();
        assert_eq!(opened.notices.len(), 3, "{:?}", opened.notices);
        assert!(opened.notices.iter().all(|notice| notice.ends_with('.')));
        assert_eq!(open("?study=attacked").map(|o| o.name), Some(name(View::Vulnerability)));
    }
}
