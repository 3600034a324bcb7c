//! The diagrams alone, for other people's pages.

use crate::address::share;
use crate::panel::Shown;
use crate::source::Side;
use crate::state::State;
use crate::status::stage_words;
use leptos::prelude::*;
use trainer::Stage;

/// How much of the page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Embed {
    /// Everything.
    #[default]
    No,
    /// The two diagrams.
    Both,
    /// The trained one.
    Trained,
    /// The one beside it.
    Theory,
}

/// Words of [`Embed`] in links.
const WORDS: [(Embed, &str); 4] =
    [(Embed::No, "0"), (Embed::Both, "1"), (Embed::Trained, "trained"), (Embed::Theory, "theory")];

impl Embed {
    /// Its word in links.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(embed, _)| *embed == self).map_or("", |(_, word)| word)
    }

    /// What this word means.
    pub fn parse(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, w)| *w == word).map(|(embed, _)| *embed)
    }
}

/// The page inside another: diagrams with legends, and the way to the whole page.
#[component]
pub fn Embedded() -> impl IntoView {
    let state = expect_context::<State>();
    let embed = state.embed;
    // The address follows what is set; so does the link.
    let link = Memo::new(move |_| {
        let _ = (state.sweep.get(), state.view());
        share(state)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_views() {
        for (embed, word) in WORDS {
            assert_eq!((embed.word(), Embed::parse(word)), (word, Some(embed)));
        }
        assert_eq!(Embed::parse("2"), None);
    }
}
