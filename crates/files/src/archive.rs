//! Named arrays with texts beside them, whatever file they come from or go to.

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

/// The words of `N` bytes, each read by `one`.
pub(crate) fn words<const N: usize, T>(bytes: &[u8], one: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|&word| one(word)).collect()
}
