//! Bottlenecks in a translation model, from the command line.

mod common;

use common::{read, scratch, superphase, table};

#[test]
fn every_bottleneck_has_its_rows() {
    let words = "study --preset translation --widest 2 --steps 4 --batch 4 --held-out 16 --repeats 2 --seed 3";
    let path = |name: &str| scratch(&format!("translation-{name}"));
    let files = ["sentences", "by-feature", "losses"];
    let flags = files.map(|name| format!("--{name} {}", path(name).display()));
    let rows = table(&format!("{words} {}", flags.join(" ")), "--out", "translation-out");
    let widths: Vec<f64> = rows.iter().map(|row| row.number("k")).collect();
    assert_eq!(widths, [1.0, 1.0, 2.0, 2.0]);
    for row in &rows {
        assert_eq!(row.text("seed"), "3");
        // The base translates without a bottleneck; next to nothing passes one or two dimensions.
        assert!(row.number("base_bleu") > 95.0 && row.number("bleu") < 30.0);
        for name in
            ["exact", "accuracy", "features_read", "pca_bleu", "random_bleu", "initial_bleu"]
        {
            assert!(row.number(name) >= 0.0, "{name}");
        }
        // More directions than dimensions, now and at the start, which next to nothing has moved.
        let k = row.number("k");
        assert!(row.number("directions") > 60.0 && row.number("welch") > 0.5);
        for name in ["capacity", "initial_capacity"] {
            assert!((0.9..k + 1e-3).contains(&row.number(name)), "{name}: {}", row.number(name));
        }
        assert!(row.number("largest_cosine") >= row.number("welch"));
        assert!(row.number("base_loss") < 0.1 && row.number("initial_loss") > 1.0);
    }
    let features = read("translation-by-feature");
    let of = |name: &str, column: &str| -> f64 {
        let row = features.iter().find(|row| row.text("feature") == name);
        row.unwrap_or_else(|| panic!("no {name}")).number(column)
    };
    // Two of about six words are nouns, and the cat is the most frequent.
    assert!((0.25..0.45).contains(&of("noun", "frequency")));
    assert!(of("cat", "frequency") > of("garden", "frequency"));
    assert!(of("noun", "norm") > 0.0 && of("noun", "initial_dimensionality") <= 1.0);
    assert_eq!((features.len(), read("translation-losses").len()), (4 * 77, 16));
    let said = std::fs::read_to_string(path("sentences")).expect("written");
    assert_eq!(said.lines().next(), Some("source\toutput\treference\tk\tseed"));
    assert_eq!(said.lines().filter(|line| line.ends_with("\t2\t3/1")).count(), 16);
}

#[test]
fn a_text_of_one_s_own_is_learned_or_refused_by_its_line() {
    let file = |name: &str, text: &str| {
        let path = scratch(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let said = |words: &str| {
        let output = superphase(words);
        assert!(!output.status.success(), "{words}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let none = file("no-tab.tsv", "one\tun\n\ntwo deux\n");
    let refused = said(&format!("study --preset translation --pairs {none}"));
    assert!(refused.contains("line 3 has no tab"), "{refused}");
    let few = file("few.tsv", "one\tun\n");
    assert!(said(&format!("base --pairs {few} --out -")).contains("too few"));
    assert!(said("study --preset transformer --pairs x").contains("--pairs does not belong"));
    assert!(said("study --preset translation --attack").contains("--attack does not belong"));
    let foreign = said(&format!("study --preset translation --base {none}"));
    assert!(foreign.contains("no translation model"), "{foreign}");

    let text: String =
        (0..120).map(|i| format!("w{} שלום {i}\tv{} 世界\n", i % 9, i % 9)).collect();
    let pairs = file("pairs.tsv", &text);
    let base = scratch("pairs-base").display().to_string();
    let trained =
        superphase(&format!("base --pairs {pairs} --vocabulary 20 --steps 20 --out {base}"));
    let told = String::from_utf8_lossy(&trained.stderr).into_owned();
    assert!(trained.status.success() && told.contains("validation loss"), "{told}");
    let words = "study --preset translation --widest 1 --steps 2 --held-out 8 --vocabulary 20";
    let rows = table(&format!("{words} --pairs {pairs} --base {base}"), "--out", "pairs-out");
    assert_eq!((rows.len(), rows[0].number("features_read")), (1, 0.0));
}
