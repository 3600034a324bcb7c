//! `superphase sweep`: trains a diagram and writes it as tables.

use crate::error::{Error, write};
use crate::{flags, theory};
use clap::{Arg, ArgMatches, Command};
use engine::{Choice, Engine, EngineError, Found};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::time::Instant;
use toy::Sweep;
use toy::csv;
use toy::evaluate::Effort;
use toy::phase::Thresholds;
use toy::picture::{Measures, Reference};
use wire::Shard;

/// The subcommand.
pub fn command() -> Command {
    flags::spec::<Sweep>(Command::new("sweep").about("Trains a phase diagram"))
        .arg(flags::engine())
        .arg(
            Arg::new("compare")
                .long("compare")
                .value_name("KIND")
                .value_parser(["ansatz", "optimum"])
                .help(
                    "Adds what theory says to the diagram, and the percentage of pixels that agree",
                ),
        )
        .arg(flags::file("out", "Writes the diagram, a row a pixel (CSV); standard output without"))
        .arg(flags::file("models", "Writes every model, a row a model (CSV)"))
}

/// Trains and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let (sweep, _) = flags::read::<Sweep>(flags)?;
    let measures = pollster::block_on(train(&sweep, flags::choice(flags)))?;
    let picture = measures.picture(sweep.aggregate);
    let theory = match flags.get_one::<String>("compare") {
        Some(kind) => Some((kind.as_str(), theory::picture(&sweep, kind == "optimum")?)),
        None => None,
    };
    let reference = theory.as_ref().map(|(name, picture)| Reference { name, picture });
    if let Some(part) = reference.and_then(|other| picture.agreeing_fraction(other.picture)) {
        eprintln!("{:.2} % of the pixels have the phase of the theory.", 100.0 * part);
    }
    let grid = csv::grid(&sweep, &picture, reference);
    match flags.get_one::<PathBuf>("out") {
        Some(path) => write(path, &grid)?,
        None => print!("{grid}"),
    }
    if let Some(path) = flags.get_one::<PathBuf>("models") {
        write(path, &csv::models(&sweep, &measures))?;
    }
    Ok(())
}

async fn train(sweep: &Sweep, choice: Choice) -> Result<Measures, Error> {
    let mut engine = Engine::new(choice).await?;
    match attempt(&mut engine, sweep).await {
        // A GPU that turns out to be wrong is not chosen again.
        Err(Error::Engine(error @ EngineError::Wrong { .. })) if choice == Choice::Auto => {
            eprintln!("{error}. Training again on the CPU.");
            attempt(&mut engine, sweep).await
        }
        result => result,
    }
}

async fn attempt(engine: &mut Engine, sweep: &toy::Sweep) -> Result<Measures, Error> {
    let Found { kind, name, reason } = engine.choose(&sweep.clone().into(), 1).await?;
    let mut run = engine.start_sweep(sweep, Shard::ALL, kind).await?;
    let models = sweep.models();
    // Draws only when standard error is a terminal.
    let bar = ProgressBar::new(u64::from(sweep.steps));
    if let Ok(style) =
        ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} steps, {msg}, {eta} left")
    {
        bar.set_style(style);
    }
    bar.set_prefix(name.clone());
    let start = Instant::now();
    let rate = |step: u32| f64::from(step) * models as f64 / start.elapsed().as_secs_f64() / 1e6;
    while !run.is_done() {
        run.advance(u32::MAX).await?;
        bar.set_position(u64::from(run.step()));
        bar.set_message(format!("{:.2} M model-steps/s", rate(run.step())));
    }
    let parameters = run.parameters().await?;
    let speed = rate(sweep.steps);
    bar.finish_and_clear();
    eprintln!(
        "{name}: {models} models x {} steps in {:.3} s, {speed:.2} M model-steps/s. {reason}",
        sweep.steps,
        start.elapsed().as_secs_f64(),
    );
    Ok(Measures::new(sweep, &run.plan().rows, parameters, &Thresholds::default(), Effort::Final))
}
