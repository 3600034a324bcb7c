//! Files that people work with: safetensors, NumPy's npz and, with the feature `log`, TensorBoard's
//! event and projector files. Bytes in, bytes out; nothing here opens a file.
//!
//! [`archive`] is what safetensors and npz have in common: named arrays, and texts beside them.
//! [`weights`] puts models of ours into an archive and takes them out again, [`arrays`] diagrams
//! and measures; [`foreign`] finds weights and biases in files of others; [`load`], [`networks`] and
//! [`compare`] measure what was found.

pub mod archive;
pub mod arrays;
pub mod compare;
#[cfg(feature = "log")]
pub mod events;
pub mod foreign;
pub mod format;
pub mod load;
pub mod networks;
mod npy;
pub mod npz;
#[cfg(feature = "log")]
pub mod projector;
pub mod safetensors;
pub mod weights;

pub use archive::{Archive, FileError, Tensor, Values};
pub use format::Format;
