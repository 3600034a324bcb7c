//! Checkpoint files: how far a command is, and the engine's checkpoints of what it trains just now.
//!
//! A file is a line of JSON ([`Saved`]), then the bytes of each run's checkpoint, one after the
//! other. It is replaced as a whole, and taken away when the command is done.

use crate::error::Error;
use crate::output::{Output, replace};
use crate::request::Request;
use crate::{say, signal};
use engine::{Checkpoint, Run};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The value of `format`.
const FORMAT: &str = "superphase-checkpoint";
/// Version of the format.
const VERSION: u32 = 1;

/// What a checkpoint file says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    format: String,
    version: u32,
    program: String,
    /// Fingerprint of what is computed and of the flags that change results.
    hash: String,
    shard: u32,
    of: u32,
    /// Blocks of rows that are done and written.
    pub blocks: u32,
    /// Where, and how many bytes.
    outputs: Vec<(PathBuf, u64)>,
    /// Bytes of each run's checkpoint.
    runs: Vec<u64>,
}

/// Saves a command at intervals.
pub struct Saver {
    path: PathBuf,
    every: Option<Duration>,
    hash: String,
    request: Request,
    last: Instant,
    /// Time that saving took the last time.
    cost: Duration,
    /// Whether this process has saved anything.
    exists: bool,
}

/// Where a command goes on.
pub struct Restored {
    /// Blocks of rows that are done and written.
    pub blocks: u32,
    /// What was being trained.
    pub runs: Vec<Checkpoint>,
}

impl Saver {
    /// Saves a command whose results have this fingerprint.
    pub fn new(request: &Request, out: &Output, command: &str, hash: &str) -> Self {
        let beside = || {
            let mut name = out.path().file_name().unwrap_or_default().to_owned();
            name.push(".checkpoint");
            out.path().with_file_name(name)
        };
        let own = || PathBuf::from(format!("superphase-{command}-{hash}.checkpoint"));
        let path = request.checkpoint.clone();
        let path = path.unwrap_or_else(|| if out.is_stream() { own() } else { beside() });
        // Nothing is left in a folder that was not named, unless a signal asks for it.
        let named = request.checkpoint.is_some() || !out.is_stream();
        Self {
            path,
            every: request.every.filter(|_| named),
            hash: hash.into(),
            request: request.clone(),
            last: Instant::now(),
            cost: Duration::ZERO,
            exists: false,
        }
    }

