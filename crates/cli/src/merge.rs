//! `superphase merge`: the file of an undivided run, byte for byte, from the parts that shards of it
//! have written.
//!
//! Parts are read twice: first whole, to know that they are, then in turns, a row or model of each
//! at a time, so that memory does not grow with them.

use crate::error::Error;
use crate::part::{End, Header};
use crate::share::Share;
use clap::{Arg, ArgMatches, Command, value_parser};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use toy::fingerprint::Fingerprint;

/// Longest last line that is looked for, in bytes.
const LAST: u64 = 1024;
/// The line of a document behind which its models stand, a line each.
const MODELS: &str = "  \"models\": [\n";

/// Why there is no whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Not written by a shard, or by one of another version.
    #[error("{0} is no part of a run, or one of another version of the program")]
    NoPart(PathBuf),
    /// Called as another shard's.
    #[error("{0} is called as the part of shard {1}, but is that of shard {2}")]
    Named(PathBuf, Share, Share),
    /// Cut off, or changed.
    #[error("{0} is cut off or damaged; run its shard again: --array={1}")]
    Damaged(PathBuf, u32),
    /// Of another run than the first.
    #[error("{part} does not belong to {first}: its {what} is {found}, not {wanted}")]
    Foreign {
        /// The part.
        part: PathBuf,
        /// The first part.
        first: PathBuf,
        /// What differs.
        what: &'static str,
        /// The part's.
        found: String,
        /// The first part's.
        wanted: String,
    },
    /// A shard twice.
    #[error("{0} and {1} are both of shard {2}; leave one of them")]
    Twice(PathBuf, PathBuf, u32),
    /// Shards that are not there.
    #[error("{missing} of {of} parts are missing; what is left to do: sbatch --array={array}")]
    Missing {
        /// How many are missing.
        missing: usize,
        /// How many there should be.
        of: u32,
        /// Which, as `sbatch` takes them.
        array: String,
    },
    /// The whole would take the place of a part.
    #[error("{0} is one of the parts; name another file for the whole")]
    Part(PathBuf),
}

/// The subcommand.
pub fn command() -> Command {
    Command::new("merge")
        .about("Makes the file of an undivided run, byte for byte, from the parts of its shards")
        .arg(
            Arg::new("parts")
                .value_name("PARTS")
                .required(true)
                .num_args(1..)
                .value_parser(value_parser!(PathBuf))
                .help("The files that the shards have written: NAME.shard-*-of-*.EXT"),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("The file of the whole; it is written only when it is whole"),
        )
}

/// Checks the parts and writes the whole.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let paths: Vec<PathBuf> =
        flags.get_many::<PathBuf>("parts").into_iter().flatten().cloned().collect();
    let Some(out) = flags.get_one::<PathBuf>("out") else { return Ok(()) };
    let same = |path: &&PathBuf| match (fs::canonicalize(path), fs::canonicalize(out)) {
        (Ok(part), Ok(whole)) => part == whole,
        _ => false,
    };
    if let Some(part) = paths.iter().find(same) {
        return Err(MergeError::Part(part.clone()).into());
    }
    let mut parts = vec![];
    for path in &paths {
        let part = Part::open(path);
        parts.push(part.map_err(|why| Error::Read(path.clone(), why))??);
    }
    let parts = sorted(parts)?;
    // Beside the whole, so that taking its place is one step.
    let name = out.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let temporary = out.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = File::create(&temporary)
        .map_err(|why| Error::Write(out.clone(), why))
        .and_then(|file| whole(parts, BufWriter::new(file), out))
        .and_then(|()| fs::rename(&temporary, out).map_err(|why| Error::Write(out.clone(), why)));
    if written.is_err() {
        // It may never have been there.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A part that is whole.
struct Part {
    path: PathBuf,
    header: Header,
    /// What stands in front of rows or models in the whole.
    head: String,
    /// Where the next row or model begins.
    at: u64,
    document: bool,
}

impl Part {
    /// Reads a part to its end and remembers where its rows or models begin.
    fn open(path: &Path) -> io::Result<Result<Self, MergeError>> {
        let mut file = BufReader::new(File::open(path)?);
        let length = file.get_ref().metadata()?.len();
        let (mut first, mut head) = (String::new(), String::new());
        // Whatever file was named: its first lines alone are looked at, and not far.
        let mut start = file.by_ref().take(1 << 16);
        if start.read_line(&mut first).is_err() {
            return Ok(Err(MergeError::NoPart(path.into())));
        }
        let document = first == "{\n";
        if document {
            head += &first;
            first.clear();
            if start.read_line(&mut first).is_err() {
                return Ok(Err(MergeError::NoPart(path.into())));
            }
        }
        let Some(header) = Header::read(&first) else {
            return Ok(Err(MergeError::NoPart(path.into())));
        };
        let share = Share { shard: header.shard, of: header.of };
        if let Some((named, _)) = Share::of_path(path).filter(|(named, _)| *named != share) {
            return Ok(Err(MergeError::Named(path.into(), named, share)));
        }
        let damaged = || MergeError::Damaged(path.into(), header.shard);
        let Some((end, before)) = end(file.get_mut(), length, document)? else {
            return Ok(Err(damaged()));
        };
        file.seek(SeekFrom::Start(0))?;
        let sum = Fingerprint::of_reader(file.by_ref().take(before))?;
        if end.sum != sum.to_string() || end.lines != header.all_lines() {
            return Ok(Err(damaged()));
        }
        let mut at = if document { 2 } else { 0 } + first.len() as u64;
        file.seek(SeekFrom::Start(at))?;
        loop {
            let mut line = String::new();
            at += file.read_line(&mut line)? as u64;
            head += &line;
            match () {
                () if line.is_empty() => return Ok(Err(damaged())),
                () if !document || line == MODELS => break,
                () => {}
            }
        }
        Ok(Ok(Self { path: path.into(), header, head, at, document }))
    }

    /// Copies the next row or model.
    fn copy(&mut self, separate: bool, out: &mut impl Write) -> io::Result<()> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.at))?;
        let mut file = BufReader::new(file);
        let mut line = vec![];
        for _ in 0..self.header.lines {
            line.clear();
            self.at += file.read_until(b'\n', &mut line)? as u64;
            if self.document {
                let text = line.trim_ascii_end();
                let text = text.strip_suffix(b",").unwrap_or(text);
                if separate {
                    out.write_all(b",\n")?;
                }
                out.write_all(text)?;
            } else {
                out.write_all(&line)?;
            }
        }
        Ok(())
    }
}

