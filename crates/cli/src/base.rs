//! `superphase base`: trains the translation model that bottlenecks are put into.

use crate::error::Error;
use crate::output::Output;
use crate::{flags, say, signal};
use clap::{Arg, ArgMatches, Command, value_parser};
use engine::cpu::translation::{Evaluator, train_base};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toy::fingerprint::Fingerprint;
use toy::translation::base::{Base, RECIPE, Recipe};
use toy::translation::language::Part;
use toy::translation::text::MAX_VOCABULARY;
use toy::translation::{Measures, Text, Translation, pairs};

/// The subcommand.
pub fn command() -> Command {
    let number = |name: &'static str, value: u32, help: &str| {
        let help = format!("{help} [default: {value}]");
        let parser = value_parser!(u32);
        Arg::new(name).long(name).value_name("N").value_parser(parser).help(help)
    };
    let command = Command::new("base").about(
        "Trains the translation model that bottlenecks are put into, by a fixed recipe, on the CPU",
    );
    self::text(command)
        .arg(
            flags::file(
                "out",
                "Writes the weights, half floats; `superphase study --base` reads them",
            )
            .required(true),
        )
        .arg(number("steps", RECIPE.steps, "Optimiser steps"))
        .arg(number("batch", RECIPE.batch as u32, "Sentences a step"))
        .arg(number(
            "warmup",
            RECIPE.warmup,
            "Steps in which the learning rate rises, at most a fifth of all unless given",
        ))
        .arg(number("seed", RECIPE.seed, "Seed of the weights and batches"))
        .arg(
            Arg::new("lr")
                .long("lr")
                .value_name("RATE")
                .value_parser(value_parser!(f64))
                .help(format!("Largest learning rate [default: {}]", RECIPE.lr)),
        )
}

/// Adds the flags that say what is translated.
pub fn text(command: Command) -> Command {
    command
        .arg(flags::file(
            "pairs",
            "Translates a text of one's own instead of the language with known features: UTF-8, a sentence, a tab and its translation a line",
        ))
        .arg(
            Arg::new("vocabulary")
                .long("vocabulary")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..=MAX_VOCABULARY as i64))
                .default_value("1000")
                .help("Most frequent words of --pairs that are told apart, on either side; all others are one unknown word"),
        )
}

/// The text that the flags name, and the fingerprint of its file and vocabulary.
///
/// # Errors
/// When it cannot be read or learned from; the sentence names the line.
pub fn read_text(flags: &ArgMatches) -> Result<(Text, Fingerprint), Error> {
    let Some(path) = flags.get_one::<PathBuf>("pairs") else {
        return Ok((Text::language(), Fingerprint::of_bytes(b"language")));
    };
    let named = |why: &dyn std::fmt::Display| Error::Text(path.clone(), why.to_string());
    let bytes = std::fs::read(path).map_err(|why| Error::Read(path.clone(), why))?;
    let found = pairs::read(&bytes).map_err(|why| named(&why))?;
    for notice in &found.notices {
        say::note(format_args!("{}: {notice}.", path.display()));
    }
    let vocabulary = flags.get_one::<u32>("vocabulary").copied().unwrap_or(1000);
    let of = format!("{}\n{vocabulary}", Fingerprint::of_bytes(&bytes));
    let text = Text::pairs(found.pairs, vocabulary as usize).map_err(|why| named(&why))?;
    Ok((text, Fingerprint::of_bytes(of.as_bytes())))
}

/// A base model from its file.
///
/// # Errors
/// When it cannot be read, or is of another text.
pub fn read(path: &Path, text: &Text) -> Result<Base, Error> {
    let bytes = std::fs::read(path).map_err(|why| Error::Read(path.into(), why))?;
    let named = |why: toy::translation::base::BaseError| Error::Text(path.into(), why.to_string());
    Base::from_bytes(text.shape(), &bytes).map_err(named)
}

/// Trains by a recipe, saying how far it is.
pub fn train(text: &Arc<Text>, recipe: &Recipe) -> Base {
    let start = std::time::Instant::now();
    let base = train_base(text.clone(), recipe, |step, loss, validation| {
        let (seconds, validation) = (start.elapsed().as_secs(), validation());
        say::note(format_args!(
            "base: step {step} of {}, loss {loss:.4}, validation loss {validation:.4}, {seconds} s",
            recipe.steps
        ));
        if let Some(signal) = signal::received() {
            say::note(format_args!("base: stopped at step {step}; nothing was written"));
            std::process::exit(128 + i32::from(signal));
        }
    });
    // What is trained on is what a file gives back.
    base.rounded()
}

/// How well a base translates, in words.
pub fn judge(measures: &Measures) -> String {
    let Measures { bleu, exact, accuracy, loss, .. } = measures;
    format!(
        "BLEU {bleu:.2}, {:.2} % of tokens and {:.2} % of sentences right, loss {loss:.4}",
        100.0 * accuracy,
        100.0 * exact
    )
}

/// Trains, judges and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let number = |name: &str, else_: u32| flags.get_one::<u32>(name).copied().unwrap_or(else_);
    let usual = Recipe::of_steps(number("steps", RECIPE.steps));
    let recipe = Recipe {
        batch: number("batch", RECIPE.batch as u32).clamp(1, 1024) as usize,
        steps: usual.steps,
        lr: flags.get_one::<f64>("lr").copied().unwrap_or(RECIPE.lr),
        warmup: number("warmup", usual.warmup),
        seed: number("seed", RECIPE.seed),
    };
    let (text, _) = read_text(flags)?;
    let out = Output::open(flags.get_one::<PathBuf>("out").map(PathBuf::as_path))?;
    let text = Arc::new(text);
    let base = train(&text, &recipe);
    out.write(&base.to_bytes())?;
    let judge_by = Translation { held_out: 1024, ..Translation::default() };
    let evaluator = Evaluator::new(&judge_by, text, Arc::new(base), Part::Test);
    say::note(format_args!("base: on held-out sentences {}.", judge(&evaluator.base())));
    Ok(())
}
