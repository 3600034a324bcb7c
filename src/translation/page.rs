//! The experiment's page: its text, its figure and what that can be looked at with.

use super::figures::{Look, draw};
use super::found::Found;
use super::own::{Ours, OwnTextPart};
use super::sentences::{Five, OwnSentence};
use super::take::{FILES, name};
use super::units::{Units, Width};
use crate::bar::RunBar;
use crate::comparison::Keep;
use crate::experiment::{
    self, About, FilmRun, Opened, Run, TRANSLATION, layout, measured, saves, scrubber, take,
};
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;
use toy::Spec;
use toy::comparison;
use toy::study::Wanted;
use toy::translation::Translation;
use trainer::Order;
use wire::{Choice, Own};

type Page = experiment::Page<Translation, FilmRun<Found>>;

/// Frames of the film of a run.
const FRAMES: u32 = 9;

/// What one sees, for someone who has not read about it.
const ABOUT: &str = "A small model translates a language whose features are known: 64 words of four classes, two genders, two numbers. Between its encoder and its decoder every word has to pass a bottleneck of k dimensions, which alone is trained here. The figure shows how well held-out sentences come through, and what of the words is found in z, beside bottlenecks that nobody trained: principal components, random directions, and the same before its first step.";

/// What is trained: nobody needs the weights here.
fn order(run: &Translation, choice: Choice, own: Option<Arc<Own>>) -> Order {
    let wanted = Wanted::MEASURES;
    Order { wanted, frames: FRAMES, own, ..Order::of(run.clone().into(), choice) }
}

/// Reads a link; `None` when it is not to this experiment.
pub fn open(query: &str) -> Option<Opened<Translation>> {
    experiment::link::open(query, TRANSLATION)
}

/// The page of the experiment.
#[component]
pub fn TranslationPage(
    /// What the link says.
    opened: Opened<Translation>,
) -> impl IntoView {
    let ours = Ours::new();
    let order = move |run: &Translation, choice| order(run, choice, ours.own());
    let page = Page::new(opened, open, |run, choice| FilmRun::follow(run, choice, order));
    let top = move || {
        view! {
            <p class="lede">{ABOUT}</p>
            {buttons(page)}
        }
        .into_any()
    };
    let view = Translation::PRESETS[0].view;
    let about = About { view, models: Translation::models, steps: |run| run.steps };
    layout(page, about, top, move || figure(page, ours).into_any())
}

/// The run's buttons, and one that keeps what it has found.
fn buttons(page: Page) -> impl IntoView {
    let run = page.run;
    let rows =
        move |()| run.with(|f| comparison::translation(&f.translation, &f.film.now.snapshots));
    view! {
        <RunBar training=run.training() command=page.command() shipped=false />
        <Keep
            rows=Callback::new(rows)
            none="Features are read at the last step: keep them then."
        />
    }
}

/// The figure, what it can be looked at with, and its files.
fn figure(page: Page, ours: Ours) -> impl IntoView {
    let run = page.run;
    let plate = NodeRef::<Div>::new();
    let look = RwSignal::new(Look { width: 0.0, frame: usize::MAX, k: 0 });
    measured(plate, move |width| {
        if look.with_untracked(|look| look.width != width) {
            look.update(|look| look.width = width);
        }
    });
    let drawn = Memo::new(move |_| {
        run.drawn.track();
        let look = look.get();
        run.with(|found| draw(found, look)).filter(|_| look.width > 0.0)
    });
    let shown =
        move || drawn.with(|drawn| drawn.as_ref().map_or(String::new(), |d| d.text.clone()));
    let told = RwSignal::new(String::new());
    let save = move |which: usize| {
        let name = run.with(name);
        take(page, &name, &FILES[which], drawn.get_untracked(), told);
    };
    let last = Memo::new(move |_| {
        run.drawn.track();
        run.with(|found| found.film.frames.len())
    });
    let step = move || {
        run.drawn.track();
        run.with(|found| found.film.frame(look.get().frame).map_or(0, |frame| frame.step))
    };
    view! {
        <Width run look />
        {scrubber(last, step, move || look.get().frame, move |f| look.update(|look| look.frame = f))}
        <div class="plate" data-testid="plate" node_ref=plate inner_html=shown></div>
        {(!page.embed).then(|| view! {
            <Units run look />
            <Five run look source=ours.source />
            <OwnSentence run source=ours.source />
            <OwnTextPart run ours command=page.command() />
            {saves(FILES.iter().map(|file| (file.0, file.1, file.2)), save, told)}
        })}
    }
}
