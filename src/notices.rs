//! Notes the reader can put away, such as what was wrong with a link.

use leptos::prelude::*;

/// The notes, if there are any.
#[component]
pub fn Notices(
    /// A sentence each.
    notices: RwSignal<Vec<String>>,
) -> impl IntoView {
    move || {
        let all = notices.get();
        (!all.is_empty()).then(|| {
            let lines = all.into_iter().map(|notice| view! { <li>{notice}</li> });
            view! {
                <div class="notices" role="status" aria-label="notes about the link">
                    <p>"Not everything in the link could be used:"</p>
                    <ul>{lines.collect_view()}</ul>
                    <button type="button" on:click=move |_| notices.set(vec![])>
                        "Dismiss"
                    </button>
                </div>
            }
        })
    }
}
