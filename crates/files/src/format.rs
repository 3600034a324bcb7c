//! Archives as files, of either format.

use crate::archive::{Archive, FileError, error};
use crate::{npz, safetensors};

/// A kind of file, known by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.safetensors`
    Safetensors,
    /// `.npz`
    Npz,
}

impl Format {
    /// The format of a file's name.
    ///
    /// # Errors
    /// When the name ends in neither.
    pub fn of(name: &str) -> Result<Self, FileError> {
        let name = name.to_ascii_lowercase();
        match () {
            () if name.ends_with(".safetensors") => Ok(Self::Safetensors),
            () if name.ends_with(".npz") => Ok(Self::Npz),
            () => error("its name must end in .safetensors or .npz, which says the format"),
        }
    }
}

impl Archive {
    /// Writes the archive as a file of this format: the same bytes for the same archive.
    ///
    /// # Errors
    /// When an array holds texts, which safetensors has no place for.
    pub fn write(&self, format: Format) -> Result<Vec<u8>, FileError> {
        match format {
            Format::Safetensors => safetensors::write(self),
            Format::Npz => npz::write(self),
        }
    }

    /// Reads a file of either format, which its first bytes tell apart.
    ///
    /// # Errors
    /// When it is neither, damaged, or larger than [`LARGEST`].
    pub fn read(bytes: &[u8]) -> Result<Self, FileError> {
        if npz::is(bytes) { npz::read(bytes) } else { safetensors::read(bytes) }
    }

    /// Whether these bytes begin like a file that [`Self::read`] reads: a zip archive, or a JSON
    /// header after its length.
    pub fn is(bytes: &[u8]) -> bool {
        npz::is(bytes) || bytes.get(8) == Some(&b'{')
    }
}
