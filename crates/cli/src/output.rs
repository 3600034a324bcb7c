//! Where results go: standard output, or a file, which is either whole or not there at all.
//!
//! A file is written beside its place, as `NAME.partial`, and renamed when it is whole. Whether it
//! can be is found out before anything is computed.

use crate::error::Error;
use crate::part::{End, Header};
use crate::say;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use toy::fingerprint::Fingerprint;

/// One result under way.
pub struct Output {
    place: Place,
    /// Bytes written so far.
    length: u64,
    /// Of a part: what it belongs to.
    part: Option<Header>,
}

enum Place {
    /// Standard output, as long as somebody reads it.
    Standard { open: bool },
    /// Something that is not a file of its own, such as a pipe or a device.
    Special { path: PathBuf, file: Option<File> },
    /// A file, and what it is called until it is whole.
    File { path: PathBuf, partial: PathBuf, file: File },
}

impl Output {
    /// Opens a place: a file, or standard output where none is named or it is called `-`.
    ///
    /// # Errors
    /// When it cannot be written to.
    pub fn open(path: Option<&Path>) -> Result<Self, Error> {
        let place = match path {
            None => Place::Standard { open: true },
            Some(path) if path == "-" => Place::Standard { open: true },
            Some(path) => Self::place(path)?,
        };
        Ok(Self { place, length: 0, part: None })
    }

    fn place(path: &Path) -> Result<Place, Error> {
        let refused = |why: String| Error::Unwritable(path.into(), why);
        // A link stays one: what it leads to is written.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Ok(there) = fs::metadata(&target) {
            if there.is_dir() {
                return Err(refused("it is a folder".into()));
            }
            if !there.is_file() {
                return Ok(Place::Special { path: target, file: None });
            }
            if there.permissions().readonly() {
                return Err(refused("it may not be changed".into()));
            }
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        match fs::metadata(folder) {
            Ok(there) if there.is_dir() => {}
            Ok(_) => return Err(refused(format!("{} is not a folder", folder.display()))),
            Err(_) => return Err(refused(format!("there is no folder {}", folder.display()))),
        }
        let Some(name) = target.file_name() else {
            return Err(refused("it is no file's name".into()));
        };
        let mut partial = name.to_owned();
        partial.push(".partial");
        let partial = target.with_file_name(partial);
        let options =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&partial);
        let file = options.map_err(|why| refused(why.to_string()))?;
        Ok(Place::File { path: target, partial, file })
    }

    /// Whether it is standard output, or a device that cannot be gone on with.
    pub fn is_stream(&self) -> bool {
        !matches!(self.place, Place::File { .. })
    }

    /// Whether nobody reads what is written.
    pub fn is_closed(&self) -> bool {
        matches!(self.place, Place::Standard { open: false })
    }

    /// Where it goes, to tell places apart.
    pub fn path(&self) -> &Path {
        match &self.place {
            Place::Standard { .. } => Path::new("-"),
            Place::Special { path, .. } | Place::File { path, .. } => path,
        }
    }

    /// Bytes written so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Makes it the part of a table that a header describes.
    pub fn make_part(&mut self, header: Header) {
        self.part = Some(header);
    }

    /// Goes on after so many bytes, which were written before.
    ///
    /// # Errors
    /// When they are not there any more.
    pub fn go_on(&mut self, length: u64) -> Result<(), Error> {
        let Place::File { path, partial, file } = &mut self.place else { return Ok(()) };
        let failed = |why| Error::Read(partial.clone(), why);
        if file.metadata().map_err(failed)?.len() < length {
            let why = format!("{} is not as long as it was any more", partial.display());
            return Err(Error::Unwritable(path.clone(), why));
        }
        file.set_len(length).map_err(failed)?;
        file.seek(SeekFrom::Start(length)).map_err(failed)?;
        self.length = length;
        Ok(())
    }

    /// Adds some of a table: all of it, or what follows after what was added before.
    ///
    /// # Errors
    /// When it cannot be written; the sentence says where it is instead.
    pub fn add(&mut self, text: &[u8]) -> Result<(), Error> {
        if let Some(header) = self.part.as_ref().filter(|_| self.length == 0) {
            let line = header.line();
            self.put(line.as_bytes())?;
        }
        self.put(text)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = match &mut self.place {
            Place::Standard { open } if !*open => Ok(()),
            Place::Standard { open } => say::print(bytes).map(|reads| *open = reads),
            Place::Special { path, file } => {
                let opened = match file.take() {
                    Some(file) => Ok(file),
                    None => OpenOptions::new().write(true).open(path),
                };
                opened.and_then(|opened| {
                    let file = file.insert(opened);
                    match file.write_all(bytes).and_then(|()| file.flush()) {
                        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                        other => other,
                    }
                })
            }
            Place::File { file, .. } => {
                let start = if self.length == 0 {
                    file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)).map(drop))
                } else {
                    Ok(())
                };
                start.and_then(|()| file.write_all(bytes))
            }
        };
        match written {
            Ok(()) => {
                self.length += bytes.len() as u64;
                Ok(())
            }
            Err(why) => Err(self.rescue(bytes, why)),
        }
    }

    /// Puts what was written, and what could not be, somewhere else.
    fn rescue(&mut self, bytes: &[u8], why: io::Error) -> Error {
        let path = match &self.place {
            Place::Standard { .. } => PathBuf::from("standard output"),
            _ => self.path().to_owned(),
        };
        let name = match &self.place {
            Place::Standard { .. } => "standard-output".into(),
            _ => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        };
        let name = format!("superphase-rescue-{}-{name}", std::process::id());
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let folders = [std::env::current_dir().ok(), Some(std::env::temp_dir()), home];
        for folder in folders.into_iter().flatten() {
            let rescue = folder.join(&name);
            if self.copy(bytes, &rescue).is_ok() {
                return Error::Rescued { path, why, rescue };
            }
            let _ = fs::remove_file(&rescue);
        }
        Error::Write(path, why)
    }

    fn copy(&mut self, bytes: &[u8], to: &Path) -> io::Result<()> {
        let mut rescue = File::create(to)?;
        if let Place::File { file, .. } = &mut self.place {
            file.seek(SeekFrom::Start(0))?;
            io::copy(&mut file.take(self.length), &mut rescue)?;
            // What was written of the last piece is of no use.
            let _ = file.set_len(self.length);
        }
        rescue.write_all(bytes)?;
        rescue.sync_all()
    }

    /// Ends it: the file gets its name.
    ///
    /// # Errors
    /// When it cannot be written; the sentence says where it is instead.
    pub fn finish(mut self) -> Result<(), Error> {
        if let (Some(_), Place::File { partial, file, .. }) = (&self.part, &mut self.place) {
            let failed = |why| Error::Read(partial.clone(), why);
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            // The part's own line and the table's header are none of them.
            let lines = count_lines(&mut *file).map_err(failed)?.saturating_sub(2);
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            let sum = Fingerprint::of_reader(&mut *file).map_err(failed)?;
            let end = End::new(lines, sum).line();
            self.put(end.as_bytes())?;
        }
        if let Place::File { path, partial, file } = &mut self.place {
            let renamed = file.sync_all().and_then(|()| fs::rename(&*partial, &*path));
            if let Err(why) = renamed {
                return Err(self.rescue(&[], why));
            }
        }
        Ok(())
    }

    /// Writes a whole result.
    ///
    /// # Errors
    /// When it cannot be written; the sentence says where it is instead.
    pub fn write(mut self, bytes: &[u8]) -> Result<(), Error> {
        self.add(bytes)?;
        self.finish()
    }

    /// Whether the file is there, whole, and the part that a header describes; whatever it was
    /// trained on.
    pub fn holds(&self, expected: &Header) -> bool {
        holds(self.path(), expected).unwrap_or(false)
    }

    /// Takes away what was begun.
    pub fn discard(&mut self) {
        self.length = 0;
        if let Place::File { file, .. } = &self.place {
            let _ = file.set_len(0);
        }
    }
}

