//! What is set besides the sweep, and links: everything that is set, readable, and nothing that is
//! at its default.

use crate::diagram::{Layer, limits};
use crate::kept::SLOTS;
use crate::source::{Side, Source};
use toy::Sweep;
use toy::phase::Thresholds;
use toy::spec::{Spec, link};
use toy::sweep::with_protocol;
use wire::Choice;

/// How much of the page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Embed {
    /// Everything.
    #[default]
    No,
    /// The two diagrams.
    Both,
    /// The trained one.
    Trained,
    /// The one beside it.
    Theory,
}

/// Words of [`Embed`] in links.
const WORDS: [(Embed, &str); 4] =
    [(Embed::No, "0"), (Embed::Both, "1"), (Embed::Trained, "trained"), (Embed::Theory, "theory")];

impl Embed {
    /// Its word in links.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(embed, _)| *embed == self).map_or("", |(_, word)| word)
    }

    /// What this word means.
    pub fn parse(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, w)| *w == word).map(|(embed, _)| *embed)
    }
}

/// What is set besides the sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// What the colours mean.
    pub layer: Layer,
    /// What those of the right diagram mean, if not the same.
    pub beside: Option<Layer>,
    /// What the diagrams show, left and right.
    pub sources: [Source; 2],
    /// How the run that is compared with is trained.
    pub protocol: Sweep,
    /// What was kept, slot by slot.
    pub kept: [Option<Sweep>; SLOTS],
    /// Which engine is asked for.
    pub choice: Choice,
    /// How much of the page is shown.
    pub embed: Embed,
    /// The pixel kept in the inspector: row, column.
    pub pinned: Option<(u32, u32)>,
    /// Where phases end and begin.
    pub thresholds: Thresholds,
}

impl Default for View {
    fn default() -> Self {
        Self {
            layer: Layer::default(),
            beside: None,
            sources: [Source::Trained, Source::Ansatz],
            protocol: Sweep::default(),
            kept: [const { None }; SLOTS],
            choice: Choice::default(),
            embed: Embed::default(),
            pinned: None,
            thresholds: Thresholds::DEFAULT,
        }
    }
}

/// Names of what the sides show, in links; the right one was there first.
const SOURCES: [(Side, &str); 2] = [(Side::Left, "left"), (Side::Right, "theory")];
/// What the names of the other run's parameters begin with.
const OTHER: &str = "other.";

impl View {
    /// The same on the whole page.
    pub fn whole(self) -> Self {
        Self { embed: Embed::No, ..self }
    }
}

/// A link's text as sweep, view and what there is to say about it.
pub fn open(query: &str) -> (Sweep, View, Vec<String>) {
    let link::Opened::<Sweep> { spec: sweep, others, mut notices, .. } = link::read(query);
    let mut view = View::default();
    let mut protocol = vec![];
    let mut source = |side: Side, word: &str| {
        Source::parse(word).map(|source| view.sources[side.index()] = source)
    };
    let mut kept: [Vec<(String, String)>; SLOTS] = [const { vec![] }; SLOTS];
    for (key, value) in others {
        if let Some(name) = key.strip_prefix(OTHER) {
            protocol.push((name.to_owned(), value));
            continue;
        }
        if let Some((slot, name)) = in_slot(&key) {
            kept[slot].push((name.to_owned(), value));
            continue;
        }
        let understood = match key.as_str() {
            "layer" => Layer::parse(&value).map(|layer| view.layer = layer),
            "layer-beside" => Layer::parse(&value).map(|layer| view.beside = Some(layer)),
            "left" => source(Side::Left, &value),
            "theory" => source(Side::Right, &value),
            "engine" => Choice::parse(&value).map(|choice| view.choice = choice),
            "embed" => Embed::parse(&value).map(|embed| view.embed = embed),
            "pixel" => pixel(&value, &sweep).map(|pixel| view.pinned = Some(pixel)),
            "norm-threshold" => limits::parse(&value).map(|t| view.thresholds.norm = t),
            "interference-threshold" => {
                limits::parse(&value).map(|t| view.thresholds.interference = t)
            }
            _ => {
                notices.push(format!("{} is not known and was ignored", short(&key)));
                continue;
            }
        };
        if understood.is_none() {
            notices.push(format!("{key} {} is not known and was ignored", short(&value)));
        }
    }
    if !protocol.is_empty() {
        view.protocol = beside(&protocol, OTHER, "other run", &mut notices);
    }
    for (slot, pairs) in kept.iter().enumerate() {
        if !pairs.is_empty() || view.sources.contains(&Source::Kept(slot as u8)) {
            let own = beside(pairs, &in_link(slot), "kept run", &mut notices);
            view.kept[slot] = Some(own);
        }
    }
    (sweep, view, notices.into_iter().map(|notice| notice + ".").collect())
}

