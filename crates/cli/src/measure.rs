//! `superphase measure`: models from a file, ours or of others, measured as if trained here.

use crate::error::Error;
use crate::output::{Output, write};
use crate::{flags, say, theory, weights};
use clap::{Arg, ArgMatches, Command, value_parser};
use files::foreign::{self, Models};
use files::load::{measured, study_of};
use files::weights::About;
use files::{Archive, FileError};
use std::path::{Path, PathBuf};
use toy::evaluate::Effort;
use toy::phase::Thresholds;
use toy::picture::{Measures, Reference};
use toy::spec::{Preset, Spec, link};
use toy::study::Wanted;
use toy::study::table;
use toy::{Study, Sweep, csv};

/// The subcommand.
pub fn command() -> Command {
    let file = Arg::new("file").value_name("FILE").required(true).help(
        "Arrays W and b, or encoder, decoder and b (.safetensors or .npz): W of (n, m) or (m, n), b of (n,), with the same axes in front of both where there are several models",
    );
    let command = Command::new("measure").about(
        "Measures models from a file as if they had been trained here: files of ours, which say what they hold, or weights from PyTorch, JAX or NumPy, as the flags or a link say",
    );
    let command = flags::spec::<Study>(command.arg(file.value_parser(value_parser!(PathBuf))))
        .arg(Arg::new("link").long("link").value_name("LINK").help(
            "What the models were trained for, as a link to a diagram or a study; of a file of ours, instead of its own",
        ))
        .arg(Arg::new("compare").long("compare").value_name("KIND").value_parser(["ansatz", "optimum"]).help(
            "Of a diagram: adds what theory says, and the percentage of pixels that agree",
        ))
        .arg(
            Arg::new("attack").long("attack").action(clap::ArgAction::SetTrue).help(
                "Of a study: measures the vulnerability to adversarial inputs, too",
            ),
        )
        .arg(flags::file("out", "Writes the table, a row a pixel or a model (CSV); standard output without"))
        .arg(flags::file("models", "Of a diagram: writes every model, a row a model (CSV)"))
        .arg(flags::file("by-feature", "Of a study: writes norm, superposition and dimensionality, a row a feature (CSV)"));
    weights::flags(command)
}

/// Reads, measures and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let Some(path) = flags.get_one::<PathBuf>("file") else { return Ok(()) };
    let bytes = std::fs::read(path).map_err(|why| Error::Read(path.clone(), why))?;
    let failed = |why| Error::File(path.clone(), why);
    let archive = Archive::read(&bytes).map_err(failed)?;
    let models = foreign::find(&archive).map_err(failed)?;
    models.notes.iter().for_each(|note| say::note(format_args!("{note}.")));
    let own = files::weights::link(&archive);
    let text = flags.get_one::<String>("link").map(String::as_str).or(own);
    // An address of the page will do as well.
    let query = text.map(|text| text.split_once('?').map_or(text, |(_, query)| query));
    match query {
        Some(query) if !link::names_preset::<Study>(query) => {
            let opened = link::read::<Sweep>(query);
            opened.notices.iter().for_each(|notice| say::note(format_args!("{notice}.")));
            diagram(flags, path, &opened.spec, &models)
        }
        Some(query) => {
            let opened = link::read::<Study>(query);
            opened.notices.iter().for_each(|notice| say::note(format_args!("{notice}.")));
            let study = study_of(&opened.spec, &models, true).map_err(failed)?;
            experiment(flags, &study, opened.preset.unwrap_or(&Study::PRESETS[0]), &models)
        }
        None => {
            let (study, preset) = flags::read::<Study>(flags)?;
            let study = study_of(&study, &models, false).map_err(failed)?;
            experiment(flags, &study, preset.unwrap_or(&Study::PRESETS[0]), &models)
        }
    }
}

/// Measures the models of a diagram.
fn diagram(flags: &ArgMatches, path: &Path, sweep: &Sweep, models: &Models) -> Result<(), Error> {
    let Models { features, hidden, tied, .. } = *models;
    let wanted = (sweep.features as usize, sweep.hidden as usize, sweep.models());
    if (features, hidden, models.count() as u64) != wanted || !tied {
        let why = format!(
            "it has {} models of {features} features in {hidden} dimensions{}; the link is to {} of {} in {}, one set of weights each",
            models.count(),
            if tied { "" } else { " with a decoder of its own" },
            wanted.2,
            wanted.0,
            wanted.1,
        );
        return Err(Error::File(path.into(), FileError(why)));
    }
    let rows: Vec<u32> = (0..sweep.rows).collect();
    let limits = Thresholds::default();
    let measures = Measures::new(sweep, &rows, models.planes(), &limits, Effort::Final);
    let picture = measures.picture(sweep.aggregate);
    let theory = match flags.get_one::<String>("compare") {
        Some(kind) => Some((kind.as_str(), theory::picture(sweep, kind == "optimum")?)),
        None => None,
    };
    let reference = theory.as_ref().map(|(name, picture)| Reference { name, picture });
    if let Some(part) = reference.and_then(|other| picture.agreeing_fraction(other.picture)) {
        say::note(format_args!(
            "{:.2} % of the pixels have the phase of the theory.",
            100.0 * part
        ));
    }
    out(flags, &csv::grid(sweep, &picture, reference))?;
    if let Some(path) = flags.get_one::<PathBuf>("models") {
        write(path, csv::models(sweep, &measures))?;
    }
    let link = weights::sweep_link(sweep);
    weights::sweep(flags, sweep, &measures, about(&link, path))
}

/// Measures the models of a study.
fn experiment(
    flags: &ArgMatches,
    study: &Study,
    preset: &'static Preset<Study>,
    models: &Models,
) -> Result<(), Error> {
    let wanted = Wanted { vulnerability: flags.get_flag("attack"), ..Wanted::WEIGHTS };
    let all = measured(study, models, wanted, Effort::Final);
    out(flags, &table::models(study, &all))?;
    if let Some(path) = flags.get_one::<PathBuf>("by-feature") {
        write(path, table::features(study, &all))?;
    }
    let link = format!("?{}", link::write(&link::pairs(study, Some(preset))));
    let path = flags.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    weights::study(flags, study, &all, about(&link, &path))
}

fn about<'a>(link: &'a str, path: &'a Path) -> About<'a> {
    let engine = path.file_name().and_then(|name| name.to_str()).unwrap_or("a file");
    About { link, program: env!("CARGO_PKG_VERSION"), engine, step: 0 }
}

fn out(flags: &ArgMatches, text: &str) -> Result<(), Error> {
    Output::open(flags.get_one::<PathBuf>("out").map(PathBuf::as_path))?.write(text.as_bytes())
}
