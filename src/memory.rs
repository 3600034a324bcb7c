//! Where the reader was in each experiment, for as long as the browser's tab is open.

use leptos::prelude::*;
use leptos::web_sys::Storage;

/// What names in the storage begin with; other pages of the host have names of their own.
const PREFIX: &str = "superphase.";

/// Remembers the query of a view's link, which is empty where all is at its default.
pub fn remember(view: &str, query: &str) {
    if let Some(storage) = storage() {
        // Full or forbidden: the view then opens as it does first.
        let _ = storage.set_item(&format!("{PREFIX}{view}"), query);
    }
}

/// The query that the reader left a view with, but with this choice of engine.
pub fn recall(view: &str, engine: Option<&str>) -> Option<String> {
    let query = storage()?.get_item(&format!("{PREFIX}{view}")).ok()??;
    Some(with_engine(&query, engine))
}

/// Frames without an origin have no storage.
fn storage() -> Option<Storage> {
    window().session_storage().ok()?
}

fn with_engine(query: &str, engine: Option<&str>) -> String {
    let others = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("engine="));
    let own = engine.map(|word| format!("engine={word}"));
    others.map(str::to_owned).chain(own).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::with_engine;

    #[test]
    fn the_engine_is_the_one_asked_for_now() {
        assert_eq!(with_engine("v=1&engine=gpu&seed=3", Some("cpu")), "v=1&seed=3&engine=cpu");
        assert_eq!(with_engine("v=1&engine=gpu", None), "v=1");
        assert_eq!(with_engine("", Some("cpu")), "engine=cpu");
    }
}
