//! The experiment's page: its text, its figure and what that can be looked at with.

use super::figures::{Look, draw};
use super::found::Found;
use super::load::listen;
use super::run::{Page, order};
use super::take::{FILES, name};
use crate::bar::RunBar;
use crate::bring::Bring;
use crate::comparison::Keep;
use crate::experiment::{
    self, About, FilmRun, Opened, Run, TRANSFORMER, layout, measured, saves, scrubber, take,
};
use leptos::html::Div;
use leptos::prelude::*;
use toy::comparison::networks;
use toy::network::Network;
use toy::network::architecture::Architecture;

/// What one sees, for someone who has not read the paper.
const ABOUT: &str = "Transformers are trained to give back features that are active more and more rarely: 64 of them through a residual stream of 32 dimensions. The figure shows how well each does against what can be done without superposition, what comes out when one feature goes in, and how the features' directions share the stream, with the value at the start in grey beside each measure.";

/// What the published picture shows.
const PUBLISHED: &str = "The published script trains one network for all densities, so its eight panels are one picture. Its sequences have one token: attention over one key is 1 whatever queries and keys are, and these do not move but by weight decay (choose attention “to itself alone”: the loss is the same to the last bit). After its 1,000 steps with dropout it answers 17 to 19 of the 64 features by more than 1/2 (five seeds), fewer than its 32 dimensions hold at right angles. In the published figure the mean |cos| is 0.1011 at the start and 0.1008 at the end, and random directions have 0.0997: most of the superposition it shows is the random start.";

/// Reads a link; `None` when it is not to this experiment.
pub fn open(query: &str) -> Option<Opened<Network>> {
    experiment::link::open(query, TRANSFORMER)
}

/// The page of the experiment.
#[component]
pub fn NetworkPage(
    /// What the link says.
    opened: Opened<Network>,
) -> impl IntoView {
    let page = Page::new(opened, open, |network, choice| FilmRun::follow(network, choice, order));
    let published = move || page.spec.with(|network| network.shared).then_some(PUBLISHED);
    let top = move || {
        view! {
            <p class="lede">{ABOUT}</p>
            <p class="lede">{published}</p>
            {buttons(page)}
        }
        .into_any()
    };
    let about = About { view: (), models: Network::models, steps: |network| network.steps };
    layout(page, about, top, move || figure(page).into_any())
}

/// The run's buttons, and one that keeps what it has found.
fn buttons(page: Page) -> impl IntoView {
    let run = page.run;
    let rows =
        move |()| run.with(|f| networks(&f.network, f.film.initial(), &f.film.now.snapshots));
    view! {
        <RunBar training=run.training() command=page.command() shipped=false />
        <Keep rows=Callback::new(rows) />
    }
}

/// The figure, what it can be looked at with, and its files.
fn figure(page: Page) -> impl IntoView {
    let run = page.run;
    let plate = NodeRef::<Div>::new();
    let look = RwSignal::new(Look { width: 0.0, site: 0, frame: usize::MAX });
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
        let name = run.with(|found| name(&found.network));
        take(page, &name, &FILES[which], drawn.get_untracked(), told);
    };
    let sites = Memo::new(move |_| {
        let tape = page.spec.with(|network| Architecture::new(network, 1));
        tape.sites.into_iter().map(|site| site.name).collect::<Vec<_>>()
    });
    let options = move || {
        let option = |(place, name): (usize, String)| view! { <option value=place.to_string()>{name}</option> };
        sites.get().into_iter().enumerate().map(option).collect_view()
    };
    let choose = move |place: String| look.update(|look| look.site = place.parse().unwrap_or(0));
    view! {
        <label class="scrubber">
            <span>"directions after"</span>
            <select data-testid="site" on:change:target=move |event| choose(event.target().value())>
                {options}
            </select>
        </label>
        {film_scrubber(run, look)}
        <div class="plate" data-testid="plate" node_ref=plate inner_html=shown></div>
        {(!page.embed).then(|| view! {
            {saves(FILES.iter().map(|file| (file.0, file.1, file.2)), save, told)}
            <Bring
                label="Load networks…"
                accept=".safetensors,.npz"
                note="or drop a file here: networks saved here or by the command"
                files=listen(page)
            />
        })}
    }
}

/// The step of the film that is shown.
fn film_scrubber(run: FilmRun<Found>, look: RwSignal<Look>) -> impl IntoView {
    let last = Memo::new(move |_| {
        run.drawn.track();
        run.with(|found| found.film.frames.len())
    });
    let step = move || {
        run.drawn.track();
        run.with(|found| found.film.frame(look.get().frame).map_or(0, |frame| frame.step))
    };
    scrubber(last, step, move || look.get().frame, move |f| look.update(|look| look.frame = f))
}
