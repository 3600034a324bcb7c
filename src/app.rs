//! The page as a whole: what stands where.

use crate::address;
use crate::article::Article;
use crate::bar::Bar;
use crate::controls::Controls;
use crate::diagram::{Curve, Diagram, Layer, curve};
use crate::export::{Embed, Embedded};
use crate::header::Header;
use crate::import::{FileNotes, Files};
use crate::inspector::Inspector;
use crate::keys::{self, Help, HelpDialog};
use crate::notices::Notices;
use crate::run::Stage;
use crate::state::State;
use crate::status::Status;
use crate::theme::Dark;
use crate::theory::{THEORIES, Theory, has_optimum};
use leptos::prelude::*;
use toy::Sweep;
use toy::picture::Picture;

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let query = window().location().search().unwrap_or_default();
    let (sweep, view, notices) = address::open(&query);
    let state = State::new(sweep, view, notices);
    let (dark, help) = (Dark::follow(), Help::new());
    provide_context(state);
    provide_context(dark);
    provide_context(help);
    provide_context(Panels::of(state));
    address::follow(state);
    keys::listen(state, dark, help);
    if state.embed != Embed::No {
        return view! { <Embedded /> }.into_any();
    }
    provide_context(Files::listen(state));
    let sheet = RwSignal::new(false);
    view! {
        <a class="skip" href="#diagrams">"Skip to the diagrams"</a>
        <Header />
        <Notices />
        <FileNotes />
        <main>
            <section class="instrument" aria-label="instrument">
                <section class="controls" class:open=move || sheet.get() aria-label="parameters">
                    <div class="panel">
                        <Controls />
                    </div>
                </section>
                <div class="stage" id="diagrams">
                    <Lede />
                    <div class="tools">
                        <Strip />
                        <Bar />
                        <button
                            type="button"
                            class="adjust"
                            aria-expanded=move || sheet.get().to_string()
                            on:click=move |_| {
                                sheet.update(|open| *open = !*open);
                                if sheet.get_untracked() {
                                    show_above_sheet();
                                }
                            }
                        >
                            {move || if sheet.get() { "Close" } else { "Parameters" }}
                        </button>
                    </div>
                    <div class="pair" id="pair">
                        <Empirical name="empirical" />
                        <div class="right">
                            <TheoryMenu />
                            <Theoretical name="theory" />
                        </div>
                    </div>
                </div>
                <aside class="side">
                    <Inspector
                        sweep=state.run.shown
                        cursor=state.cursor
                        pinned=state.pinned
                        trained=state.run.picture
                        ansatz=state.theories.ansatz
                        optimum=state.theories.optimum
                        view=state.run.pixel
                        theories=state.theories
                        thresholds=state.thresholds
                    />
                </aside>
                <Status />
            </section>
            <Article />
        </main>
        <HelpDialog />
    }
    .into_any()
}

/// Scrolls to where the first diagram stands above the sheet, to be watched while parameters move.
fn show_above_sheet() {
    if let Some(pair) = document().get_element_by_id("pair") {
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
        <p class="lede">
            "Every pixel is a tiny neural network that " {model}
            " To the right its last feature matters more; further down features are rarer. The colour tells what became of the last feature: left out, a dimension of its own, or packed together with others, which is superposition."
        </p>
    }
}

