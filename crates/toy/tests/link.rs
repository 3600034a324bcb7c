//! Properties of links: nothing is lost, nothing panics.

use proptest::prelude::*;
use toy::axis::Span;
use toy::init::Init;
use toy::param::PARAMS;
use toy::{Sweep, link};

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
                ("aggregate", word(toy::param::AGGREGATES, aggregate)),
                ("schedule", word(toy::param::SCHEDULES, schedule)),
                ("data", if exact && features <= 4 { "exact" } else { "sampled" }),
            ];
            for (name, word) in choices {
                toy::param::set(&mut sweep, name, word).expect("a listed word");
            }
            sweep
        },
    )
}

proptest! {
    #[test]
    fn a_sweep_survives_its_link(sweep in sweeps()) {
        prop_assert_eq!(sweep.validate(), Ok(()));
        let opened = link::read(&link::write(&link::pairs(&sweep)));
        prop_assert_eq!(&opened.sweep, &sweep);
        prop_assert!(opened.notices.is_empty() && opened.others.is_empty());
    }

    #[test]
    fn any_text_opens_as_a_valid_sweep(text in any::<String>()) {
        prop_assert_eq!(link::read(&text).sweep.validate(), Ok(()));
    }

    #[test]
    fn any_values_open_as_a_valid_sweep(
        values in prop::collection::vec((0..PARAMS.len(), "[-+.a-z0-9]{0,12}|[0-9]{1,9}"), 0..8),
    ) {
        // Escaped, since a plus sign stands for a space.
        let named = |(i, value): &(usize, String)| (PARAMS[*i].name.to_owned(), value.clone());
        let opened = link::read(&link::write(&values.iter().map(named).collect::<Vec<_>>()));
        prop_assert_eq!(opened.sweep.validate(), Ok(()));
        // What was not taken as it stands is named.
        for (i, value) in &values {
            let taken = (PARAMS[*i].get)(&opened.sweep);
            let mut alone = Sweep::default();
            let accepted = PARAMS[*i].set(&mut alone, value).is_ok();
            prop_assert!(accepted || !opened.notices.is_empty(), "{} {value} {taken}", PARAMS[*i].name);
        }
    }
}
