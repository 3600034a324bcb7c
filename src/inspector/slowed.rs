//! A signal that follows another one at ease.

use leptos::prelude::*;
use std::time::Duration;

/// The least time from one change to the next: a pixel that nobody points at stands far from the
/// diagram, and with both of them all that lies between is painted anew, on cores that train.
const EASE: Duration = Duration::from_millis(500);

/// What `source` says: at once where that is wanted, else from one moment to the next.
pub fn slowed<T: Clone + Send + Sync + 'static>(
    source: Signal<T>,
    at_once: Signal<bool>,
) -> Signal<T> {
    let shown = RwSignal::new(source.get_untracked());
    let (fresh, rests) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move || {
        source.track();
        fresh.set(true);
    });
    Effect::new(move || {
        if !fresh.get() || (rests.get() && !at_once.get()) {
            return;
        }
        fresh.set(false);
        shown.set(source.get_untracked());
        if !rests.get_untracked() {
            rests.set(true);
            let rested = move || {
                // The page may be another one by then.
                let _ = rests.try_set(false);
            };
            set_timeout(rested, EASE);
        }
    });
    shown.into()
}
