//! Links to experiments: `view=WORD`, then what is trained as [`toy::spec::link`] writes it.

use super::views::Name;
use crate::view::Embed;
use toy::spec::link::{self, names, names_preset, pairs, read, write};
use toy::spec::{Preset, Spec};
use wire::Choice;

/// Name under which a link gives the experiment.
const VIEW: &str = "view";

/// What a link to an experiment says.
pub struct Opened<S: Spec> {
    /// The experiment.
    pub name: Name,
    /// The preset that the spec differs from as little as the link says.
    pub preset: &'static Preset<S>,
    /// What is to be trained: valid.
    pub spec: S,
    /// Which engine is asked for.
    pub choice: Choice,
    /// Whether the figure alone is shown.
    pub embed: bool,
    /// What was ignored or changed, and why, a sentence each.
    pub notices: Vec<String>,
}

impl<S: Spec> Opened<S> {
    /// An experiment's link that has been read; `knows` says which words name the experiment.
    pub fn of(
        name: Name,
        preset: &'static Preset<S>,
        opened: link::Opened<S>,
        knows: impl Fn(&str) -> bool,
    ) -> Self {
        let link::Opened { spec, others, mut notices, .. } = opened;
        let (mut choice, mut embed) = (Choice::default(), false);
        for (key, value) in others {
            let understood = match key.as_str() {
                VIEW => knows(&value),
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
        Self { name, preset, spec, choice, embed, notices }
    }
}

/// The word under which a link's pairs name an experiment; of several, the last.
pub fn word<S: Spec>(opened: &link::Opened<S>) -> Option<&str> {
    opened.others.iter().rev().find(|(key, _)| key == VIEW).map(|(_, word)| word.as_str())
}

/// Whether a link may be to an experiment: it names a view, or a preset of what experiments train.
pub fn may_lead(query: &str) -> bool {
    let query = query.trim_start_matches('?');
    names(query, VIEW)
        || names_preset::<toy::Study>(query)
        || names_preset::<toy::network::Network>(query)
        || names_preset::<toy::translation::Translation>(query)
}

/// Whether a link is to the page of this word.
pub fn leads_to(query: &str, page: &str) -> bool {
    let opened = read::<toy::Study>(query.trim_start_matches('?'));
    word(&opened) == Some(page)
}

/// Whether a link is to a page's figure alone, for pages that describe nothing.
pub fn is_embedded(query: &str) -> bool {
    let opened = read::<toy::Study>(query.trim_start_matches('?'));
    let embed = opened.others.iter().rev().find(|(key, _)| key == "embed");
    embed.and_then(|(_, word)| Embed::parse(word)).is_some_and(|embed| embed != Embed::No)
}

/// Reads a link to an experiment that is alone with its kind of spec; `None` when it is not to it.
pub fn open<S: Spec>(query: &str, name: Name) -> Option<Opened<S>> {
    let query = query.trim_start_matches('?');
    let opened = read::<S>(query);
    if word(&opened) != Some(name.0) && !names_preset::<S>(query) {
        return None;
    }
    let preset = opened.preset.unwrap_or(&S::PRESETS[0]);
    Some(Opened::of(name, preset, opened, |word| word == name.0))
}

/// The query that is read back as the same.
pub fn query<S: Spec>(name: Name, preset: &Preset<S>, spec: &S, choice: Choice) -> String {
    let mut all = vec![(VIEW.to_owned(), name.0.to_owned())];
    all.extend(pairs(spec, Some(preset)));
    if choice != Choice::default() {
        all.push(("engine".to_owned(), choice.word().to_owned()));
    }
    write(&all)
}

#[cfg(test)]
mod tests {
    use super::super::views::{TRANSFORMER, TRANSLATION};
    use super::*;
    use toy::network::Network;
    use toy::study::preset::View;
    use toy::translation::Translation;

    #[test]
    fn the_figure_alone_is_shown_where_the_link_says_so() {
        assert!(is_embedded("?view=comparison&embed=1"));
        assert!(!is_embedded("?view=comparison") && !is_embedded("?view=comparison&embed=0"));
    }

    /// The part with the experiments is loaded for every link to one, and for none to a diagram.
    #[test]
    fn links_to_experiments_are_told_before_these_are_loaded() {
        let views = View::ALL.map(|(_, word, _)| word).into_iter().chain(["comparison", "bench"]);
        for word in views.chain([TRANSFORMER.0, TRANSLATION.0]) {
            assert!(may_lead(&format!("?view={word}")), "{word}");
        }
        for preset in ["study=five-in-two", "network=transformer", "translation=translation"] {
            assert!(may_lead(&format!("?{preset}&engine=cpu")), "{preset}");
        }
        for diagram in ["", "?", "?features=3&hidden=2", "?preset=paper", "?viewer=1&studying=2"] {
            assert!(!may_lead(diagram), "{diagram}");
        }
    }

    fn survive<S: Spec>(name: Name) {
        for preset in S::PRESETS {
            let mut spec = (preset.spec)();
            spec.set("seed", "7").unwrap();
            let text = query(name, preset, &spec, Choice::Cpu);
            assert!(text.starts_with(&format!("view={}&v=1&{}=", name.0, S::PRESET_KEY)), "{text}");
            let opened = open::<S>(&text, name).unwrap();
            assert_eq!((opened.spec, opened.choice), (spec, Choice::Cpu));
            assert_eq!((opened.preset.name, opened.name), (preset.name, name));
            assert!(opened.notices.is_empty(), "{:?}", opened.notices);
        }
        let bare = open::<S>(&format!("?view={}&embed=1", name.0), name);
        assert!(bare.is_some_and(|o| o.spec == S::default() && o.embed));
        assert!(
            open::<S>("?view=geometry", name).is_none() && open::<S>("?features=3", name).is_none()
        );
        let nonsense = open::<S>(&format!("?view={}&engine=abacus&grid=9", name.0), name).unwrap();
        assert_eq!(nonsense.notices.len(), 2, "{:?}", nonsense.notices);
        assert!(nonsense.notices.iter().all(|notice| notice.ends_with('.')));
    }

    #[test]
    fn every_preset_survives_the_link_and_other_views_are_not_meant() {
        survive::<Network>(TRANSFORMER);
        survive::<Translation>(TRANSLATION);
    }
}
