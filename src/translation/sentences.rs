//! Sentences through the bottlenecks: five held-out ones at the chosen step, and the reader's own.

use super::figures::Look;
use super::found::Found;
use crate::experiment::{FilmRun, Run};
use crate::training::Event;
use leptos::prelude::*;
use toy::translation::language::{Part, Sentence, numbers};
use toy::translation::pairs::words;
use toy::translation::{Text, Translation};

/// Held-out sentences to choose from.
const FIVE: usize = 5;

/// A bottleneck's name in a table.
fn name(run: &Translation, model: u32) -> String {
    let (k, repeat) = run.place(model);
    if run.repeats == 1 { format!("k = {k}") } else { format!("k = {k}, {}", repeat + 1) }
}

/// What comes out of each bottleneck, a row each, with the reference below.
fn table(rows: Vec<(String, String)>, reference: Option<String>) -> impl IntoView {
    let row = |(name, said): (String, String), right: bool| {
        view! { <tr class:right=right><th scope="row">{name}</th><td lang="art">{said}</td></tr> }
    };
    let is_right = |said: &String| reference.as_ref() == Some(said);
    let marks: Vec<bool> = rows.iter().map(|(_, said)| is_right(said)).collect();
    let last = reference.map(|reference| row(("reference".into(), reference), true));
    let rows = rows.into_iter().zip(marks).map(|(cells, right)| row(cells, right)).collect_view();
    view! { <table class="said"><tbody>{rows} {last}</tbody></table> }
}

/// Five sentences through `k` dimensions at the step that is shown.
#[component]
pub fn Five(
    /// The run.
    run: FilmRun<Found>,
    /// What is looked at.
    look: RwSignal<Look>,
) -> impl IntoView {
    let held = StoredValue::new(Text::language().held(Part::Test, FIVE));
    let which = RwSignal::new(0usize);
    let options = held.with_value(|held| {
        let option = |(place, source): (usize, &String)| {
            view! { <option value=place.to_string()>{source.clone()}</option> }
        };
        held.sources.iter().enumerate().map(option).collect_view()
    });
    let shown = move || {
        run.drawn.track();
        let (place, frame) = (which.get(), look.get().frame);
        let rows = run.with(|found| {
            let snapshots = found.film.frame(frame).map(|frame| frame.snapshots.as_slice());
            let said = |model, outputs: &[String]| {
                Some((name(&found.translation, model), outputs.get(place)?.clone()))
            };
            let all = snapshots.unwrap_or_default().iter();
            all.filter_map(|s| said(s.model, &s.measures.outputs)).collect::<Vec<_>>()
        });
        table(rows, held.with_value(|held| held.references.get(place).cloned()))
    };
    view! {
        <section class="sentences" aria-label="five sentences" data-testid="five">
            <h3>"A held-out sentence at this step"</h3>
            <select
                aria-label="sentence"
                on:change:target=move |event| which.set(event.target().value().parse().unwrap_or(0))
            >
                {options}
            </select>
            {shown}
        </section>
    }
}

/// A sentence of the reader's own.
#[component]
pub fn Own(
    /// The run.
    run: FilmRun<Found>,
) -> impl IntoView {
    let typed = RwSignal::new("my old cats saw the red house".to_owned());
    let asked = RwSignal::new(String::new());
    let ask = move || {
        let sentence = words(&typed.get_untracked()).join(" ");
        if !sentence.is_empty() {
            asked.set(sentence.clone());
            run.training().tell(Event::Translate(sentence));
        }
    };
    // While the bottlenecks train, the answer follows them.
    Effect::new(move || {
        run.drawn.track();
        let sentence = asked.get_untracked();
        let stale = run.with(|found| found.asked_at != Some(found.film.now.step));
        if stale && !sentence.is_empty() {
            run.note(|found| found.asked_at = Some(found.film.now.step));
            run.training().tell(Event::Translate(sentence));
        }
    });
    let shown = move || {
        run.drawn.track();
        let sentence = asked.get();
        let parsed = Sentence::parse(&words(&sentence));
        let notice =
            parsed.as_ref().err().filter(|_| !sentence.is_empty()).map(ToString::to_string);
        let target = parsed.ok().map(|own| {
            let text = Text::language();
            text.vocabularies()[1].decode(&numbers(&own.target()))
        });
        let said = run.with(|found| {
            let own = found.own.as_ref().filter(|(known, _)| *known == sentence);
            let said = own.and_then(|(_, said)| said.clone())?;
            let name = |(model, said)| (name(&found.translation, model), said);
            Some(said.into_iter().map(name).collect::<Vec<_>>())
        });
        view! {
            {notice.map(|notice| view! { <p class="study-help" role="status">{format!("No sentence of the language: {notice}.")}</p> })}
            {said.map(|rows| table(rows, target))}
        }
    };
    view! {
        <section class="sentences" aria-label="your own sentence" data-testid="own">
            <h3>"Your own sentence"</h3>
            <form
                class="bar"
                on:submit=move |event| {
                    event.prevent_default();
                    ask();
                }
            >
                <input
                    type="text"
                    aria-label="your own sentence"
                    size="36"
                    prop:value=typed
                    on:input:target=move |event| typed.set(event.target().value())
                />
                <button type="submit">"Translate"</button>
            </form>
            <p class="study-help">"Determiner, perhaps an adjective, noun, verb, determiner, perhaps an adjective, noun; such as: the, my; small, old; cat, houses; saw, liked."</p>
            {shown}
        </section>
    }
}
