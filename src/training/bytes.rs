//! The bytes of a checkpoint, which stay where the browser has them: the page never reads them.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

/// Bytes outside the page's own memory; clones are handles to the same.
#[derive(Clone, Debug)]
pub struct Bytes(pub Uint8Array);

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        let (a, b): (&JsValue, &JsValue) = (&self.0, &other.0);
        a == b
    }
}
