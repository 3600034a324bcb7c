//! `superphase compare`: one table across architectures, from files of weights and saved tables.

use crate::error::Error;
use crate::flags;
use crate::output::Output;
use crate::say;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::path::PathBuf;
use toy::comparison;
use toy::evaluate::Effort;

/// The subcommand.
pub fn command() -> Command {
    let files = Arg::new("files").value_name("FILE").required(true).num_args(1..);
    Command::new("compare")
        .about("Compares models across architectures: a row a model and site, with cosines of its feature directions beside those of random ones, the Welch bound, and the same at initialisation")
        .arg(files.action(ArgAction::Append).value_parser(value_parser!(PathBuf)).help(
            "Weights of studies and networks (study --weights), W and b of PyTorch, JAX or NumPy (.safetensors or .npz), or tables of the comparison (.csv)",
        ))
        .arg(flags::file("out", "Writes the table (CSV); standard output without"))
}

/// Reads, measures and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let out = Output::open(flags.get_one::<PathBuf>("out").map(PathBuf::as_path))?;
    let mut all = vec![];
    for path in flags.get_many::<PathBuf>("files").into_iter().flatten() {
        let bytes = std::fs::read(path).map_err(|why| Error::Read(path.clone(), why))?;
        let (rows, notes) = files::compare::rows(&bytes, Effort::Final)
            .map_err(|why| Error::File(path.clone(), why))?;
        for note in notes {
            say::note(format_args!("{}: {note}.", path.display()));
        }
        all.extend(rows);
    }
    out.write(comparison::csv(&all).as_bytes())
}
