//! The device, its queue, and what went wrong with them: errors become values, never panics.

use crate::EngineError;
use futures_channel::oneshot;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use web_time::Instant;
use wgpu::ErrorFilter;

/// An open device; clones share it.
#[derive(Clone)]
pub struct Context {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    /// The first error that nobody was waiting for.
    fault: Arc<Mutex<Option<String>>>,
    /// Why the device's numbers are not believed any more.
    distrust: Arc<Mutex<Option<String>>>,
}

impl Context {
    pub fn new(device: wgpu::Device, queue: wgpu::Queue) -> Self {
        let fault = Arc::new(Mutex::new(None));
        let keep = |fault: &Mutex<Option<String>>, text: String| {
            fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
        };
        let (uncaptured, lost) = (fault.clone(), fault.clone());
        device.on_uncaptured_error(Arc::new(move |error| keep(&uncaptured, one_line(&error))));
        device.set_device_lost_callback(move |_, message| {
            keep(&lost, format!("the device was lost ({})", one_line(&message)));
        });
        Self { device, queue, fault, distrust: Arc::default() }
    }

    /// Notes that the device has computed something wrong.
    pub fn distrust(&self, why: &str) {
        let mut distrust = self.distrust.lock().unwrap_or_else(PoisonError::into_inner);
        distrust.get_or_insert_with(|| why.to_owned());
    }

    /// Judges the device anew.
    pub fn forgive(&self) {
        *self.distrust.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What the device has computed wrong, if anything was found.
    pub fn distrusted(&self) -> Option<String> {
        self.distrust.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fails when something went wrong since the device was opened.
    pub fn check(&self) -> Result<(), EngineError> {
        let fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        fault.clone().map_or(Ok(()), |text| Err(EngineError::Lost(text)))
    }

    /// Makes something on the device; fails when there is no memory for it or the device objects.
    pub async fn guard<T>(&self, make: impl FnOnce(&wgpu::Device) -> T) -> Result<T, EngineError> {
        let filters = [ErrorFilter::Internal, ErrorFilter::Validation, ErrorFilter::OutOfMemory];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let made = make(&self.device);
        // Popped at once, in reverse order, and only then awaited.
        let [internal, validation, memory] = scopes;
        let errors = [memory.pop(), validation.pop(), internal.pop()];
        for error in errors {
            if let Some(error) = error.await {
                return Err(refusal(&error));
            }
        }
        self.check()?;
        Ok(made)
    }

    /// Hands commands to the GPU.
    pub fn submit(&self, encoder: wgpu::CommandEncoder) -> Submission {
        let (sender, done) = oneshot::channel();
        let submitted = Instant::now();
        let index = self.queue.submit([encoder.finish()]);
        self.queue.on_submitted_work_done(move || {
            // Nobody may be waiting any more, which is no error.
            let _ = sender.send(Instant::now());
        });
        Submission { index, submitted, done }
    }

    /// Waits until a submission is done: natively by blocking, on the web by its callback alone.
    pub fn settle(&self, index: wgpu::SubmissionIndex) -> Result<(), EngineError> {
        if cfg!(target_arch = "wasm32") {
            return Ok(());
        }
        let wait = wgpu::PollType::Wait { submission_index: Some(index), timeout: None };
        // wgpu panics when the device is lost while it waits; to us that is an error like others.
        let polled = catch_unwind(AssertUnwindSafe(|| self.device.poll(wait)));
        let text = match polled {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => one_line(&error),
            Err(_) => "the device was lost".into(),
        };
        self.check()?;
        Err(EngineError::Lost(text))
    }
}

/// Commands the GPU is working on, or has yet to.
pub struct Submission {
    pub index: wgpu::SubmissionIndex,
    pub submitted: Instant,
    done: oneshot::Receiver<Instant>,
}

impl Submission {
    /// Waits for the work; returns when it was done.
    pub async fn wait(self, context: &Context) -> Result<Instant, EngineError> {
        context.settle(self.index)?;
        let done = self.done.await;
        context.check()?;
        done.map_err(|_| EngineError::Lost("it gave no sign of finishing its work".into()))
    }
}

/// What the device said no to.
fn refusal(error: &wgpu::Error) -> EngineError {
    match error {
        wgpu::Error::OutOfMemory { .. } => EngineError::Memory,
        _ => EngineError::Lost(one_line(error)),
    }
}

/// An error as one line of text, to stand inside a sentence.
pub fn one_line(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_memory_is_no_lost_device() {
        let source = || Box::new(std::io::Error::other("no. "));
        let memory = wgpu::Error::OutOfMemory { source: source() };
        assert!(matches!(refusal(&memory), EngineError::Memory));
        let internal = wgpu::Error::Internal { source: source(), description: "no. ".into() };
        assert!(matches!(refusal(&internal), EngineError::Lost(text) if !text.ends_with('.')));
    }
}