/// What the names of a kept run's parameters begin with.
fn in_link(slot: usize) -> String {
    format!("{}.", Source::Kept(slot as u8).word())
}

/// The slot that a name in a link is about, and the rest of the name.
fn in_slot(key: &str) -> Option<(usize, &str)> {
    (0..SLOTS).find_map(|slot| Some((slot, key.strip_prefix(&in_link(slot))?)))
}

/// The sweep of a further run in a link.
fn beside(
    pairs: &[(String, String)],
    prefix: &str,
    what: &str,
    notices: &mut Vec<String>,
) -> Sweep {
    let read = link::read::<Sweep>(&link::write(pairs));
    let unknown = read
        .others
        .iter()
        .map(|(key, _)| format!("{prefix}{} is not known and was ignored", short(key)));
    let said = read.notices.iter().map(|notice| format!("{what}: {notice}"));
    notices.extend(said.chain(unknown));
    read.spec
}

/// As much of a stranger's text as is worth repeating.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// `row,column`, inside the diagram.
fn pixel(text: &str, sweep: &Sweep) -> Option<(u32, u32)> {
    let (row, column) = text.split_once(',')?;
    let (row, column) = (row.parse().ok()?, column.parse().ok()?);
    (row < sweep.rows && column < sweep.columns).then_some((row, column))
}

/// The query that [`open`] reads back.
pub fn query(sweep: &Sweep, view: &View) -> String {
    let mut pairs = link::pairs(sweep, None);
    let default = View::default();
    let mut say = |key: &str, value: String| pairs.push((key.to_owned(), value));
    if view.layer != default.layer {
        say("layer", view.layer.word().to_owned());
    }
    if let Some(layer) = view.beside {
        say("layer-beside", layer.word().to_owned());
    }
    for (side, key) in SOURCES {
        let source = view.sources[side.index()];
        if source != default.sources[side.index()] {
            say(key, source.word().to_owned());
        }
    }
    // Of no interest while it is not to be seen.
    if view.sources.contains(&Source::Other) {
        for (key, value) in protocol_pairs(&view.protocol) {
            say(&format!("{OTHER}{key}"), value);
        }
    }
    for (slot, kept) in view.kept.iter().enumerate() {
        let seen = view.sources.contains(&Source::Kept(slot as u8));
        if let Some(kept) = kept.as_ref().filter(|_| seen) {
            for (key, value) in link::pairs(kept, None).into_iter().skip(1) {
                say(&format!("{}{key}", in_link(slot)), value);
            }
        }
    }
    if view.choice != default.choice {
        say("engine", view.choice.word().to_owned());
    }
    if view.embed != default.embed {
        say("embed", view.embed.word().to_owned());
    }
    if let Some((row, column)) = view.pinned {
        say("pixel", format!("{row},{column}"));
    }
    let Thresholds { norm, interference, .. } = view.thresholds;
    if norm != default.thresholds.norm {
        say("norm-threshold", norm.to_string());
    }
    if interference != default.thresholds.interference {
        say("interference-threshold", interference.to_string());
    }
    if pairs.len() == 1 {
        // The version alone says nothing.
        return String::new();
    }
    link::write(&pairs)
}

