//! Notes the reader can put away, such as what was wrong with a link.

use crate::state::State;
use leptos::prelude::*;

/// The notes, if there are any.
#[component]
pub fn Notices() -> impl IntoView {
    let state = expect_context::<State>();
    move || {
        let notices = state.notices.get();
        (!notices.is_empty()).then(|| {
            let lines = notices.into_iter().map(|notice| view! { <li>{notice}</li> });
            view! {
                <aside class="notices" role="status" aria-label="notes about the link">
                    <p>"Not everything in the link could be used:"</p>
                    <ul>{lines.collect_view()}</ul>
                    <button type="button" on:click=move |_| state.notices.set(vec![])>
                        "Dismiss"
                    </button>
                </aside>
            }
        })
    }
}
