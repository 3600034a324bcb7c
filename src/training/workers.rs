//! Web workers: how the page starts one, what it says to it and how it hears back.
//!
//! A worker runs the page's own program, [`crate::main`], which sees where it runs. It gets it
//! compiled: browsers then share the machine code among page and workers.

use super::bytes::Bytes;
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, WorkerOptions, WorkerType};
use wire::{Report, Request};

/// What waits for the program in a new worker. Relative to the page's own address, so that the page
/// works under any path.
const LOADER: &str = "./worker.js";

#[wasm_bindgen]
extern "C" {
    /// Where wasm-bindgen's half of this program was loaded from.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: JsValue;
}

/// Whether this is the page, and not one of its workers.
pub fn in_window() -> bool {
    web_sys::window().is_some()
}

/// Requests made before the worker listens, as they are posted. Browsers throw away what is posted
/// while its WebAssembly still loads; `None` once it has said that it is ready.
type Outbox = Rc<RefCell<Option<Vec<(Uint8Array, Option<Bytes>)>>>>;

/// What a worker says, with the bytes of a checkpoint; or why it is gone, a sentence.
pub type Heard = Result<(Report, Option<Bytes>), String>;

/// A running web worker; it ends when dropped.
pub struct Worker {
    inner: web_sys::Worker,
    outbox: Outbox,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Worker {
    /// Starts a worker whose reports go to `hear`.
    ///
    /// # Errors
    /// When the browser starts no module workers.
    pub fn spawn(hear: impl Fn(Heard) + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let inner = web_sys::Worker::new_with_options(LOADER, &options)
            .map_err(|_| "This browser cannot start the worker that trains.".to_owned())?;
        let outbox: Outbox = Rc::new(RefCell::new(Some(vec![])));
        let hear = Rc::new(hear);

        let on_message = {
            let (inner, outbox, hear) = (inner.clone(), outbox.clone(), hear.clone());
            Closure::<dyn FnMut(_)>::new(move |event: MessageEvent| {
                let parts: Array = event.data().unchecked_into();
                let report = Uint8Array::new(&parts.get(0)).to_vec();
                let state = parts.get(1).dyn_into().ok().map(Bytes::new);
                let report = match wire::decode(&report) {
                    Ok(report) => report,
                    Err(garbled) => return hear(Err(garbled.to_string())),
                };
                if report == Report::Ready {
                    let waiting = outbox.borrow_mut().take().unwrap_or_default();
                    waiting
                        .iter()
                        .for_each(|(request, state)| post(&inner, request, state.as_ref()));
                }
                hear(Ok((report, state)));
            })
        };
        let on_error = Closure::<dyn FnMut(_)>::new(move |event: Event| {
            // An exception comes with a message; a script that does not load without.
            let cause = js_sys::Reflect::get(&event, &JsValue::from("message")).ok();
            let cause = cause.and_then(|m| m.as_string()).filter(|m| !m.is_empty());
            let cause = cause.unwrap_or_else(|| "its code could not be loaded".into());
            hear(Err(cause));
        });
        inner.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        inner.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let program = SCRIPT.with(|script| Array::of2(script, &wasm_bindgen::module()));
        inner.post_message(&program).map_err(|_| {
            "This browser cannot give its workers the program that trains.".to_owned()
        })?;
        Ok(Self { inner, outbox, _on_message: on_message, _on_error: on_error })
    }

    /// Asks the worker for something, as soon as it listens; the bytes of a checkpoint are copied,
    /// since they may be needed again.
    pub fn send(&self, request: &Request, state: Option<&Bytes>) {
        let Ok(bytes) = wire::encode(request) else { return };
        let request = Uint8Array::from(bytes.as_slice());
        match self.outbox.borrow_mut().as_mut() {
            Some(waiting) => waiting.push((request, state.cloned())),
            None => post(&self.inner, &request, state),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.inner.set_onmessage(None);
        self.inner.set_onerror(None);
        self.inner.terminate();
    }
}

/// Posts a request, whose bytes move without being copied once more, and a copy of a checkpoint's.
fn post(worker: &web_sys::Worker, request: &Uint8Array, state: Option<&Bytes>) {
    let parts = Array::of1(request);
    if let Some(state) = state {
        parts.push(state.array());
    }
    // Posting fails only for values that cannot be cloned, which bytes can.
    let _ = worker.post_message_with_transfer(&parts, &Array::of1(&request.buffer()));
}
