//! Named arrays with texts beside them, whatever file they come from or go to.

use crate::{npz, safetensors};
use std::collections::BTreeMap;

/// Most bytes of numbers that are taken from a file: 1 GiB, whatever a header or a compressed
/// member promises.
pub const LARGEST: usize = 1 << 30;

/// Why a file cannot be read or written, as a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FileError(pub String);

/// Shorthand for an error.
pub(crate) fn error<T>(why: impl Into<String>) -> Result<T, FileError> {
    Err(FileError(why.into()))
}

/// The entries of an array, the last axis fastest. Half floats are read as `F32`, whole numbers of
/// any width as `I64`.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Floats of 32 bits.
    F32(Vec<f32>),
    /// Floats of 64 bits.
    F64(Vec<f64>),
    /// Whole numbers.
    I64(Vec<i64>),
    /// Texts; in npz only.
    Text(Vec<String>),
}

impl Values {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(all) => all.len(),
            Self::F64(all) => all.len(),
            Self::I64(all) => all.len(),
            Self::Text(all) => all.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Floats, rounded to 32 bits; `None` of what are no floats.
    pub fn floats(&self) -> Option<Vec<f32>> {
        match self {
            Self::F32(all) => Some(all.clone()),
            Self::F64(all) => Some(all.iter().map(|&x| x as f32).collect()),
            Self::I64(_) | Self::Text(_) => None,
        }
    }

    /// What kind of values these are, within a sentence.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::F32(_) => "32-bit floats",
            Self::F64(_) => "64-bit floats",
            Self::I64(_) => "whole numbers",
            Self::Text(_) => "texts",
        }
    }
}

/// An array with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Lengths of its axes; none for a single value.
    pub shape: Vec<usize>,
    /// Its entries.
    pub values: Values,
}

impl Tensor {
    /// An array; `values` must have as many entries as the shape says.
    pub fn new(name: &str, shape: &[usize], values: Values) -> Self {
        assert_eq!(count(shape), Some(values.len()), "{name} has the shape {shape:?}");
        Self { name: name.into(), shape: shape.into(), values }
    }
}

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

/// Arrays, and texts about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Archive {
    /// The arrays, by no two the same name.
    pub tensors: Vec<Tensor>,
    /// Texts by their keys.
    pub metadata: BTreeMap<String, String>,
}

impl Archive {
    /// The array of a name.
    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.iter().find(|tensor| tensor.name == name)
    }

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

/// Number of entries of a shape, if that is a number.
pub(crate) fn count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |product, &length| product.checked_mul(length))
}

/// A shape as Python writes it.
pub fn shape_text(shape: &[usize]) -> String {
    let lengths = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    if shape.len() == 1 { format!("({lengths},)") } else { format!("({lengths})") }
}