/// What the last line says, and how many bytes there are before it; `None` when it says nothing.
/// Behind the end of a document there is a bracket.
fn end(file: &mut File, length: u64, document: bool) -> io::Result<Option<(End, u64)>> {
    let from = length.saturating_sub(LAST);
    file.seek(SeekFrom::Start(from))?;
    let mut last = vec![];
    file.take(LAST).read_to_end(&mut last)?;
    let text = if document { last.strip_suffix(b"}\n") } else { Some(&last[..]) };
    let Some(text) = text.and_then(|text| text.strip_suffix(b"\n")) else { return Ok(None) };
    let start = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let found = std::str::from_utf8(&text[start..]).ok().and_then(End::read);
    Ok(found.map(|end| (end, from + start as u64)))
}

/// The parts by their shards, all there, once, and of one run.
fn sorted(mut parts: Vec<Part>) -> Result<Vec<Part>, MergeError> {
    let Some(first) = parts.first() else { return Ok(parts) };
    for part in &parts[1..] {
        let (own, wanted) = (&part.header, &first.header);
        let text = |h: &Header| {
            [
                ("file", h.table.clone()),
                ("link", h.link.clone()),
                ("version", h.program.clone()),
                ("engine", h.engine.clone()),
                ("number of shards", h.of.to_string()),
                ("fingerprint", h.hash.clone()),
                ("size", format!("{} x {} lines", h.units, h.lines)),
            ]
        };
        let pairs = text(own).into_iter().zip(text(wanted));
        let differs = pairs.into_iter().find(|(own, wanted)| own != wanted);
        let head = (part.head != first.head)
            .then(|| (("head", part.head.clone()), ("head", first.head.clone())));
        if let Some(((what, found), (_, wanted))) = differs.or(head) {
            let (part, first) = (part.path.clone(), first.path.clone());
            return Err(MergeError::Foreign { part, first, what, found, wanted });
        }
    }
    let of = first.header.of;
    parts.sort_by_key(|part| part.header.shard);
    for pair in parts.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        if a.header.shard == b.header.shard {
            return Err(MergeError::Twice(a.path.clone(), b.path.clone(), a.header.shard));
        }
    }
    let there = |shard: &u32| parts.binary_search_by_key(shard, |part| part.header.shard).is_ok();
    let missing: Vec<u32> = (1..=of).filter(|shard| !there(shard)).collect();
    if !missing.is_empty() {
        let array = array(&missing);
        return Err(MergeError::Missing { missing: missing.len(), of, array });
    }
    Ok(parts)
}

/// Numbers, ascending, as `sbatch --array=` takes them: `2,5-7`.
fn array(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let text = |run: &[u32]| match run {
        [first, .., last] => format!("{first}-{last}"),
        run => run.iter().map(u32::to_string).collect(),
    };
    runs.map(text).collect::<Vec<_>>().join(",")
}

/// Writes the whole: rows or models in turns.
fn whole(mut parts: Vec<Part>, mut out: impl Write, path: &Path) -> Result<(), Error> {
    let failed = |why| Error::Write(path.into(), why);
    let Some(first) = parts.first() else { return Ok(()) };
    let (units, document) = (first.header.units, first.document);
    out.write_all(first.head.as_bytes()).map_err(failed)?;
    let of = parts.len();
    for unit in 0..units as usize {
        let part = &mut parts[unit % of];
        part.copy(unit > 0, &mut out).map_err(failed)?;
    }
    if document {
        out.write_all(b"\n  ]\n}\n").map_err(failed)?;
    }
    out.flush().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::array;

    #[test]
    fn missing_shards_are_written_as_an_array() {
        assert_eq!(array(&[3]), "3");
        assert_eq!(array(&[1, 2, 5, 7, 8, 9]), "1-2,5,7-9");
    }
}
