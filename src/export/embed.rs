//! The diagrams alone, for other people's pages.

use crate::bar::stage_words;
use crate::panel::Shown;
use crate::source::Side;
use crate::state::State;
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
    let stage = Memo::new(move |_| {
        state.run.engine.with(|engine| stage_words(&state.run.stage.get(), engine.as_ref()))
    });
    // Nothing else here could start a run that asks first.
    let long = move || matches!(state.run.stage.get(), Stage::Asking(_) | Stage::Offered(_));
    view! {
        <main class="embed">
            <div class="pair" class:single=embed != Embed::Both>
                {(embed != Embed::Theory).then(|| view! { <Shown side=Side::Left name="empirical" /> })}
                {(embed != Embed::Trained).then(|| view! { <Shown side=Side::Right name="theory" /> })}
            </div>
            <p class="embed-foot">
                <span class="status">
                    <span class="stage" role="status">{stage}</span>
                    {move || long().then(|| view! {
                        <button type="button" on:click=move |_| state.run.train()>"Train"</button>
                    })}
                </span>
                <a href=move || link.get() target="_blank" rel="noopener">"Open in Superphase"</a>
            </p>
        </main>
    }
}
