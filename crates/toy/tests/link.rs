//! Properties of links: nothing is lost, nothing panics.

use proptest::prelude::*;
use toy::axis::Span;
use toy::init::Init;
use toy::spec::link;
use toy::{Spec, Study, Sweep};

/// Any valid sweep, made through the table of parameters.
fn sweeps() -> impl Strategy<Value = Sweep> {
    let number = |a: f64, b: f64| (a.ln()..b.ln()).prop_map(f64::exp);
    let span = move |a, b| (number(a, b), number(a, b)).prop_map(|(from, to)| Span::new(from, to));
    let init = prop_oneof![
        Just(Init::Xavier),
        any::<u32>().prop_map(Init::Packed),
        (0.0..100.0).prop_map(Init::Std)
    ];
    let shape = (2u32..=8).prop_flat_map(|n| (Just(n), 1..n));
    let grid = (1u32..=64, 1u32..=64, 1u32..=64);
    let run = (1u32..=65_536, 1u32..=1_000_000, any::<u32>(), 0u32..4, 0u32..3, any::<[bool; 2]>());
    let rates = (number(1e-6, 1.0), 0.0..1.0, 0.0..0.9999, 0.0..0.99999, number(1e-12, 0.01));
    (shape, grid, span(1e-3, 1e3), span(1e-3, 1.0), init, run, rates).prop_map(
        |((features, hidden), (columns, rows, repeats), importance, density, init, run, rates)| {
            let (batch, steps, seed, aggregate, schedule, [bias, exact]) = run;
            let (lr, weight_decay, beta1, beta2, epsilon) = rates;
            let mut sweep = Sweep {
                features,
                hidden,
                bias,
                columns,
                rows,
                repeats,
                importance,
                density,
                init,
                batch,
                steps,
                seed,
                lr,
                weight_decay,
                beta1,
                beta2,
                epsilon,
                ..Sweep::default()
            };
            let word = |words: &[(&'static str, &str)], i: u32| words[i as usize].0;
            let choices = [
                ("aggregate", word(toy::sweep::AGGREGATES, aggregate)),
                ("schedule", word(toy::spec::SCHEDULES, schedule)),
                ("data", if exact && features <= 4 { "exact" } else { "sampled" }),
            ];
            for (name, word) in choices {
                sweep.set(name, word).expect("a listed word");
            }
            sweep
        },
    )
}

/// What a link of anyone's making must do: open as something valid, and as the same once it is
/// written back.
fn opens<S: Spec>(text: &str) -> Result<link::Opened<S>, TestCaseError> {
    let opened = link::read::<S>(text);
    prop_assert!(opened.spec.validate().is_ok(), "{}", text);
    let again = link::read::<S>(&link::write(&link::pairs(&opened.spec, opened.preset)));
    prop_assert_eq!(&again.spec, &opened.spec);
    prop_assert!(again.notices.is_empty() && again.others.is_empty());
    Ok(opened)
}

/// Text with the parts that links are made of, in any order.
fn mangled() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[ -~]{0,8}",
        any::<String>(),
        "[?&#=;%+._:,-]{1,4}|&amp;|%26|%3D",
        "[-0-9.,e% ]{1,12}",
        (0..Sweep::PARAMS.len()).prop_map(|i| format!("&{}=", Sweep::PARAMS[i].name)),
        (0..Study::PARAMS.len()).prop_map(|i| format!("&{}=", Study::PARAMS[i].name)),
        Just("&study=correlated-pairs&preset=paper&v=".to_owned()),
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

/// Values that are typed or mangled, set by name.
fn values(names: usize) -> impl Strategy<Value = Vec<(usize, String)>> {
    let value =
        prop_oneof!["[-+.a-z0-9]{0,12}", "[0-9]{1,9}", "[-0-9.,e% ]{1,12}", any::<String>()];
    prop::collection::vec((0..names, value), 0..8)
}

fn named<S: Spec>(values: &[(usize, String)]) -> Vec<(String, String)> {
    values.iter().map(|(i, value)| (S::PARAMS[*i].name.to_owned(), value.clone())).collect()
}

/// What was not taken as it stands is named.
fn told<S: Spec>(values: &[(usize, String)]) -> Result<(), TestCaseError> {
    // Escaped, since a plus sign stands for a space. The last value is not the link's end, where a
    // full stop belongs to the text around it.
    let end = ("v".to_owned(), "1".to_owned());
    let pairs: Vec<_> = named::<S>(values).into_iter().chain([end]).collect();
    let opened = opens::<S>(&link::write(&pairs))?;
    for (i, value) in values {
        let accepted = S::PARAMS[*i].set(&mut S::default(), value).is_ok();
        let name = S::PARAMS[*i].name;
        prop_assert!(accepted || !opened.notices.is_empty(), "{} {}", name, value);
    }
    Ok(())
}

#[test]
fn what_a_value_ends_with_is_told_and_what_a_link_ends_with_is_not() {
    let columns = Sweep::PARAMS.iter().position(|param| param.name == "columns").unwrap();
    told::<Sweep>(&[(columns, "1 .".into())]).unwrap();
    let opened = link::read::<Sweep>("?columns=9.");
    assert!(opened.spec.columns == 9 && opened.notices.is_empty());
}

proptest! {
    #[test]
    fn a_sweep_survives_its_link(sweep in sweeps()) {
        prop_assert_eq!(sweep.validate(), Ok(()));
        let opened = link::read::<Sweep>(&link::write(&link::pairs(&sweep, None)));
        prop_assert_eq!(&opened.spec, &sweep);
        prop_assert!(opened.notices.is_empty() && opened.others.is_empty());
    }

    #[test]
    fn any_text_opens_as_something_valid(text in prop_oneof![any::<String>(), mangled()]) {
        opens::<Sweep>(&text)?;
        opens::<Study>(&text)?;
    }

    #[test]
    fn any_values_open_as_a_valid_sweep(values in values(Sweep::PARAMS.len())) {
        told::<Sweep>(&values)?;
    }

    #[test]
    fn any_values_open_as_a_valid_study(values in values(Study::PARAMS.len())) {
        told::<Study>(&values)?;
    }
}

#[test]
fn the_default_needs_only_a_version() {
    assert_eq!(link::write(&link::pairs(&Sweep::default(), None)), "v=1");
}

#[test]
fn a_preset_with_changes() {
    let opened = link::read::<Sweep>("?preset=repro-superposition&grid=16&seed=7&layer=norm");
    assert_eq!((opened.spec.columns, opened.spec.seed), (16, 7));
    assert_eq!(opened.spec.weight_decay, 0.01);
    assert_eq!(opened.others, [("layer".to_owned(), "norm".to_owned())]);
    assert!(opened.notices.is_empty());
    let text = link::write(&link::pairs(&opened.spec, None));
    assert!(text.contains("init-std=packed:4096"), "{text}");
    assert_eq!(link::read::<Sweep>(&text).spec, opened.spec);
    for preset in Study::PRESETS {
        let study = Study { seed: 7, ..(preset.spec)() };
        let text = link::write(&link::pairs(&study, Some(preset)));
        assert_eq!(text, format!("v=1&study={}&seed=7", preset.name));
        let opened = link::read::<Study>(&text);
        assert_eq!((opened.spec, opened.preset.map(|p| p.name)), (study, Some(preset.name)));
        assert!(opened.notices.is_empty() && link::names_preset::<Study>(&text));
    }
    assert!(!link::names_preset::<Study>("?v=1&grid=7"));
}

#[test]
fn bad_values_are_named_and_the_rest_kept() {
    let opened = link::read::<Sweep>("features=1&lr=NaN&seed=5&hidden=7&preset=none");
    assert_eq!((opened.spec.features, opened.spec.seed), (2, 5));
    assert_eq!(opened.notices.len(), 4, "{:?}", opened.notices);
    let opened = link::read::<Study>("?study=none&features=0&lr=NaN&seed=5&view=bars&v=9");
    assert_eq!((opened.spec.features, opened.spec.seed), (5, 5));
    assert_eq!(opened.others, [("view".to_owned(), "bars".to_owned())]);
    assert_eq!(opened.notices.len(), 4, "{:?}", opened.notices);
    let opened = link::read::<Sweep>("features=3&features=3&hidden=1&seed=1&seed=2");
    assert_eq!((opened.spec.features, opened.spec.seed), (3, 2));
    assert_eq!(opened.notices.len(), 1, "{:?}", opened.notices);
}

#[test]
fn what_does_not_fit_together_is_repaired() {
    for text in [
        "study=correlated-pairs&features=7",
        "study=anticorrelated-pairs&density=1",
        "study=four-hundred-in-thirty&repeats=4096&instances=256&hidden=64&features=512",
        "study=absolute-100&repeats=4000&sets=anticorrelated&set-size=3",
    ] {
        let opened = link::read::<Study>(text);
        assert_eq!(opened.spec.validate(), Ok(()), "{text}");
        assert_eq!(opened.notices.len(), 1);
    }
}

#[test]
fn links_that_others_mangled_open_silently() {
    for text in [
        "?features=3&hidden=2&fbclid=X&utm_source=y",
        "?features=3&amp;hidden=2",
        "?features=3&amp;amp;hidden=2&msclkid=1&mc_eid=2&igshid=3&_ga=4&gclid=5",
        "?fbclid=1&amp;features=3.0&hidden=2).",
    ] {
        let opened = link::read::<Sweep>(text);
        assert_eq!((opened.spec.features, opened.spec.hidden), (3, 2), "{text}");
        assert_eq!((opened.others, opened.notices), (vec![], vec![]), "{text}");
    }
}

#[test]
fn nothing_is_too_long_to_be_read() {
    for text in ["9".repeat(1 << 20), "&seed=1".repeat(1 << 17), "&amp;".repeat(1 << 18)] {
        for text in [format!("seed={text}"), format!("layer={text}"), text] {
            let opened = link::read::<Sweep>(&text);
            assert!(opened.spec.validate().is_ok() && opened.others.len() < 1000);
            let said: usize = opened.notices.iter().map(String::len).sum();
            assert!(said < 10_000 && !opened.notices.is_empty(), "{said}");
        }
    }
}