/// A protocol by itself.
pub fn alone(sweep: &Sweep) -> Sweep {
    with_protocol(&Sweep::default(), sweep)
}

/// What a link says of a protocol: the name of a preset, or else what differs from the default.
fn protocol_pairs(protocol: &Sweep) -> Vec<(String, String)> {
    let protocol = alone(protocol);
    let preset = Sweep::PRESETS.iter().find(|preset| alone(&(preset.spec)()) == protocol);
    match preset {
        Some(preset) => vec![(Sweep::PRESET_KEY.to_owned(), preset.name.to_owned())],
        // The version stands there already.
        None => link::pairs(&protocol, None).into_iter().skip(1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_survives_the_link() {
        let sweep = Sweep { features: 3, hidden: 2, ..Sweep::default() };
        let view = View {
            sources: [Source::Trained, Source::Optimum],
            choice: Choice::Cpu,
            pinned: Some((3, 63)),
            thresholds: Thresholds { norm: 0.25, ..Thresholds::DEFAULT },
            ..View::default()
        };
        let text = query(&sweep, &view);
        let pairs = "theory=optimum&engine=cpu&pixel=3,63&norm-threshold=0.25";
        assert_eq!(text, format!("v=1&features=3&hidden=2&{pairs}"));
        assert_eq!(open(&text), (sweep, view, vec![]));
        assert_eq!(query(&Sweep::default(), &View::default()), "");
    }

    #[test]
    fn what_is_compared_survives_the_link() {
        let view = |protocol| View {
            beside: Some(Layer::Phase),
            sources: [Source::Optimum, Source::Other],
            protocol,
            ..View::default()
        };
        let preset = Sweep::preset("zfurman56").map(|preset| (preset.spec)()).unwrap();
        let preset = toy::sweep::with_protocol(&Sweep::default(), &preset);
        let text = query(&Sweep::default(), &view(preset.clone()));
        let pairs = "layer-beside=phase&left=optimum&theory=other&other.preset=zfurman56";
        assert_eq!(text, format!("v=1&{pairs}"));
        let (_, opened, notices) = open(&text);
        assert_eq!(
            (toy::sweep::with_protocol(&Sweep::default(), &opened.protocol), notices),
            (preset, vec![])
        );
        let own = view(Sweep { lr: 0.5, repeats: 3, ..Sweep::default() });
        let text = query(&Sweep::default(), &own);
        assert!(
            text.ends_with("&other.repeats=3&other.lr=0.5")
                || text.ends_with("&other.lr=0.5&other.repeats=3"),
            "{text}"
        );
        assert_eq!(open(&text), (Sweep::default(), own, vec![]));
        let kept = View {
            sources: [Source::Kept(1), Source::Kept(0)],
            kept: [
                Some(Sweep { features: 3, lr: 0.5, ..Sweep::default() }),
                Some(Sweep::default()),
                None,
            ],
            ..View::default()
        };
        let text = query(&Sweep::default(), &kept);
        assert_eq!(text, "v=1&left=kept2&theory=kept1&kept1.features=3&kept1.lr=0.5");
        assert_eq!(open(&text), (Sweep::default(), kept, vec![]));
        let (_, _, notices) = open("other.lr=-1&other.colour=red");
        assert_eq!(notices.len(), 2, "{notices:?}");
    }

    #[test]
    fn whatever_is_not_understood_is_said() {
        let (sweep, view, notices) = open("?engine=abacus&pixel=64,0&layer=&colour=1&lr=-1");
        assert_eq!((sweep, view), (Sweep::default(), View::default()));
        assert_eq!(notices.len(), 5, "{notices:?}");
        assert!(notices.iter().all(|n| n.ends_with('.')));
    }

    #[test]
    fn words_name_views() {
        for (embed, word) in WORDS {
            assert_eq!((embed.word(), Embed::parse(word)), (word, Some(embed)));
        }
        assert_eq!(Embed::parse("2"), None);
    }
}
