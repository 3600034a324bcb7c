//! Links of every version so far open as they did when they were new.

use toy::param::PARAMS;
use toy::{Sweep, link};

/// Version 1's defaults. A later version that has others must still open old links with these.
const DEFAULTS: &[(&str, &str)] = &[
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

#[test]
fn golden_links_open_as_they_always_did() {
    let text = include_str!("golden_links.txt");
    let mut links = 0;
    for block in text.split("\n\n").filter(|block| block.starts_with('?')) {
        let mut lines = block.lines();
        let address = lines.next().unwrap();
        let (mut expected, mut others, mut notices) = (DEFAULTS.to_vec(), vec![], 0);
        for (key, value) in lines.map(|line| line.split_once(" = ").unwrap()) {
            if key == "notices" {
                notices = value.parse().unwrap();
            } else if let Some(key) = key.strip_prefix("other ") {
                others.push((key.to_owned(), value.to_owned()));
            } else {
                expected.iter_mut().find(|(name, _)| *name == key).unwrap().1 = value;
            }
        }
        let opened = link::read(address);
        for (name, value) in expected {
            let param = PARAMS.iter().find(|param| param.name == name).unwrap();
            assert_eq!((param.get)(&opened.sweep), value, "{name} of {address}");
        }
        assert_eq!(opened.others, others, "{address}");
        assert_eq!(opened.notices.len(), notices, "{address}: {:?}", opened.notices);
        links += 1;
    }
    assert!(links >= 13, "{links}");
}

#[test]
fn the_list_of_defaults_is_complete() {
    let default = Sweep::default();
    for param in PARAMS {
        let known = DEFAULTS.iter().find(|(name, _)| *name == param.name);
        assert_eq!(
            known.map(|(_, value)| (*value).to_owned()),
            Some((param.get)(&default)),
            "{}",
            param.name
        );
    }
}
