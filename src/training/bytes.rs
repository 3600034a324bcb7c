//! The bytes of a checkpoint, which stay where the browser has them: the page never reads them.

use js_sys::Uint8Array;
use std::rc::Rc;

/// Bytes outside the page's own memory; clones are handles to the same, and the last one frees them.
#[derive(Clone, Debug)]
pub struct Bytes(Rc<Kept>);

#[derive(Debug)]
struct Kept(Uint8Array);

impl Bytes {
    /// Keeps an array of which nobody else has a part.
    pub fn new(array: Uint8Array) -> Self {
        Self(Rc::new(Kept(array)))
    }

    /// The array, for as long as there are these bytes.
    pub fn array(&self) -> &Uint8Array {
        &self.0.0
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Drop for Kept {
    /// A browser clears away what is forgotten when it likes, which of a million models are 50 MB a
    /// checkpoint. An array made empty is freed at once.
    fn drop(&mut self) {
        // Browsers before 2024 have no such function, and clear it away later.
        let _ = self.0.buffer().transfer_with_length(0);
    }
}
