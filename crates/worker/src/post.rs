//! A session in a web worker: messages in and out, and the way back to the event loop.

use crate::outbox::Outbox;
use crate::session::Session;
use engine::Live;
use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_channel::oneshot;
use futures_util::StreamExt;
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, Response};
use wire::{Cause, Report, Request};

/// Takes requests until the page closes the worker.
pub async fn serve() {
    let outbox = Outbox::new(post);
    let mut inbox = inbox(outbox.clone());
    let mut session = Session::new(outbox.clone());
    let Ok(events) = EventLoop::new() else { return };
    outbox.send(Report::Ready);
    loop {
        while let Ok(message) = inbox.try_recv() {
            handle(&mut session, &outbox, message).await;
        }
        if session.work().await {
            events.turn().await;
        } else if let Some(message) = inbox.next().await {
            handle(&mut session, &outbox, message).await;
        }
    }
}

/// Does what a request asks for, with what it needs of the build's files.
async fn handle(session: &mut Session, outbox: &Outbox, (request, state): Message) {
    if session.lacks_jobs(&request) {
        match crate::all::load().await {
            Ok(jobs) => session.set_jobs(jobs),
            Err(_) => return fail(session, outbox, &request, PART.into()),
        }
    }
    if session.lacks_base(&request)
        && let Err(why) = load_base(session).await
    {
        let sentence = format!(
            "The translation model could not be loaded ({why}); {BASE} belongs beside the page. Load the page again."
        );
        return fail(session, outbox, &request, sentence);
    }
    session.handle(request, state.as_deref()).await;
}

/// Says that what a request needs of the build's files is not there.
fn fail(session: &Session, outbox: &Outbox, request: &Request, sentence: String) {
    let number = session.number(request);
    outbox.send(Report::Failed { number, cause: Cause::Invalid, sentence });
}

/// What is said when a part of the program is not there.
const PART: &str = "What trains this experiment could not be loaded: the network or the host does not give it, or the page has been published anew since. Load the page again.";

/// The file of the translation model, beside the worker's script.
const BASE: &str = "translation-base.bin";

async fn load_base(session: &mut Session) -> Result<(), String> {
    let bytes = fetch(BASE).await.map_err(|_| "the network or the host does not give it")?;
    session.set_base(&bytes)
}

/// The bytes of a file.
async fn fetch(file: &str) -> Result<Vec<u8>, JsValue> {
    let answer = JsFuture::from(scope().fetch_with_str(file)).await?;
    let answer: Response = answer.dyn_into()?;
    if !answer.ok() {
        return Err(JsValue::NULL);
    }
    let buffer = JsFuture::from(answer.array_buffer()?).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Posts a report, and the bytes of a checkpoint beside it; bytes move without being copied once
/// more. A checkpoint's are written where they are sent from: the memory of a program never
/// becomes smaller again, and a million models' fill a good part of it.
fn post(report: Report, state: Option<&Live<'_>>) {
    let Ok(bytes) = wire::encode(&report) else { return };
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    if let Some(state) = state {
        let bytes = Uint8Array::new_with_length(state.size() as u32);
        let mut at = 0;
        state.write(|piece| {
            let end = at + piece.len() as u32;
            bytes.subarray(at, end).copy_from(piece);
            at = end;
        });
        parts.push(&bytes);
    }
    let buffers: Array =
        parts.iter().map(|part| part.unchecked_into::<Uint8Array>().buffer()).collect();
    // Posting fails only for values that cannot be cloned, which bytes can.
    let _ = scope().post_message_with_transfer(&parts, &buffers);
}

/// A request, and the bytes of the checkpoint that it comes with.
type Message = (Request, Option<Vec<u8>>);

/// Everything the page asks from now on.
fn inbox(outbox: Outbox) -> UnboundedReceiver<Message> {
    let (sender, receiver) = unbounded();
    let receive = move |event: MessageEvent| {
        let parts: Array = event.data().unchecked_into();
        let bytes = |place: u32| {
            let part = parts.get(place);
            (!part.is_undefined()).then(|| Uint8Array::new(&part).to_vec())
        };
        match wire::decode(&bytes(0).unwrap_or_default()) {
            // The receiver lives as long as the worker.
            Ok(request) => drop(sender.unbounded_send((request, bytes(1)))),
            Err(error) => {
                let sentence = error.to_string();
                outbox.send(Report::Failed { number: 0, cause: Cause::Broken, sentence });
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
struct EventLoop {
    channel: MessageChannel,
    waiting: Rc<RefCell<Option<oneshot::Sender<()>>>>,
    _closure: Closure<dyn Fn()>,
}

impl EventLoop {
    /// Opens the channel; every browser with WebAssembly has it.
    fn new() -> Result<Self, JsValue> {
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
    async fn turn(&self) {
        let (sender, receiver) = oneshot::channel();
        self.waiting.replace(Some(sender));
        if self.channel.port2().post_message(&JsValue::NULL).is_ok() {
            let _ = receiver.await;
        }
    }
}
