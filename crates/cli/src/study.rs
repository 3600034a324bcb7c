//! `superphase study`: trains larger models and writes their measures as tables.

use crate::error::{Error, write};
use crate::flags;
use clap::{Arg, ArgAction, ArgMatches, Command};
use engine::{Choice, Engine, EngineError, Found};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::time::Instant;
use toy::evaluate::Effort;
use toy::spec::{Spec, link};
use toy::study::document::{self, Results};
use toy::study::snapshot::{Evaluators, Wanted};
use toy::study::{Snapshot, Study, table};
use wire::Shard;

/// The subcommand.
pub fn command() -> Command {
    flags::spec::<Study>(Command::new("study").about(
        "Trains larger models at several densities: the paper's figures beyond the phase diagram",
    ))
    .arg(flags::engine())
    .arg(Arg::new("attack").long("attack").action(ArgAction::SetTrue).help(
        "Measures the vulnerability to adversarial inputs, too, which takes long for large models",
    ))
    .arg(flags::file(
        "out",
        "Writes loss and measures, a row a model (CSV); standard output without",
    ))
    .arg(flags::file(
        "by-feature",
        "Writes norm, superposition and dimensionality, a row a feature (CSV)",
    ))
    .arg(flags::file("losses", "Writes the loss curves, a row a point (CSV)"))
    .arg(flags::file("parameters", "Writes weights and biases, a row each (CSV)"))
    .arg(flags::file("json", "Writes the study and all results (JSON)"))
}

/// Trains and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let (study, preset) = flags::read::<Study>(flags)?;
    let preset = preset.unwrap_or(&Study::PRESETS[0]);
    let wanted = Wanted { vulnerability: flags.get_flag("attack"), ..Wanted::WEIGHTS };
    let (engine, all) = pollster::block_on(train(&study, flags::choice(flags), wanted))?;
    let models = table::models(&study, &all);
    match flags.get_one::<PathBuf>("out") {
        Some(path) => write(path, &models)?,
        None => print!("{models}"),
    }
    let link = link::write(&link::pairs(&study, Some(preset)));
    let results = Results {
        study: &study,
        snapshots: &all,
        engine: &engine,
        program: env!("CARGO_PKG_VERSION"),
        step: study.steps,
        link: &format!("?{link}"),
    };
    let file = |name: &str, text: &dyn Fn() -> String| match flags.get_one::<PathBuf>(name) {
        Some(path) => write(path, &text()),
        None => Ok(()),
    };
    file("by-feature", &|| table::features(&study, &all))?;
    file("losses", &|| table::curves(&study, &all))?;
    file("parameters", &|| table::parameters(&study, &all))?;
    file("json", &|| document::write(&results))
}

async fn train(
    study: &Study,
    choice: Choice,
    wanted: Wanted,
) -> Result<(String, Vec<Snapshot>), Error> {
    let mut engine = Engine::new(choice).await?;
    match attempt(&mut engine, study, wanted).await {
        // A GPU that turns out to be wrong is not chosen again.
        Err(Error::Engine(error @ EngineError::Wrong { .. })) if choice == Choice::Auto => {
            eprintln!("{error}. Training again on the CPU.");
            attempt(&mut engine, study, wanted).await
        }
        result => result,
    }
}

async fn attempt(
    engine: &mut Engine,
    study: &Study,
    wanted: Wanted,
) -> Result<(String, Vec<Snapshot>), Error> {
    let Found { kind, name, reason } = engine.choose(&study.clone().into(), 1).await?;
    let mut run = engine.start_study(study, Shard::ALL, kind).await?;
    let models = study.models();
    // Draws only when standard error is a terminal.
    let bar = ProgressBar::new(u64::from(study.steps));
    if let Ok(style) =
        ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} steps, {msg}, {eta} left")
    {
        bar.set_style(style);
    }
    bar.set_prefix(name.clone());
    let start = Instant::now();
    let rate = |step: u32| f64::from(step) * models as f64 / start.elapsed().as_secs_f64() / 1e3;
    while !run.is_done() {
        run.advance(u32::MAX).await?;
        bar.set_position(u64::from(run.step()));
        bar.set_message(format!("{:.2} k model-steps/s", rate(run.step())));
    }
    let trained = run.read().await?;
    let speed = rate(study.steps);
    bar.finish_and_clear();
    eprintln!(
        "{name}: {models} models x {} steps in {:.3} s, {speed:.2} k model-steps/s. {reason}",
        study.steps,
        start.elapsed().as_secs_f64(),
    );
    Ok((name, Evaluators::default().snapshots(study, trained, study.steps, wanted, Effort::Final)))
}
