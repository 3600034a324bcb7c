//! `--weights` and `--npz`: models and results as arrays, for Python.

use crate::error::Error;
use crate::flags;
use crate::output::{Output, write};
use crate::request::Request;
use clap::{ArgMatches, Command};
use files::weights::About;
use files::{Archive, Format, arrays, weights};
use std::path::PathBuf;
use toy::Sweep;
use toy::fingerprint::Fingerprint;
use toy::picture::Measures;
use toy::spec::link;
use toy::study::snapshot::Trained;
use toy::study::{Snapshot, Study};
use toy::translation::Translation;

/// Adds the flags.
pub fn flags(command: Command) -> Command {
    command
        .arg(flags::arrays(
            "weights",
            "Writes weights and biases, with the link beside them (.safetensors or .npz)",
        ))
        .arg(flags::arrays("npz", "Writes axes and measures as NumPy arrays (.npz)"))
}

/// Whether the flags ask for arrays.
pub fn wanted(flags: &ArgMatches) -> bool {
    ["weights", "npz"].iter().any(|name| flags.contains_id(name))
}

/// Refuses what cannot be written before anything is trained.
///
/// # Errors
/// When arrays are asked of a shard, or their file cannot be written to.
pub fn check(flags: &ArgMatches, request: &Request) -> Result<(), Error> {
    for name in ["weights", "npz"] {
        let Some(path) = flags.get_one::<PathBuf>(name) else { continue };
        if request.is_sharded() {
            return Err(Error::Flags(format!(
                "--{name} is written of whole runs; shards have tables of their models, which superphase merge makes one of"
            )));
        }
        Output::open(Some(path))?;
    }
    Ok(())
}

/// The link of a diagram, from its `?` on.
pub fn sweep_link(sweep: &Sweep) -> String {
    format!("?{}", link::write(&link::pairs(sweep, None)))
}

/// Writes what the flags ask for of a diagram.
pub fn sweep(
    flags: &ArgMatches,
    sweep: &Sweep,
    measures: &Measures,
    about: About,
) -> Result<(), Error> {
    save(flags, "weights", || weights::sweep(sweep, measures, about))?;
    save(flags, "npz", || Ok(arrays::diagram(sweep, &measures.picture(sweep.aggregate), about)))
}

/// Writes what the flags ask for of bottlenecks, with the fingerprint of the model that they are in.
pub fn translation(
    flags: &ArgMatches,
    run: &Translation,
    trained: &[Trained],
    about: About,
    base: Fingerprint,
) -> Result<(), Error> {
    save(flags, "weights", || {
        let mut archive = weights::translation(run, trained, about)?;
        archive.metadata.insert("base".into(), base.to_string());
        Ok(archive)
    })
}

/// Writes what the flags ask for of a study.
pub fn study(
    flags: &ArgMatches,
    study: &Study,
    all: &[Snapshot],
    about: About,
) -> Result<(), Error> {
    save(flags, "weights", || weights::study(study, all, about))?;
    save(flags, "npz", || Ok(arrays::measures(study, all, about)))
}

/// Writes an archive to the file that a flag names, if it does.
fn save(
    flags: &ArgMatches,
    name: &str,
    archive: impl FnOnce() -> Result<Archive, files::FileError>,
) -> Result<(), Error> {
    let Some(path) = flags.get_one::<PathBuf>(name) else { return Ok(()) };
    let bytes = Format::of(&path.to_string_lossy())
        .and_then(|format| archive()?.write(format))
        .map_err(|why| Error::File(path.clone(), why))?;
    write(path, bytes)
}
