//! Messages in and out of the worker, and the way back to its event loop.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_channel::oneshot;
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};
use wire::{Cause, Report, Request};

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Sends a report to the page; its bytes move without being copied once more.
pub fn send(report: &Report) {
    let Ok(bytes) = wire::encode(report) else { return };
    let array = Uint8Array::from(bytes.as_slice());
    // Posting fails only for values that cannot be cloned, which bytes can.
    let _ = scope().post_message_with_transfer(&array, &Array::of1(&array.buffer()));
}

/// Everything the page asks from now on.
pub fn inbox() -> UnboundedReceiver<Request> {
    let (sender, receiver) = unbounded();
    let receive = move |event: MessageEvent| {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        match wire::decode(&bytes) {
            // The receiver lives as long as the worker.
            Ok(request) => drop(sender.unbounded_send(request)),
            Err(error) => {
                let sentence = error.to_string();
                send(&Report::Failed { number: 0, cause: Cause::Broken, sentence });
            }
        }
    };
    let closure = Closure::<dyn Fn(MessageEvent)>::new(receive);
    scope().set_onmessage(Some(closure.as_ref().unchecked_ref()));
    closure.forget();
    receiver
}

/// Lets the event loop deliver what has arrived. A message to itself, because browsers hold a
/// repeated `setTimeout(0)` back by 4 ms.
pub struct Breath {
    channel: MessageChannel,
    waiting: Rc<RefCell<Option<oneshot::Sender<()>>>>,
    _closure: Closure<dyn Fn()>,
}

impl Breath {
    /// Opens the channel.
    ///
    /// # Errors
    /// When the browser has no `MessageChannel`, which every browser with WebAssembly has.
    pub fn new() -> Result<Self, JsValue> {
        let channel = MessageChannel::new()?;
        let waiting = Rc::new(RefCell::new(None::<oneshot::Sender<()>>));
        let resume = {
            let waiting = waiting.clone();
            move || {
                if let Some(sender) = waiting.borrow_mut().take() {
                    let _ = sender.send(());
                }
            }
        };
        let closure = Closure::<dyn Fn()>::new(resume);
        channel.port1().set_onmessage(Some(closure.as_ref().unchecked_ref()));
        Ok(Self { channel, waiting, _closure: closure })
    }

    /// Returns after the event loop has run once.
    pub async fn take(&self) {
        let (sender, receiver) = oneshot::channel();
        self.waiting.replace(Some(sender));
        if self.channel.port2().post_message(&JsValue::NULL).is_ok() {
            let _ = receiver.await;
        }
    }
}
