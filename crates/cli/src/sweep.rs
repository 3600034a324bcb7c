//! `superphase sweep`: trains a diagram and writes it as tables.
//!
//! Rows are trained in blocks, as many as memory is meant to hold; a block's rows are written
//! before the next block begins, so that a sweep of any size needs no more than one.

use crate::crew::{self, Crew};
use crate::error::Error;
use crate::log::{self, Log};
use crate::output::Output;
use crate::part::Header;
use crate::progress::{Progress, Unit};
use crate::request::{self, Request};
use crate::saved::Saver;
use crate::{flags, gpus, say, theory, weights};
use clap::{Arg, ArgMatches, Command};
use engine::{Job, Run};
use files::weights::About;
use pollster::block_on;
use std::path::PathBuf;
use toy::Sweep;
use toy::csv;
use toy::evaluate::Effort;
use toy::fingerprint::Fingerprint;
use toy::json as document;
use toy::phase::Thresholds;
use toy::picture::{Measures, Picture, Reference};
use toy::sweep::MAX_MODELS;

/// The subcommand.
pub fn command() -> Command {
    let command = flags::spec::<Sweep>(Command::new("sweep").about("Trains a phase diagram"))
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
        .arg(flags::file(
            "out",
            "Writes the diagram, a row a pixel (CSV); standard output without, or if it is -",
        ))
        .arg(flags::file("models", "Writes every model, a row a model (CSV)"))
        .arg(flags::file(
            "json",
            "Writes the diagram with all of its measures, as the page saves and loads it (JSON)",
        ));
    log::flag(weights::flags(gpus::flag(request::flags(command))))
}

/// Bytes of models that a block may have: parameters, moments, a copy to write, measures.
const BLOCK: u64 = 192 << 20;

/// Bytes of a model in training.
fn bytes_a_model(sweep: &Sweep) -> u64 {
    // Three numbers a parameter, one more to read them, and what is measured.
    16 * sweep.parameters() as u64 + 48
}

/// The rows of a share, in blocks that memory is meant to hold.
pub fn blocks(sweep: &Sweep, rows: &[u32]) -> Vec<Vec<u32>> {
    let a_row = u64::from(sweep.columns) * u64::from(sweep.repeats);
    let models = (BLOCK / bytes_a_model(sweep)).min(MAX_MODELS);
    let size = usize::try_from(models / a_row.max(1)).unwrap_or(usize::MAX).max(1);
    rows.chunks(size).map(<[u32]>::to_vec).collect()
}

/// Bytes that training a block of so many rows takes, about.
pub fn memory(sweep: &Sweep, rows: usize) -> u64 {
    let models = rows as u64 * u64::from(sweep.columns) * u64::from(sweep.repeats);
    models * bytes_a_model(sweep)
}

/// A block's tables, with their headers.
struct Tables {
    grid: String,
    models: Option<String>,
}

