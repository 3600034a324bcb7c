//! What links of all kinds of descriptions must do.

use toy::Spec;
use toy::spec::link::{pairs, read, write};

/// Opens a text as a link, and what it gave once more.
pub fn check<S: Spec + std::fmt::Debug>(text: &str) {
    let opened = read::<S>(text);
    assert!(opened.spec.validate().is_ok(), "{:?} is not valid", opened.spec);
    for preset in [opened.preset, None] {
        let again = read::<S>(&write(&pairs(&opened.spec, preset)));
        assert_eq!(again.spec, opened.spec);
        assert_eq!(again.notices, [""; 0], "of its own link");
    }
}
