//! The tables of one run: a file a flag, of the whole run or of a shard of it.

use crate::error::Error;
use crate::output::Output;
use crate::part::{End, Header};
use crate::request::Request;
use crate::say;
use clap::ArgMatches;
use std::path::PathBuf;
use toy::fingerprint::Fingerprint;

/// Files under way by their flags, the first of which goes to standard output where it is not named.
pub struct Outputs(Vec<(&'static str, Output)>);

impl Outputs {
    /// Opens those that were asked for, before anything is trained.
    ///
    /// # Errors
    /// When one cannot be written to, or two are the same.
    pub fn open(
        flags: &ArgMatches,
        request: &Request,
        names: &[&'static str],
    ) -> Result<Self, Error> {
        let mut outputs: Vec<(&str, Output)> = vec![];
        for (place, &name) in names.iter().enumerate() {
            let path = flags.get_one::<PathBuf>(name);
            if path.is_none() && place > 0 {
                continue;
            }
            let output = Output::open(request.place(name, path)?.as_deref())?;
            if let Some((other, _)) = outputs.iter().find(|(_, own)| own.path() == output.path()) {
                return Err(Error::Flags(format!("--{other} and --{name} name the same place")));
            }
            outputs.push((name, output));
        }
        Ok(Self(outputs))
    }

    /// The first file.
    pub fn first(&self) -> &Output {
        &self.0[0].1
    }

    /// All files, to be set to where they were.
    pub fn all(&mut self) -> Vec<&mut Output> {
        self.0.iter_mut().map(|(_, output)| output).collect()
    }

    /// Whether a shard's files are all there and whole, by their headers; says so.
    pub fn are_there(&self, request: &Request, header: impl Fn(&str) -> Header) -> bool {
        let there =
            request.is_sharded() && self.0.iter().all(|(name, output)| output.holds(&header(name)));
        if there {
            say::note(format_args!("{} is there already.", self.first().path().display()));
        }
        there
    }

    /// Writes every table, or a shard's part of it, and the document, whatever becomes of one.
    ///
    /// # Errors
    /// The last there was, also before; others are said.
    pub fn write(
        self,
        request: &Request,
        mut failed: Option<Error>,
        header: impl Fn(&str) -> Header,
        text: impl Fn(&str) -> String,
    ) -> Result<(), Error> {
        for (name, mut output) in self.0 {
            let text = match (request.is_sharded(), name) {
                (true, "json") => document_part(&text(name), &header(name)),
                (true, _) => {
                    output.make_part(header(name));
                    text(name)
                }
                _ => text(name),
            };
            if let Err(error) = output.write(text.as_bytes()) {
                failed.iter().for_each(say::note);
                failed = Some(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

/// The part of a document: with a first and a last member more.
fn document_part(text: &str, header: &Header) -> String {
    let (start, rest) = text.split_once('\n').unwrap_or((text, ""));
    let rest = rest.strip_suffix("\n}\n").unwrap_or(rest);
    let text = format!("{start}\n{}{rest},\n", header.member());
    let end = End::new(header.all_lines(), Fingerprint::of_bytes(text.as_bytes())).member();
    text + &end + "}\n"
}