/// Trains and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let request = Request::read(flags)?;
    let gpus = gpus::Wanted::read(flags)?;
    weights::check(flags, &request)?;
    let sweep = flags::sweep(flags, request.is_sharded())?;
    let compare = flags.get_one::<String>("compare").map(String::as_str);
    if request.is_sharded() && compare.is_some() {
        return Err(Error::Flags(
            "--compare needs the whole diagram: train the shards without it, and compare what is merged".into(),
        ));
    }
    // Refused before anything is trained.
    if compare == Some("optimum") {
        theory::solver(&sweep)?;
    }
    let document = flags.get_one::<PathBuf>("json");
    if request.is_sharded() && document.is_some() {
        return Err(Error::Flags(
            "--json is written of whole diagrams: train them in one, or merge tables of the shards"
                .into(),
        ));
    }
    let hash = Fingerprint::of_bytes(
        format!("{}\ncompare={}", Fingerprint::from(&sweep), compare.unwrap_or_default())
            .as_bytes(),
    );
    let mut out = Output::open(request.place("out", flags.get_one("out"))?.as_deref())?;
    let mut models = match flags.get_one::<PathBuf>("models") {
        None => None,
        Some(path) if request.is_sharded() => Some(Output::open(Some(&request.share.path(path)))?),
        Some(path) => Some(Output::open(Some(path))?),
    };
    if models.as_ref().is_some_and(|models| models.path() == out.path()) {
        return Err(Error::Flags("--out and --models name the same place".into()));
    }
    // What could not be written while the tables could.
    let mut failed = None;
    let mut document = document.map(|path| Output::open(Some(path))).transpose()?;
    let opens = weights::sweep_link(&sweep);
    let header = |table: &str, lines: u32| Header {
        table: format!("sweep.{table}"),
        link: opens.clone(),
        units: sweep.rows,
        lines,
        ..Header::new(request.share, hash)
    };
    let parts = [header("out", sweep.columns), header("models", sweep.columns * sweep.repeats)];
    if request.is_sharded() {
        let there = out.holds(&parts[0]) && models.as_ref().is_none_or(|m| m.holds(&parts[1]));
        if there {
            say::note(format_args!("{} is there already.", out.path().display()));
            return Ok(());
        }
    }
    let mut saver = Saver::new(&request, &out, "sweep", &hash.to_string());
    let mut outputs: Vec<&mut Output> = std::iter::once(&mut out).chain(models.as_mut()).collect();
    let from = saver.restore(&mut outputs)?;
    let (first, mut checkpoints) = from.map_or((0, vec![]), |from| (from.blocks, from.runs));
    let job = Job::from(sweep.clone());
    let crew = Crew::open(flags::choice(flags), gpus.as_ref(), &job, &checkpoints)?;
    let step = checkpoints.first().map_or(0, |from| from.header.step);
    let mut log = Log::open(flags, &request, sweep.steps, step)?;
    if request.is_sharded() {
        let [grid, every] = parts;
        out.make_part(Header { engine: crew.bits(), ..grid });
        if let Some(models) = &mut models {
            models.make_part(Header { engine: crew.bits(), ..every });
        }
    }
    let rows = request.share.part(sweep.rows);
    // What cannot be gone on with, or needs the whole, is one block.
    let arrays = weights::wanted(flags) || flags.contains_id("log");
    let whole = compare.is_some()
        || arrays
        || document.is_some()
        || out.is_stream()
        || models.as_ref().is_some_and(|models| models.is_stream());
    let blocks = if whole { vec![rows.clone()] } else { blocks(&sweep, &rows) };
    let a_row = u64::from(sweep.columns) * u64::from(sweep.repeats) * u64::from(sweep.steps);
    let done = blocks.iter().take(first as usize).map(Vec::len).sum::<usize>() as u64 * a_row;
    let all = rows.len() as u64 * a_row;
    let mut progress = Progress::new(&crew.found.name, Unit::Small, all, done);
    if blocks.len() > 1 {
        say::note(format_args!(
            "{} rows in {} blocks; each takes about {} MB of memory.",
            rows.len(),
            blocks.len(),
            memory(&sweep, blocks[0].len()) >> 20,
        ));
    }
    if blocks.is_empty() {
        let text = tables(&sweep, &measures(&sweep, &[], vec![]), models.is_some(), None)?;
        add(&mut out, models.as_mut(), &text, true)?;
    }
    for (index, block) in (first..).zip(blocks.iter().skip(first as usize)) {
        let mut runs = match std::mem::take(&mut checkpoints) {
            none if none.is_empty() => crew.start(&job, block)?,
            checkpoints => crew.restore(checkpoints)?,
        };
        let before = blocks.iter().take(index as usize).map(Vec::len).sum::<usize>() as u64 * a_row;
        let outputs: Vec<&Output> = std::iter::once(&out).chain(models.as_ref()).collect();
        if let Some(log) = &mut log {
            log.look(&job, &mut runs)?;
        }
        while !crew::is_done(&runs) {
            crew::round(&mut runs, log.as_ref().map_or(u32::MAX, Log::next))?;
            if let Some(log) = &mut log {
                log.look(&job, &mut runs)?;
            }
            progress.set(before + runs.iter().map(model_steps).sum::<u64>());
            let percent = 100.0 * progress.done() as f64 / all.max(1) as f64;
            saver.between(index, &outputs, &mut runs, || format!("after {percent:.1} %"))?;
        }
        let parameters = parameters(&mut runs, block)?;
        drop(runs);
        if index as usize + 1 == blocks.len() {
            progress.clear();
            say::note(format_args!(
                "{}: {} models x {} steps in {:.3} s, {}. {}",
                crew.found.name,
                all / u64::from(sweep.steps.max(1)),
                sweep.steps,
                progress.seconds(),
                Unit::Small.rate(progress.rate()),
                crew.found.reason,
            ));
        }
        let measures = measures(&sweep, block, parameters);
        if let Some(log) = log.take() {
            log.end_sweep(&sweep, &measures)?;
        }
        if weights::wanted(flags) {
            let (link, program) = (&opens, env!("CARGO_PKG_VERSION"));
            let about = About { link, program, engine: &crew.found.name, step: sweep.steps };
            weights::sweep(flags, &sweep, &measures, about)?;
        }
        if let Some(document) = document.take() {
            let text = json(&sweep, &measures, &crew.found.name, &opens);
            // The tables are written, whatever becomes of it.
            failed = document.write(text.as_bytes()).err();
        }
        let text = tables(&sweep, &measures, models.is_some(), compare)?;
        let last = index as usize + 1 == blocks.len();
        if let Err(error) = add(&mut out, models.as_mut(), &text, index == 0) {
            // The other file is written, whatever becomes of this one.
            if let Some(Err(other)) = models.filter(|_| last).map(Output::finish) {
                say::note(other);
            }
            return Err(error);
        }
        if (index as usize + 1) < blocks.len() {
            let outputs: Vec<&Output> = std::iter::once(&out).chain(models.as_ref()).collect();
            saver.save(index + 1, &outputs, &mut [])?;
        }
    }
    models.map_or(Ok(()), Output::finish)?;
    out.finish()?;
    saver.done();
    failed.map_or(Ok(()), Err)
}

