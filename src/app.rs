//! The page as a whole: what stands where.

use crate::article::Article;
use crate::bar::{RunBar, RunNote};
use crate::bring::FileNotes;
use crate::export::Embedded;
use crate::form::{First, Form};
use crate::front::Front;
use crate::header::Header;
use crate::import;
use crate::inspector::Inspector;
use crate::keys::{self, Help, HelpDialog};
use crate::notices::Notices;
use crate::panel::{Half, Panels};
use crate::source::Side;
use crate::state::{KEYS, State};
use crate::status::Status;
use crate::theme::Dark;
use crate::view::{self, Embed};
use leptos::prelude::*;
use trainer::Stage;

/// The tab's name, as index.html has it.
const NAME: &str = "Superphase: phase diagrams of superposition";

/// The page.
#[component]
pub fn App(
    /// What the link says.
    query: String,
) -> impl IntoView {
    let (sweep, view, notices) = view::open(&query);
    let state = State::new(sweep, view, notices);
    let (front, dark, help) = (Front::here(), expect_context::<Dark>(), Help::new());
    provide_context(state);
    provide_context(help);
    provide_context(Panels::of(state));
    state.keep_address();
    name_the_tab(front, state);
    keys::listen(Box::new(state), front, dark, help);
    if state.embed != Embed::No {
        return view! { <Embedded /> }.into_any();
    }
    let files = import::listen(state);
    provide_context(files);
    let sheet = RwSignal::new(false);
    view! {
        <a class="skip" href="#diagrams">"Skip to the diagrams"</a>
        <Header />
        <Notices notices=state.notices />
        <FileNotes files />
        <RunNote training=state.run.training />
        <main>
            <section class="instrument" class:wide=move || !sheet.get() aria-label="instrument">
                <section class="controls" id="settings" class:open=move || sheet.get() aria-label="all settings">
                    <div class="panel">
                        <Form />
                    </div>
                </section>
                <div class="stage" id="diagrams">
                    <Lede />
                    <div class="tools">
                        <Strip />
                        <RunBar
                            training=state.run.training
                            command=state.command()
                            shipped=Signal::derive(move || state.shows_shipped())
                        >
                            <Keep />
                        </RunBar>
                        <First />
                        <button
                            type="button"
                            class="adjust"
                            aria-expanded=move || sheet.get().to_string()
                            aria-controls="settings"
                            on:click=move |_| {
                                sheet.update(|open| *open = !*open);
                                if sheet.get_untracked() {
                                    show_above_sheet();
                                }
                            }
                        >
                            {move || if sheet.get() { "Close settings" } else { "All settings" }}
                        </button>
                    </div>
                    <div class="pair" id="pair">
                        <Half side=Side::Left name="empirical" />
                        <Half side=Side::Right name="theory" />
                    </div>
                </div>
                <aside class="side">
                    <Inspector
                        sweep=state.run.shown
                        cursor=state.cursor
                        pinned=state.pinned
                        example=state.example
                        trained=state.run.picture
                        ansatz=state.theories.ansatz
                        optimum=state.theories.optimum
                        view=state.run.pixel
                        trains=Signal::derive(move || state.run.stage.get() == Stage::Training)
                        theories=state.theories
                        thresholds=state.thresholds
                    />
                </aside>
                <Status />
            </section>
            <Article />
        </main>
        <HelpDialog own=KEYS />
    }
    .into_any()
}

/// Shows progress in the browser's tab, to be seen from another one: training goes on in workers.
fn name_the_tab(front: Front, state: State) {
    let run = state.run;
    let percent = Memo::new(move |_| match run.stage.get() {
        Stage::Training => Some((100.0 * run.progress.get().part).floor()),
        _ => None,
    });
    // Short runs would only make it flicker.
    let long = Memo::new(move |_| run.progress.get().spent > 2.0);
    front.name_the_tab(move || match percent.get().filter(|_| long.get()) {
        Some(percent) => format!("{percent} % · Superphase"),
        None => NAME.into(),
    });
}

/// Scrolls to where the first diagram stands above the sheet, where it is one, to be watched while
/// parameters move.
fn show_above_sheet() {
    let narrow = window().match_media("(max-width: 980px)").ok().flatten();
    if narrow.is_some_and(|query| query.matches())
        && let Some(pair) = document().get_element_by_id("pair")
    {
        pair.scroll_into_view();
    }
}

/// Progress as a thin line, for screens on which the status line is far away.
#[component]
fn Strip() -> impl IntoView {
    let state = expect_context::<State>();
    let done = move || state.run.stage.get() == Stage::Done;
    let part = move || if done() { 1.0 } else { state.run.progress.get().part };
    view! { <span class="strip" style:transform=move || format!("scaleX({:.3})", part())></span> }
}

/// Keeps the run as it is, to compare the next one with it.
#[component]
fn Keep() -> impl IntoView {
    let state = expect_context::<State>();
    view! {
        <button
            type="button"
            class="keep"
            data-testid="keep"
            title="Keeps this run on the right, to compare the next one with it"
            disabled=move || state.run.stage.get() != Stage::Done && !state.shows_shipped()
            on:click=move |_| state.keep_run()
        >
            "Keep"
        </button>
    }
}

/// What is shown, in plain words.
#[component]
fn Lede() -> impl IntoView {
    let state = expect_context::<State>();
    let model = Memo::new(move |_| {
        let (n, m) = state.run.shown.with(|sweep| (sweep.features, sweep.hidden));
        let ways = if m == 1 { "one dimension".into() } else { format!("{m} dimensions") };
        format!("must squeeze {n} features into {ways}.")
    });
    view! {
        <h2 class="question">"Networks hold more features than they have dimensions. When?"</h2>
        <p class="lede">
            "Every pixel is a tiny network that " {model}
            " To the right its last feature matters more, further down features are rarer. The colour tells what became of it: left out, a dimension of its own, or packed with others: superposition."
        </p>
    }
}
