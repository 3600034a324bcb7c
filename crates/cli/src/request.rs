//! What all commands that take long are asked for: a share, checkpoints, devices.

use crate::error::Error;
use crate::share::{Share, Wanted};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Seconds between checkpoints, unless said otherwise.
const EVERY: &str = "30";

/// The flags' values.
#[derive(Clone, Debug)]
pub struct Request {
    /// The share.
    pub share: Share,
    /// Whether a shard was asked for, if only the one of one.
    sharded: bool,
    /// Where checkpoints go, if that was said.
    pub checkpoint: Option<PathBuf>,
    /// Time between two of them.
    pub every: Option<Duration>,
    /// Whether to go on from one.
    pub resume: bool,
}

/// Adds the flags.
pub fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("shard").long("shard").value_name("I/N").allow_hyphen_values(true).help(
            "Computes one of N shares, counted from 1; auto takes it from the scheduler (Slurm, \
             torchrun, MPI, ...), auto/N where that does not say how many there are. Files are \
             called NAME.shard-0000I-of-0000N.EXT; `superphase merge` makes the whole of them",
        ))
        .arg(
            Arg::new("checkpoint")
                .long("checkpoint")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Where to save how far it is, at intervals and on SIGINT and SIGTERM [default: beside --out]"),
        )
        .arg(
            Arg::new("checkpoint-every")
                .long("checkpoint-every")
                .value_name("SECONDS")
                .value_parser(value_parser!(f64))
                .default_value(EVERY)
                .help("Time between two checkpoints; 0 for none but on a signal"),
        )
        .arg(Arg::new("resume").long("resume").action(ArgAction::SetTrue).help(
            "Goes on from the checkpoint, if there is one, and ends with the bits of an undisturbed run",
        ))
}

impl Request {
    /// What the flags ask for, in this process's environment.
    ///
    /// # Errors
    /// When there is no such share.
    pub fn read(flags: &ArgMatches) -> Result<Self, Error> {
        let shard = flags.get_one::<String>("shard");
        let share = match shard {
            None => Share::ALL,
            Some(text) => text.parse::<Wanted>()?.resolve(|name| std::env::var(name).ok())?,
        };
        let every = flags.get_one::<f64>("checkpoint-every").copied().unwrap_or_default();
        Ok(Self {
            share,
            sharded: shard.is_some(),
            checkpoint: flags.get_one::<PathBuf>("checkpoint").cloned(),
            // Not a number, negative or beyond all time: never.
            every: Duration::try_from_secs_f64(every).ok().filter(|every| !every.is_zero()),
            resume: flags.get_flag("resume"),
        })
    }

    /// Whether a shard was asked for.
    pub fn is_sharded(&self) -> bool {
        self.sharded
    }

    /// The file of the share, of what a flag names.
    ///
    /// # Errors
    /// When a shard has no file to go to.
    pub fn place(&self, flag: &str, path: Option<&PathBuf>) -> Result<Option<PathBuf>, Error> {
        let path = path.filter(|path| path.as_path() != Path::new("-"));
        match path {
            Some(path) if self.sharded => Ok(Some(self.share.path(path))),
            None if self.sharded => {
                Err(Error::Flags(format!("a shard needs a file to write to: --{flag} FILE")))
            }
            path => Ok(path.cloned()),
        }
    }

    /// This process's command line, with what it takes to go on from its checkpoint.
    pub fn command_to_resume(&self) -> String {
        let mut words: Vec<String> = std::env::args().collect();
        if !self.resume && !self.sharded {
            words.push("--resume".into());
        }
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("--out=a/b.csv"), "--out=a/b.csv");
        assert_eq!(quoted("my file's"), "'my file'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