/// What both pairs of diagrams, above and beside the article, have in common.
#[derive(Clone, Copy)]
pub struct Panels {
    /// The right picture.
    pub theory: Memo<Picture>,
    /// What either is compared with.
    pub references: [Memo<Option<Picture>>; 2],
    /// What to call those.
    pub names: [Memo<&'static str>; 2],
    /// Lines over both.
    pub curves: Memo<Vec<Curve>>,
}

impl Panels {
    fn of(state: State) -> Self {
        let theories = state.theories;
        let theory = Memo::new(move |_| match state.theory.get() {
            Theory::Ansatz => theories.ansatz.get(),
            Theory::Optimum => theories.optimum.get().unwrap_or_default(),
        });
        // Excess is over the least loss there is, if known; other comparisons are between the two.
        let floor = move || theories.optimum.get().unwrap_or_else(|| theories.ansatz.get());
        let floor_name = move || match theories.optimum.with(Option::is_some) {
            true => "the true optimum",
            false => "the closed-form theory",
        };
        let excess = move || state.layer.get() == Layer::Excess;
        let left = move |_: Option<&_>| Some(if excess() { floor() } else { theory.get() });
        let right =
            move |_: Option<&_>| Some(if excess() { floor() } else { state.run.picture.get() });
        let left_name = move |_: Option<&_>| match state.theory.get() {
            _ if excess() => floor_name(),
            Theory::Ansatz => "the closed-form theory",
            Theory::Optimum => "the true optimum",
        };
        let right_name =
            move |_: Option<&_>| if excess() { floor_name() } else { "the trained models" };
        Self {
            theory,
            references: [Memo::new(left), Memo::new(right)],
            names: [Memo::new(left_name), Memo::new(right_name)],
            curves: Memo::new(move |_| {
                let mut curves = state.run.shown.with(curve::ansatz);
                curves.extend(theories.ends.with(|ends| curve::exact(ends)));
                curves
            }),
        }
    }
}

/// The diagram that was trained.
#[component]
pub fn Empirical(
    /// Word for ids.
    name: &'static str,
) -> impl IntoView {
    let state = expect_context::<State>();
    let panels = expect_context::<Panels>();
    let run = state.run;
    view! {
        <Diagram
            name
            title="trained"
            subtitle=Signal::derive(move || match run.source.get() {
                Some(file) => format!("from file {file}"),
                None => run.shown.with(training),
            })
            sweep=run.shown
            picture=run.picture
            reference=panels.references[0]
            reference_name=Signal::derive(move || panels.names[0].get().to_owned())
            layer=state.layer
            cursor=state.cursor
            pinned=state.pinned
            curves=panels.curves
            show_curves=state.show_curves
            thresholds=state.thresholds
        />
    }
}

/// How a sweep's pixels came about, in a few words.
fn training(sweep: &Sweep) -> String {
    let aggregate = toy::param::find("aggregate").map(|p| (p.get)(sweep)).unwrap_or_default();
    let labels = toy::param::AGGREGATES.iter();
    let label = labels.clone().find(|(word, _)| *word == aggregate).map_or("", |(_, label)| *label);
    match sweep.repeats {
        1 => "one model".into(),
        repeats => format!("{label} of {repeats} models"),
    }
}

/// The diagram beside it: theory or optimum.
#[component]
pub fn Theoretical(
    /// Word for ids.
    name: &'static str,
) -> impl IntoView {
    let state = expect_context::<State>();
    let panels = expect_context::<Panels>();
    let theories = state.theories;
    let shown = state.run.shown;
    let title = move || match state.theory.get() {
        Theory::Ansatz => "theory".to_owned(),
        Theory::Optimum => "optimum".to_owned(),
    };
    let subtitle = move || match state.theory.get() {
        Theory::Ansatz => "best of a few fixed choices".to_owned(),
        Theory::Optimum if !shown.with(has_optimum) => "known up to 4 features".to_owned(),
        Theory::Optimum => {
            let (found, rows) = (theories.found.get(), shown.with(|sweep| sweep.rows));
            theories.failure.get().unwrap_or_else(|| match found == rows {
                true => "least loss of any weights".to_owned(),
                false => format!("row {found} of {rows}"),
            })
        }
    };
    view! {
        <Diagram
            name
            title=Signal::derive(title)
            subtitle=Signal::derive(subtitle)
            sweep=shown
            picture=panels.theory
            reference=panels.references[1]
            reference_name=Signal::derive(move || panels.names[1].get().to_owned())
            layer=state.layer
            cursor=state.cursor
            pinned=state.pinned
            curves=panels.curves
            show_curves=state.show_curves
            thresholds=state.thresholds
        />
    }
}

/// What the right diagram shows.
#[component]
fn TheoryMenu() -> impl IntoView {
    let state = expect_context::<State>();
    let options = THEORIES
        .map(|(theory, word, label)| {
            let selected = move || state.theory.get() == theory;
            view! { <option value=word prop:selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <label class="theory-menu">
            <span>"beside it"</span>
            <select on:change:target=move |event| {
                state.theory.set(Theory::parse(&event.target().value()).unwrap_or_default());
            }>{options}</select>
        </label>
    }
}
