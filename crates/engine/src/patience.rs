//! How long to wait for what a browser promises: some promises are never kept.

use std::future::Future;
use std::time::Duration;

/// How long a GPU may take to be opened. Drivers answer within a fraction of it.
pub const OPENING: Duration = Duration::from_secs(6);
/// How long a GPU may take to be tried: compiling a kernel takes software adapters seconds.
pub const TRYING: Duration = Duration::from_secs(30);

/// What a future comes to, unless it takes longer than this. Only in a browser: elsewhere waiting
/// blocks, and the future is waited for.
pub async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    #[cfg(target_arch = "wasm32")]
    {
        use futures_util::future::{Either, select};
        let timeout = gloo_timers::future::sleep(limit);
        match select(std::pin::pin!(future), std::pin::pin!(timeout)).await {
            Either::Left((value, _)) => Some(value),
            Either::Right(_) => None,
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        let _ = limit;
        Some(future.await)
    }
}