/// The diagram as a document.
fn json(sweep: &Sweep, measures: &Measures, engine: &str, link: &str) -> String {
    document::write(&document::Run {
        sweep,
        picture: &measures.picture(sweep.aggregate),
        diagram: "trained",
        engine,
        program: env!("CARGO_PKG_VERSION"),
        step: sweep.steps,
        link,
        thresholds: &Thresholds::default(),
        reference: None,
    })
}

/// Adds a block's tables to what is there.
fn add(
    out: &mut Output,
    models: Option<&mut Output>,
    text: &Tables,
    first: bool,
) -> Result<(), Error> {
    // The header is written once.
    let body = |text: &str| if first { 0 } else { text.find('\n').map_or(0, |at| at + 1) };
    // Every model first: what is made is not lost when the other cannot be written.
    let written = match (models, &text.models) {
        (Some(models), Some(text)) => models.add(&text.as_bytes()[body(text)..]),
        _ => Ok(()),
    };
    out.add(&text.grid.as_bytes()[body(&text.grid)..])?;
    written
}

/// Measures the models of some rows.
fn measures(sweep: &Sweep, rows: &[u32], parameters: Vec<f32>) -> Measures {
    Measures::new(sweep, rows, parameters, &Thresholds::default(), Effort::Final)
}

/// The tables of some rows.
fn tables(
    sweep: &Sweep,
    measures: &Measures,
    models: bool,
    compare: Option<&str>,
) -> Result<Tables, Error> {
    let picture = measures.picture(sweep.aggregate);
    let theory: Option<(&str, Picture)> = match compare {
        Some(kind) => Some((kind, theory::picture(sweep, kind == "optimum")?)),
        None => None,
    };
    let reference = theory.as_ref().map(|(name, picture)| Reference { name, picture });
    if let Some(part) = reference.and_then(|other| picture.agreeing_fraction(other.picture)) {
        say::note(format_args!(
            "{:.2} % of the pixels have the phase of the theory.",
            100.0 * part
        ));
    }
    Ok(Tables {
        grid: csv::grid(sweep, &picture, reference),
        models: models.then(|| csv::models(sweep, measures)),
    })
}

/// Model-steps that a run has taken.
pub fn model_steps(run: &Run) -> u64 {
    match run {
        Run::Sweep(run) => run.model_steps(),
        _ => 0,
    }
}

/// Parameters of all models of some rows, by parameter, then model, from the runs that took them in
/// turns.
fn parameters(runs: &mut [Run], rows: &[u32]) -> Result<Vec<f32>, Error> {
    let mut runs: Vec<_> = runs
        .iter_mut()
        .filter_map(|run| if let Run::Sweep(run) = run { Some(run) } else { None })
        .collect();
    if let [run] = &mut runs[..] {
        return Ok(block_on(run.parameters())?);
    }
    let mut all = vec![];
    for run in runs {
        let own = block_on(run.parameters())?;
        let plan = run.plan();
        let (width, planes) = (plan.models_per_row(), plan.sweep.parameters());
        let models = rows.len() * width;
        all.resize(models * planes, 0.0);
        for (source, row) in plan.rows.iter().enumerate() {
            let Some(at) = rows.iter().position(|own| own == row) else { continue };
            for plane in 0..planes {
                let from = &own[plane * plan.models() + source * width..][..width];
                all[plane * models + at * width..][..width].copy_from_slice(from);
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_every_row_once_within_their_memory() {
        let sweep = Sweep {
            columns: 4096,
            rows: 4096,
            repeats: 64,
            features: 8,
            hidden: 7,
            ..Sweep::default()
        };
        let rows: Vec<u32> = (0..512).collect();
        let blocks = blocks(&sweep, &rows);
        assert_eq!(blocks.concat(), rows);
        // A row is the least.
        assert!(blocks.iter().all(|block| block.len() == 1));
        assert!(memory(&sweep, 1) < 300 << 20);
        let small = Sweep::default();
        assert_eq!(super::blocks(&small, &[1, 3, 5]), [[1, 3, 5]]);
    }
}
