//! npz: a zip archive of NumPy arrays, stored as they are, as `numpy.savez` writes it; compressed
//! ones are read, too. Texts about the arrays are arrays themselves, each of a single text.

use crate::archive::{Archive, FileError, LARGEST, Tensor, Values, error};
use crate::npy;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Most arrays of a file.
const MOST: usize = 1 << 12;

/// Whether a file begins as a zip archive does.
pub(crate) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Writes an archive.
pub(crate) fn write(archive: &Archive) -> Result<Vec<u8>, FileError> {
    let text =
        |(name, text): (&String, &String)| Tensor::new(name, &[], Values::Text(vec![text.clone()]));
    let texts: Vec<Tensor> = archive.metadata.iter().map(text).collect();
    let mut file = ZipWriter::new(Cursor::new(vec![]));
    for tensor in archive.tensors.iter().chain(&texts) {
        let array = npy::write(tensor);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(u32::try_from(array.len()).is_err());
        let name = format!("{}.npy", tensor.name);
        let why = |e: &dyn std::fmt::Display| FileError(format!("{name} cannot be packed: {e}"));
        file.start_file(name.as_str(), options).map_err(|e| why(&e))?;
        file.write_all(&array).map_err(|e| why(&e))?;
    }
    let file = file.finish().map_err(|e| FileError(format!("it cannot be packed: {e}")))?;
    Ok(file.into_inner())
}

/// Reads a file. An array of a single text is taken for a text about the others; other members
/// than arrays are passed over.
pub(crate) fn read(bytes: &[u8]) -> Result<Archive, FileError> {
    let why = |e: &dyn std::fmt::Display| FileError(format!("it is no whole zip archive ({e})"));
    let mut file = ZipArchive::new(Cursor::new(bytes)).map_err(|e| why(&e))?;
    if file.len() > MOST {
        return error(format!("it has {} members; at most {MOST} are read", file.len()));
    }
    let (mut archive, mut room) = (Archive::default(), LARGEST);
    for index in 0..file.len() {
        let mut member = file.by_index(index).map_err(|e| why(&e))?;
        let name = member.name().map_err(|e| why(&e))?.to_string();
        let Some(name) = name.strip_suffix(".npy") else { continue };
        let name = name.to_owned();
        let tensor = npy::read(&name, &mut member, &mut room)?;
        match tensor {
            Tensor { shape, values: Values::Text(text), .. } if shape.is_empty() => {
                archive.metadata.insert(name, text.concat());
            }
            tensor if archive.tensor(&name).is_none() => archive.tensors.push(tensor),
            _ => return error(format!("it has {name} twice")),
        }
    }
    if archive.tensors.is_empty() {
        return error("it is a zip archive without NumPy arrays");
    }
    Ok(archive)
}
