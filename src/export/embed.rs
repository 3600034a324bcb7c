//! The diagrams alone, for other people's pages.

use crate::bar::stage_words;
use crate::panel::Shown;
use crate::source::Side;
use crate::state::State;
use crate::training::{Event, Training};
use crate::view::Embed;
use leptos::prelude::*;
use trainer::Stage;

/// The page inside another: diagrams with legends, and the way to the whole page.
#[component]
pub fn Embedded() -> impl IntoView {
    let state = expect_context::<State>();
    let embed = state.embed;
    // The address follows what is set; so does the link.
    let link = Memo::new(move |_| {
        let _ = (state.sweep.get(), state.view());
        state.share()
    });
    view! {
        <main class="embed">
            <h1 class="visually-hidden">"Superphase"</h1>
            <div class="pair" class:single=embed != Embed::Both>
                {(embed != Embed::Theory).then(|| view! { <Shown side=Side::Left name="empirical" /> })}
                {(embed != Embed::Trained).then(|| view! { <Shown side=Side::Right name="theory" /> })}
            </div>
            <EmbedFoot training=state.run.training link />
        </main>
    }
}

/// What the run does, and the way to the whole page.
#[component]
pub fn EmbedFoot(
    /// The run.
    training: Training,
    /// The whole page's link.
    #[prop(into)]
    link: Signal<String>,
) -> impl IntoView {
    let Training { stage, engine, .. } = training;
    let words =
        Memo::new(move |_| engine.with(|engine| stage_words(&stage.get(), engine.as_ref())));
    // Nothing else here could start a run that asks first.
    let long = move || matches!(stage.get(), Stage::Asking(_) | Stage::Offered(_));
    view! {
        <p class="embed-foot">
            <span class="status">
                <span class="stage" role="status">{words}</span>
                {move || long().then(|| view! {
                    <button type="button" on:click=move |_| training.tell(Event::Train)>"Train"</button>
                })}
            </span>
            <a href=move || link.get() target="_blank" rel="noopener">"Open in Superphase"</a>
        </p>
    }
}
