//! Links to the experiment: `view=transformer`, then the network as [`toy::spec::link`] writes it;
//! and to the comparison, `view=comparison`.

use crate::view::Embed;
use toy::network::Network;
use toy::network::preset::Preset;
use toy::spec::Spec;
use toy::spec::link::{self, names_preset, pairs, read, write};
use wire::Choice;

/// Name under which a link gives the experiment.
const VIEW: &str = "view";
/// The experiment's word and label.
pub const TRANSFORMER: (&str, &str) = ("transformer", "Transformer");
/// The comparison's.
pub const COMPARISON: (&str, &str) = ("comparison", "Comparison");

/// What a link to the experiment says.
#[derive(Clone)]
pub struct Opened {
    /// The preset that the network differs from as little as the link says.
    pub preset: &'static Preset,
    /// A valid network.
    pub network: Network,
    /// Which engine is asked for.
    pub choice: Choice,
    /// Whether the figure alone is shown.
    pub embed: bool,
    /// What was ignored or changed, and why, a sentence each.
    pub notices: Vec<String>,
}

fn view(query: &str) -> Option<String> {
    let opened = read::<Network>(query.trim_start_matches('?'));
    opened.others.into_iter().rev().find(|(key, _)| key == VIEW).map(|(_, word)| word)
}

/// Whether a link is to the comparison.
pub fn compares(query: &str) -> bool {
    view(query).is_some_and(|word| word == COMPARISON.0)
}

/// Reads a link; `None` when it is not to this experiment.
pub fn open(query: &str) -> Option<Opened> {
    let query = query.trim_start_matches('?');
    let named = view(query).is_some_and(|word| word == TRANSFORMER.0);
    if !named && !names_preset::<Network>(query) {
        return None;
    }
    let link::Opened { preset, spec: network, others, mut notices } = read::<Network>(query);
    let (mut choice, mut embed) = (Choice::default(), false);
    for (key, value) in others {
        let understood = match key.as_str() {
            VIEW => value == TRANSFORMER.0,
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
    let preset = preset.unwrap_or(&Network::PRESETS[0]);
    Some(Opened { preset, network, choice, embed, notices })
}

/// The query that [`open`] reads back.
pub fn query(preset: &Preset, network: &Network, choice: Choice) -> String {
    let mut all = vec![(VIEW.to_owned(), TRANSFORMER.0.to_owned())];
    all.extend(pairs(network, Some(preset)));
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
        for preset in Network::PRESETS {
            let network = Network { seed: 7, ..(preset.spec)() };
            let text = query(preset, &network, Choice::Cpu);
            assert!(text.starts_with("view=transformer&v=1&network="), "{text}");
            let opened = open(&text).unwrap();
            assert_eq!((opened.network, opened.choice), (network, Choice::Cpu));
            assert!(opened.notices.is_empty(), "{:?}", opened.notices);
        }
    }

    #[test]
    fn other_views_are_not_ours() {
        assert!(open("?view=geometry").is_none() && open("?features=3").is_none());
        assert!(open("?view=transformer").is_some_and(|o| o.network == Network::default()));
        assert!(compares("?view=comparison") && !compares("?view=transformer"));
    }
}
