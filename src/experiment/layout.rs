//! What stands where on an experiment's page.

use super::page::{KEYS, Page, Run};
use super::views::Views;
use crate::bar::RunNote;
use crate::controls::{Controls, Item, Line};
use crate::export::EmbedFoot;
use crate::front::Front;
use crate::header::{Share, Theme};
use crate::keys::{self, Help, HelpButton, HelpDialog};
use crate::notices::Notices;
use crate::status::StatusLine;
use crate::theme::Dark;
use leptos::prelude::*;
use toy::spec::{Param, Spec};

/// What a page has to know of what it trains.
pub struct About<S: Spec> {
    /// Whose presets are offered.
    pub view: S::View,
    /// How many models there are.
    pub models: fn(&S) -> u64,
    /// How many steps each of them takes.
    pub steps: fn(&S) -> u32,
}

/// The whole page: a form beside `top` (text and buttons) and the figure, or the figure alone.
pub fn layout<S: Spec, R: Run>(
    page: Page<S, R>,
    about: About<S>,
    top: impl FnOnce() -> AnyView,
    figure: impl FnOnce() -> AnyView,
) -> AnyView {
    let (front, dark, help) = (Front::here(), expect_context::<Dark>(), Help::new());
    provide_context(help);
    keys::listen(Box::new(page), front, dark, help);
    let label = page.name.1;
    front.name_the_tab(move || format!("{label} · Superphase"));
    let training = page.training();
    if page.embed {
        return view! {
            <main class="embed study-embed" aria-label=label>
                <h1 class="visually-hidden">{label}</h1>
                {figure()}
                <EmbedFoot training link=page.link />
            </main>
        }
        .into_any();
    }
    let About { view, models, steps } = about;
    // One of another view may be named in a link.
    let presets = S::PRESETS.iter().map(|preset| {
        let selected = move || page.preset.get() == preset.name;
        let hidden = preset.view != view;
        view! { <option value=preset.name hidden=hidden prop:selected=selected>{preset.label}</option> }
    });
    let purpose = move || S::preset(page.preset.get()).map(|preset| preset.about());
    view! {
        <a class="skip" href="#figure">"Skip to the figure"</a>
        <header class="head">
            <h1>"Superphase"</h1>
            <Views here=page.name.0 choice=page.choice />
            <Share link=Callback::new(move |()| page.link.get_untracked()) />
            <Theme />
            <HelpButton />
        </header>
        <Notices notices=page.notices />
        <RunNote training />
        <main class="study">
            <section class="study-side" aria-label="parameters">
                <label for="preset">"preset"</label>
                <select id="preset" on:change:target=move |event| page.adopt(&event.target().value())>
                    {presets.collect_view()}
                </select>
                <p class="study-help">{purpose}</p>
                <Controls
                    lines=S::PARAMS.iter().map(|param| line(page, param)).collect()
                    outside=page.outside
                    can_undo=Signal::derive(move || page.can_undo())
                    undo=Callback::new(move |()| page.undo())
                />
            </section>
            <section class="study-stage" id="figure" aria-label="figure">
                <h2>{label}</h2>
                {top()}
                {figure()}
            </section>
            <StatusLine
                training
                choice=page.choice
                models=Signal::derive(move || page.spec.with(models))
                steps=Signal::derive(move || page.spec.with(steps))
            />
        </main>
        <HelpDialog own=KEYS />
    }
    .into_any()
}

/// The form's line for a parameter.
fn line<S: Spec, R: Run>(page: Page<S, R>, param: &'static Param<S>) -> Line {
    let Param { name, label, group, rare, help, kind, matters, get, .. } = *param;
    let (spec, set) = (page.spec, move |text: String| page.set(name, &text));
    let item = Item {
        name,
        label,
        help,
        kind,
        get: Memo::new(move |_| spec.with(get)).into(),
        set: Callback::new(set),
        matters: Memo::new(move |_| spec.with(matters)).into(),
        most: Signal::stored(None),
    };
    Line { group, rare, item }
}
