//! SIGINT and SIGTERM: asked for between two slices. A second one ends the command at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// The signal that came, 0 before.
static RECEIVED: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// From now on the first SIGINT or SIGTERM is only noted. Others are left as they are: `nohup`
/// ignores SIGHUP, and so do we then.
pub fn catch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    let received = RECEIVED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        let before = Arc::new(AtomicBool::new(false));
        // In this order: the first signal finds the flag unset, and sets it. Where signals cannot
        // be caught, they end the command as they always did.
        let _ = flag::register_conditional_shutdown(signal, 128 + signal, before.clone());
        let _ = flag::register(signal, before);
        let _ = flag::register_usize(signal, received.clone(), signal as usize);
    }
}

/// The signal that asked for the end.
pub fn received() -> Option<u8> {
    let number = RECEIVED.get()?.load(Ordering::Relaxed);
    (number > 0).then_some(number as u8)
}
