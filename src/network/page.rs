//! The experiment's page: what stands where.

use super::compare::keep;
use super::figures::{Look, draw};
use super::link::{Opened, TRANSFORMER};
use super::state::{KEYS, Page};
use super::take::{FILES, take};
use crate::bar::{RunBar, RunNote};
use crate::controls::{Controls, Item, Line};
use crate::export::EmbedFoot;
use crate::format::count;
use crate::header::{Share, Theme};
use crate::keys::{self, Help, HelpButton, HelpDialog};
use crate::status::StatusLine;
use crate::study::Views;
use crate::theme::Dark;
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use toy::network::Network;
use toy::network::architecture::Architecture;
use toy::spec::{Param, Spec};

/// What one sees, for someone who has not read the paper.
const ABOUT: &str = "Transformers are trained to give back features that are active more and more rarely: 64 of them through a residual stream of 32 dimensions. The figure shows how well each does against what can be done without superposition, what comes out when one feature goes in, and how the features' directions share the stream, with the value at the start in grey beside each measure.";

/// What the published picture shows.
const PUBLISHED: &str = "The published script trains one network for all densities, so its eight panels are one picture. Its sequences have one token: attention over one key is 1 whatever queries and keys are, and these do not move but by weight decay (choose attention “to itself alone”: the loss is the same to the last bit). After its 1,000 steps with dropout it answers 17 to 19 of the 64 features by more than 1/2 (five seeds), fewer than its 32 dimensions hold at right angles. In the published figure the mean |cos| is 0.1011 at the start and 0.1008 at the end, and random directions have 0.0997: most of the superposition it shows is the random start.";

/// The page of the experiment.
#[component]
pub fn NetworkPage(
    /// What the link says.
    opened: Opened,
) -> impl IntoView {
    let page = Page::new(opened);
    let (dark, help) = (Dark::follow(), Help::new());
    provide_context(dark);
    provide_context(help);
    keys::listen(Box::new(page), dark, help);
    document().set_title(&format!("{} · Superphase", TRANSFORMER.1));
    if page.embed {
        return view! {
            <main class="embed study-embed" aria-label=TRANSFORMER.1>
                {figure(page)}
                <EmbedFoot training=page.run.training link=page.link />
            </main>
        }
        .into_any();
    }
    let presets = Network::PRESETS.iter().map(|preset| {
        let selected = move || page.preset.get() == preset.name;
        view! { <option value=preset.name prop:selected=selected>{preset.label}</option> }
    });
    let purpose = move || Network::preset(page.preset.get()).map(|preset| preset.about());
    let published = move || page.network.with(|network| network.shared).then_some(PUBLISHED);
    view! {
        <a class="skip" href="#figure">"Skip to the figure"</a>
        <header class="head">
            <h1>"Superphase"</h1>
            <Views current=None word=TRANSFORMER.0 choice=page.choice />
            <Share link=Callback::new(move |()| page.link.get_untracked()) />
            <Theme />
            <HelpButton />
        </header>
        {notices(page)}
        <RunNote training=page.run.training />
        <main class="study">
            <section class="study-side" aria-label="parameters">
                <label for="preset">"preset"</label>
                <select id="preset" on:change:target=move |event| page.adopt(&event.target().value())>
                    {presets.collect_view()}
                </select>
                <p class="study-help">{purpose}</p>
                <Controls
                    lines=Network::PARAMS.iter().map(|param| line(page, param)).collect()
                    outside=page.outside
                    can_undo=Signal::derive(move || page.can_undo())
                    undo=Callback::new(move |()| page.undo())
                />
            </section>
            <section class="study-stage" id="figure" aria-label="figure">
                <h2>{TRANSFORMER.1}</h2>
                <p class="lede">{ABOUT}</p>
                <p class="lede">{published}</p>
                {buttons(page)}
                {figure(page)}
            </section>
            {status(page)}
        </main>
        <HelpDialog own=KEYS />
    }
    .into_any()
}

fn line(page: Page, param: &'static Param<Network>) -> Line {
    let Param { name, label, group, rare, help, kind, matters, get, .. } = *param;
    let item = Item {
        name,
        label,
        help,
        kind,
        get: Memo::new(move |_| page.network.with(get)).into(),
        set: Callback::new(move |text: String| page.set(name, &text)),
        matters: Memo::new(move |_| page.network.with(matters)).into(),
        most: Signal::stored(None),
    };
    Line { group, rare, item }
}

