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
    }
    assert_eq!(
        (read("translation-by-feature").len(), read("translation-losses").len()),
        (4 * 77, 16)
    );
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
