//! What was set before, to go back to.

use leptos::prelude::*;
use std::time::Duration;

/// Steps that can be undone.
const MEMORY: usize = 100;
/// What has stood for so long is remembered, not every value that a slider passes.
const REST: Duration = Duration::from_millis(400);

/// Values a signal has had, the present one last; copies are handles to the same.
pub struct Past<T: Send + Sync + 'static>(RwSignal<Vec<T>>);

impl<T: Send + Sync + 'static> Clone for Past<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Past<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Past<T> {
    /// Remembers a signal's values at rest from now on, and the one it has, however soon that changes.
    pub fn of(now: Signal<T>) -> Self {
        let past = RwSignal::new(vec![now.get_untracked()]);
        let pending = StoredValue::new(None::<TimeoutHandle>);
        let note = move || {
            let value = now.get_untracked();
            if past.with_untracked(|past| past.last() != Some(&value)) {
                past.update(|past| {
                    if past.len() >= MEMORY {
                        past.remove(0);
                    }
                    past.push(value);
                });
            }
        };
        Effect::new(move || {
            now.track();
            if let Some(handle) = pending.get_value() {
                handle.clear();
            }
            pending.set_value(set_timeout_with_handle(note, REST).ok());
        });
        Self(past)
    }

    /// Whether there is anything to go back to.
    pub fn can_undo(self) -> bool {
        self.0.with(|past| past.len() > 1)
    }

    /// What stood before the present value, if anything; forgets the present one.
    pub fn undo(self, now: &T) -> Option<T> {
        let before = self.0.try_update(|past| {
            // A change made a moment ago is not remembered yet.
            if past.len() > 1 && past.last() == Some(now) {
                past.pop();
            }
            past.last().cloned()
        });
        before.flatten()
    }
}