impl Drop for Output {
    /// A file that nothing was written to leaves nothing behind.
    fn drop(&mut self) {
        if let Place::File { partial, file, .. } = &self.place
            && file.metadata().is_ok_and(|there| there.len() == 0)
        {
            let _ = fs::remove_file(partial);
        }
    }
}

/// Writes a whole result to a file.
///
/// # Errors
/// When it cannot be written; the sentence says where it is instead.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
    Output::open(Some(path))?.write(bytes.as_ref())
}

/// Writes a file that nothing can be rescued of, such as a checkpoint: whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn replace(path: &Path, pieces: &[&[u8]]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let written = File::create(&partial).and_then(|mut file| {
        pieces.iter().try_for_each(|piece| file.write_all(piece))?;
        file.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&partial, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&partial);
    }
    renamed
}

fn count_lines(from: &mut impl Read) -> io::Result<u64> {
    let (mut some, mut count) = (vec![0; 1 << 16], 0);
    loop {
        match from.read(&mut some)? {
            0 => return Ok(count),
            read => count += some[..read].iter().filter(|byte| **byte == b'\n').count() as u64,
        }
    }
}

/// Whether a file is a whole part of a table or document that fits a header.
fn holds(path: &Path, expected: &Header) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut reader = BufReader::new(&file);
    let (mut first, mut second) = (String::new(), String::new());
    reader.by_ref().take(1 << 20).read_line(&mut first)?;
    reader.take(1 << 20).read_line(&mut second)?;
    let Some(found) = Header::read(&first).or_else(|| Header::read(&second)) else {
        return Ok(false);
    };
    if (Header { engine: expected.engine.clone(), ..found }) != *expected {
        return Ok(false);
    }
    // The end is in the last lines.
    let back = length.min(1 << 10);
    file.seek(SeekFrom::Start(length - back))?;
    let mut tail = vec![];
    file.read_to_end(&mut tail)?;
    let starts = tail.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    for start in starts {
        let line = tail[start..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Some(end) = std::str::from_utf8(line).ok().and_then(End::read) else { continue };
        file.seek(SeekFrom::Start(0))?;
        let sum = Fingerprint::of_reader((&file).take(length - back + start as u64))?;
        return Ok(end == End::new(expected.all_lines(), sum));
    }
    Ok(false)
}
