//! `superphase study`: trains larger models and writes their measures as tables.

use crate::crew::Crew;
use crate::error::Error;
use crate::log::{self, Log};
use crate::outputs::Outputs;
use crate::part::Header;
use crate::request::{self, Request};
use crate::saved::Saver;
use crate::{flags, gpus, weights};
use clap::{Arg, ArgAction, ArgMatches, Command};
use engine::Job;
use files::weights::About;
use toy::evaluate::Effort;
use toy::fingerprint::Fingerprint;
use toy::spec::{Spec, link};
use toy::study::curve;
use toy::study::document::{self, Results};
use toy::study::snapshot::{Evaluators, Wanted};
use toy::study::{Study, table};

/// The subcommand.
pub fn command() -> Command {
    let command = request::flags(flags::spec::<Study>(Command::new("study").about(
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
    .arg(flags::file("json", "Writes the study and all results (JSON)")));
    log::flag(weights::flags(gpus::flag(command)))
}

/// The files of a study: their flags, and what writes them.
const FILES: [&str; 5] = ["out", "by-feature", "losses", "parameters", "json"];

/// Trains and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let request = Request::read(flags)?;
    let gpus = gpus::Wanted::read(flags)?;
    weights::check(flags, &request)?;
    let (study, preset) = flags::read::<Study>(flags)?;
    let preset = preset.unwrap_or(&Study::PRESETS[0]);
    let wanted = Wanted { vulnerability: flags.get_flag("attack"), ..Wanted::WEIGHTS };
    let hash = Fingerprint::of_bytes(
        format!("{}\nattack={}", Fingerprint::from(&study), wanted.vulnerability).as_bytes(),
    );
    let link = format!("?{}", link::write(&link::pairs(&study, Some(preset))));
    let mut outputs = Outputs::open(flags, &request, &FILES)?;
    let header = |name: &str| Header {
        table: format!("study.{name}"),
        link: link.clone(),
        // A study has 4,096 models at most.
        units: study.models() as u32,
        lines: lines(&study, name),
        ..Header::new(request.share, hash)
    };
    if outputs.are_there(&request, header) {
        return Ok(());
    }
    let mut saver = Saver::new(&request, outputs.first(), "study", &hash.to_string());
    let from = saver.restore(&mut outputs.all())?;
    let checkpoints = from.map_or(vec![], |from| from.runs);
    let job = Job::from(study.clone());
    let crew = Crew::open(flags::choice(flags), gpus.as_ref(), &job, &checkpoints)?;
    let share = request.share.part(study.models() as u32);
    let step = checkpoints.first().map_or(0, |from| from.header.step);
    let mut log = Log::open(flags, &request, study.steps, step)?;
    let trained = crew.train(&job, &share, checkpoints, &mut saver, log.as_mut())?;
    let all = Evaluators::default().snapshots(&study, trained, study.steps, wanted, Effort::Final);
    let results = Results {
        study: &study,
        snapshots: &all,
        engine: &crew.found.name,
        program: env!("CARGO_PKG_VERSION"),
        step: study.steps,
        link: &link,
    };
    if let Some(log) = log {
        log.end_study(&study, &all)?;
    }
    let Results { engine, program, step, .. } = results;
    let about = About { link: &link, program, engine, step };
    let failed = weights::study(flags, &study, &all, about).err();
    let header = |name: &str| Header { engine: crew.bits(), ..header(name) };
    let written = outputs.write(&request, failed, header, |name| match name {
        "out" => table::models(&study, &all),
        "by-feature" => table::features(&study, &all),
        "losses" => table::curves(&study, &all),
        "parameters" => table::parameters(&study, &all),
        _ => document::write(&results),
    });
    saver.done();
    written
}

/// Lines of a model in a file.
fn lines(study: &Study, name: &str) -> u32 {
    match name {
        "by-feature" => study.features,
        "losses" => curve::points(study.steps),
        "parameters" => study.parameters() as u32,
        _ => 1,
    }
}