/// What could not be used of the link.
fn notices(page: Page) -> impl IntoView {
    move || {
        let all = page.notices.get();
        (!all.is_empty()).then(|| {
            view! {
                <aside class="notices" role="status" aria-label="notes about the link">
                    <p>"Not everything in the link could be used: " {all.join(" ")}</p>
                    <button type="button" on:click=move |_| page.notices.set(vec![])>"Dismiss"</button>
                </aside>
            }
        })
    }
}

/// The run's buttons, and one that keeps what it has found.
fn buttons(page: Page) -> impl IntoView {
    let run = page.run;
    let kept = RwSignal::new("");
    let compare = move |_| {
        kept.set(if run.with(keep) {
            "Kept: see the comparison."
        } else {
            "The browser keeps nothing for this page."
        });
    };
    view! {
        <RunBar training=run.training command=page.command() />
        <div class="bar" role="group" aria-label="comparison">
            <button type="button" data-testid="compare" on:click=compare>"Keep to compare"</button>
            <span role="status">{kept}</span>
        </div>
    }
}

/// The figure, what it can be looked at with, and its files.
fn figure(page: Page) -> impl IntoView {
    let run = page.run;
    let plate = NodeRef::<Div>::new();
    let look = RwSignal::new(Look { width: 0.0, site: 0, frame: usize::MAX });
    let measure = move || {
        if let Some(plate) = plate.get_untracked() {
            let width = f64::from(plate.client_width());
            if look.with_untracked(|look| look.width != width) {
                look.update(|look| look.width = width);
            }
        }
    };
    Effect::new(move || {
        plate.track();
        measure();
    });
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let drawn = Memo::new(move |_| {
        run.drawn.track();
        let look = look.get();
        run.with(|found| draw(found, look)).filter(|_| look.width > 0.0)
    });
    let shown =
        move || drawn.with(|drawn| drawn.as_ref().map_or(String::new(), |d| d.text.clone()));
    let told = RwSignal::new(String::new());
    let files = FILES.iter().enumerate().map(|(which, (label, what, ending, _))| {
        let id = if what.is_empty() { format!("save-{ending}") } else { format!("save-{what}") };
        let save = move |_| take(page, which, drawn.get_untracked(), told);
        view! { <button type="button" data-testid=id on:click=save>{*label}</button> }
    });
    let sites = Memo::new(move |_| {
        let tape = page.network.with(|network| Architecture::new(network, 1));
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
        {scrubber(page, look)}
        <div class="plate" data-testid="plate" node_ref=plate inner_html=shown></div>
        {(!page.embed).then(|| view! {
            <div class="bar saves" role="group" aria-label="save">
                {files.collect_view()}
                <span role="status">{told}</span>
            </div>
        })}
    }
}

/// The step of the film that is shown.
fn scrubber(page: Page, look: RwSignal<Look>) -> impl IntoView {
    let run = page.run;
    let last = Memo::new(move |_| {
        run.drawn.track();
        run.with(|found| found.film.len())
    });
    let at = move || look.get().frame.min(last.get());
    let step = move || {
        run.drawn.track();
        run.with(|found| found.frame(look.get().frame).map_or(0, |frame| frame.step))
    };
    view! {
        <label class="scrubber">
            <span>{move || format!("step {}", count(step().into()))}</span>
            <input
                type="range"
                min="0"
                max=move || last.get()
                data-testid="scrubber"
                aria-valuetext=move || format!("step {}", step())
                prop:value=move || at().to_string()
                on:input:target=move |event| {
                    let frame = event.target().value().parse().unwrap_or(usize::MAX);
                    // At its end it follows the run.
                    let frame = if frame >= last.get_untracked() { usize::MAX } else { frame };
                    look.update(|look| look.frame = frame);
                }
            />
        </label>
    }
}

/// The status line.
fn status(page: Page) -> impl IntoView {
    let models = Signal::derive(move || page.network.with(Network::models));
    let steps = Signal::derive(move || page.network.with(|own| own.steps));
    view! { <StatusLine training=page.run.training choice=page.choice models steps /> }
}