    /// What to go on from: a checkpoint of the same results, if it is there and wanted. Outputs are
    /// set to where they were.
    ///
    /// # Errors
    /// When there is one that cannot be gone on from.
    pub fn restore(&mut self, outputs: &mut [&mut Output]) -> Result<Option<Restored>, Error> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(why) if why.kind() == ErrorKind::NotFound => {
                if self.request.resume {
                    let path = self.path.display();
                    say::note(format_args!("There is no checkpoint {path}: from the beginning."));
                }
                return Ok(None);
            }
            Err(why) => return Err(Error::Read(self.path.clone(), why)),
        };
        let wrong = |why: String| Error::Checkpoint(self.path.clone(), why);
        let found = read(&bytes);
        if !self.request.resume && !self.request.is_sharded() {
            if found.is_ok_and(|(saved, _)| saved.hash == self.hash) {
                let path = self.path.display();
                say::note(format_args!(
                    "{path} is a checkpoint of this run; --resume goes on from it. This run begins anew."
                ));
            }
            return Ok(None);
        }
        let (saved, mut rest) = found.map_err(&wrong)?;
        let share = self.request.share;
        if saved.hash != self.hash || (saved.shard, saved.of) != (share.shard, share.of) {
            return Err(wrong(
                "it is a checkpoint of another run; name another by --checkpoint, or remove it"
                    .into(),
            ));
        }
        let places = outputs.iter().map(|output| output.path());
        if saved.blocks > 0 && !saved.outputs.iter().map(|(path, _)| path.as_path()).eq(places) {
            return Err(wrong("it was made with other output files; name the same ones".into()));
        }
        let mut runs = vec![];
        for length in &saved.runs {
            let length = usize::try_from(*length).unwrap_or(usize::MAX);
            let cut = || wrong("the checkpoint is cut off".into());
            let (own, others) = rest.split_at_checked(length).ok_or_else(cut)?;
            runs.push(Checkpoint::decode(own).map_err(|why| wrong(why.to_string()))?);
            rest = others;
        }
        if saved.blocks > 0 {
            let mut pairs = outputs.iter_mut().zip(&saved.outputs);
            if let Err(why) = pairs.try_for_each(|(output, (_, length))| output.go_on(*length)) {
                say::note(format_args!("{why}: from the beginning."));
                outputs.iter_mut().for_each(|output| output.discard());
                return Ok(None);
            }
        }
        self.exists = true;
        Ok(Some(Restored { blocks: saved.blocks, runs }))
    }

    /// Saves if it is time to, or a signal asks for the end, which it then is. `at` says how far
    /// the command is.
    ///
    /// # Errors
    /// When a signal has come, or the run cannot be read back.
    pub fn between(
        &mut self,
        blocks: u32,
        outputs: &[&Output],
        runs: &mut [Run],
        at: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        let signal = signal::received();
        // At most a thirtieth of the time.
        let due = self.every.is_some_and(|every| self.last.elapsed() >= every.max(30 * self.cost));
        if signal.is_none() && !due {
            return Ok(());
        }
        let saved = self.save(blocks, outputs, runs);
        let Some(signal) = signal else {
            if let Err(why) = saved {
                // The run goes on: it may still end well.
                say::note(why);
                self.last = Instant::now();
            }
            return Ok(());
        };
        let hint = match saved {
            Ok(()) => format!(
                "the checkpoint is {}. Go on with:\n  {}",
                self.path.display(),
                self.request.command_to_resume()
            ),
            Err(why) => format!("nothing is saved, since {why}"),
        };
        Err(Error::Stopped { signal, at: at(), hint })
    }

    /// Saves.
    ///
    /// # Errors
    /// When a file cannot be written, or the run cannot be read back.
    pub fn save(
        &mut self,
        blocks: u32,
        outputs: &[&Output],
        runs: &mut [Run],
    ) -> Result<(), Error> {
        let start = Instant::now();
        let mut checkpoints = vec![];
        for run in runs {
            checkpoints.push(pollster::block_on(run.checkpoint())?.encode());
        }
        let share = self.request.share;
        let saved = Saved {
            format: FORMAT.into(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").into(),
            hash: self.hash.clone(),
            shard: share.shard,
            of: share.of,
            blocks,
            outputs: outputs.iter().map(|o| (o.path().to_owned(), o.length())).collect(),
            runs: checkpoints.iter().map(|bytes| bytes.len() as u64).collect(),
        };
        // Plain data, which is JSON always.
        let line = serde_json::to_string(&saved).unwrap_or_default() + "\n";
        let mut pieces = vec![line.as_bytes()];
        pieces.extend(checkpoints.iter().map(Vec::as_slice));
        replace(&self.path, &pieces).map_err(|why| Error::Write(self.path.clone(), why))?;
        (self.last, self.cost, self.exists) = (Instant::now(), start.elapsed(), true);
        Ok(())
    }

    /// The command is done: nothing is left to go on from.
    pub fn done(&self) {
        if self.exists {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What a file's first line says, and what follows it.
fn read(bytes: &[u8]) -> Result<(Saved, &[u8]), String> {
    let foreign = || "it is not a checkpoint of superphase".to_owned();
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(foreign)?;
    let saved: Saved = serde_json::from_slice(&bytes[..end]).map_err(|_| foreign())?;
    if saved.format != FORMAT {
        return Err(foreign());
    }
    if saved.version != VERSION || saved.program != env!("CARGO_PKG_VERSION") {
        return Err(format!("it was written by superphase {}; go on with that", saved.program));
    }
    Ok((saved, &bytes[end + 1..]))
}
