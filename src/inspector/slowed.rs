//! When what changes often is looked at again.

use leptos::prelude::*;
use std::time::Duration;

/// The least time from one look to the next: a pixel that nobody points at stands far from the
/// diagram, and with both of them all that lies between is painted anew, on cores that train.
const INTERVAL: Duration = Duration::from_millis(500);

/// Notifies of changes of what `track` reads: at once where that is wanted, else after at least
/// [`INTERVAL`]. Who looks for another reason meanwhile finds everything as it is.
pub fn slowed(track: impl Fn() + 'static, at_once: Signal<bool>) -> Trigger {
    let look = Trigger::new();
    let (fresh, rests) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move || {
        track();
        fresh.set(true);
    });
    Effect::new(move || {
        if !fresh.get() || (rests.get() && !at_once.get()) {
            return;
        }
        fresh.set(false);
        look.notify();
        if !rests.get_untracked() {
            rests.set(true);
            let rested = move || {
                // The page may be another one by then.
                let _ = rests.try_set(false);
            };
            set_timeout(rested, INTERVAL);
        }
    });
    look
}
