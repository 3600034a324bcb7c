//! Links of every version so far open as they did when they were new.

use std::collections::BTreeMap;
use toy::spec::link::{self, Opened};
use toy::{Spec, Study, Sweep};

/// Version 1's defaults. A later version that has others must still open old links with these.
const SWEEP: &[(&str, &str)] = &[
    ("features", "2"),
    ("hidden", "1"),
    ("bias", "on"),
    ("columns", "64"),
    ("rows", "64"),
    ("importance", "0.1..10"),
    ("density", "1..0.01"),
    ("data", "exact"),
    ("batch", "1024"),
    ("steps", "300"),
    ("lr", "0.03"),
    ("schedule", "cosine"),
    ("weight-decay", "0"),
    ("beta1", "0.9"),
    ("beta2", "0.999"),
    ("epsilon", "0.00000001"),
    ("init-std", "xavier"),
    ("repeats", "8"),
    ("aggregate", "lowest"),
    ("seed", "0"),
];

/// Version 1's defaults of studies.
const STUDY: &[(&str, &str)] = &[
    ("model", "relu"),
    ("target", "identity"),
    ("features", "5"),
    ("hidden", "2"),
    ("bias", "on"),
    ("instances", "10"),
    ("across", "density"),
    ("hidden-from", "1"),
    ("density", "1..0.05"),
    ("importance", "geometric"),
    ("ratio", "0.9"),
    ("sets", "independent"),
    ("set-size", "2"),
    ("skew", "0"),
    ("largest", "1"),
    ("batch", "1024"),
    ("steps", "10000"),
    ("lr", "0.001"),
    ("schedule", "constant"),
    ("weight-decay", "0"),
    ("decay-biases", "on"),
    ("beta1", "0.9"),
    ("beta2", "0.999"),
    ("epsilon", "0.00000001"),
    ("init-std", "xavier"),
    ("repeats", "1"),
    ("seed", "0"),
];

/// Opens every link of a list and compares what it says; returns how many there were.
fn open_all<S: Spec>(
    text: &str,
    defaults: &[(&str, &str)],
    written: fn(&Opened<S>) -> Vec<(String, String)>,
) -> usize {
    let mut links = 0;
    let link = |block: &&str| block.starts_with(['?', '#']) && !block.starts_with("# ");
    for block in text.split("\n\n").filter(link) {
        let mut lines = block.lines();
        let address = lines.next().expect("a link");
        let mut expected: BTreeMap<_, _> = defaults.iter().copied().collect();
        let (mut others, mut notices, mut preset, mut back) = (vec![], 0, None, None);
        for line in lines {
            let (key, value) = line.split_once(" = ").expect("key = value");
            match (key, key.strip_prefix("other ")) {
                (_, Some(key)) => others.push((key.to_owned(), value.to_owned())),
                ("notices", _) => notices = value.parse().expect("a number"),
                ("preset", _) => preset = Some(value),
                ("written", _) => back = Some(value),
                _ => *expected.get_mut(key).unwrap_or_else(|| panic!("{key}")) = value,
            }
        }
        let opened = link::read::<S>(address);
        for (name, value) in expected {
            assert_eq!(opened.spec.text(name), value, "{name} of {address}");
        }
        assert_eq!(opened.others, others, "{address}");
        assert_eq!(opened.notices.len(), notices, "{address}: {:?}", opened.notices);
        if let Some(name) = preset {
            assert_eq!(opened.preset.unwrap_or(&S::PRESETS[0]).name, name, "{address}");
        }
        if let Some(back) = back {
            assert_eq!(link::write(&written(&opened)), back, "{address}");
        }
        links += 1;
    }
    links
}

#[test]
fn golden_links_open_as_they_always_did() {
    let text = include_str!("golden_links.txt");
    let links = open_all::<Sweep>(text, SWEEP, |opened| link::pairs(&opened.spec, None));
    assert!(links >= 22, "{links}");
}

#[test]
fn golden_links_to_studies_open_as_they_always_did() {
    let text = include_str!("golden_studies.txt");
    let links = open_all::<Study>(text, STUDY, |opened| {
        link::pairs(&opened.spec, Some(opened.preset.unwrap_or(&Study::PRESETS[0])))
    });
    assert!(links >= 24, "{links}");
}

fn complete<S: Spec>(defaults: &[(&str, &str)]) {
    let default = S::default();
    for param in S::PARAMS {
        let known = defaults.iter().find(|(name, _)| *name == param.name);
        let known = known.map(|(_, value)| (*value).to_owned());
        assert_eq!(known, Some((param.get)(&default)), "{}", param.name);
    }
}

#[test]
fn the_lists_of_defaults_are_complete() {
    complete::<Sweep>(SWEEP);
    complete::<Study>(STUDY);
}
