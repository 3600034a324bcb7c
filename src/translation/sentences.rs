//! Sentences through the bottlenecks: five held-out ones at the chosen step, and the reader's own.

use super::figures::Look;
use super::found::Found;
use crate::experiment::{FilmRun, Run};
use crate::training::Event;
use leptos::prelude::*;
use toy::translation::language::{Part, Sentence, numbers};
use toy::translation::pairs::words;
use toy::translation::text::known_words;
use toy::translation::{Text, Translation};

/// Held-out sentences to choose from.
const FIVE: usize = 5;
/// What is typed at the beginning.
const FIRST: &str = "my old cats saw the red house";

/// A bottleneck's name in a table.
fn name(run: &Translation, model: u32) -> String {
    let (k, repeat) = run.place(model);
    if run.repeats == 1 { format!("k = {k}") } else { format!("k = {k}, {}", repeat + 1) }
}

/// What comes out of each bottleneck, a row each, with the reference below; `made_up` of the language
/// with known features.
fn table(
    rows: Vec<(String, String)>,
    reference: Option<String>,
    made_up: bool,
) -> impl IntoView + use<> {
    let lang = made_up.then_some("art");
    let row = move |(name, said): (String, String), right: bool| {
        view! { <tr class:right=right><th scope="row">{name}</th><td lang=lang dir="auto">{said}</td></tr> }
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
    /// Which text it is, by its name; `None` is the language.
    source: Memo<Option<String>>,
) -> impl IntoView {
    // Every text has sentences of its own.
    let held = Memo::new(move |_| {
        source.track();
        let held = run.with(|found| found.text.held(Part::Test, FIVE));
        (held.sources, held.references)
    });
    let which = RwSignal::new(0usize);
    let options = move || {
        let option = |(place, source): (usize, String)| {
            view! { <option value=place.to_string() prop:selected=move || which.get() == place>{source}</option> }
        };
        held.get().0.into_iter().enumerate().map(option).collect_view()
    };
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
        let reference = held.with(|(_, references)| references.get(place).cloned());
        table(rows, reference, source.get().is_none())
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

/// What is wrong with a sentence, and how the language itself would translate it.
fn understood(found: &Found, sentence: &str) -> (Option<String>, Option<String>) {
    if sentence.is_empty() {
        return (None, None);
    }
    let said = words(sentence);
    if found.source.is_some() {
        let known = known_words(&found.text.vocabularies()[0], &said).is_some();
        let fits = said.len() < found.text.shape().words;
        let why = match (known, fits) {
            (false, _) => Some("It has words that the text does not have.".to_owned()),
            (_, false) => Some("It is longer than any sentence of the text.".to_owned()),
            _ => None,
        };
        return (why, None);
    }
    match Sentence::parse(&said) {
        Ok(own) => {
            let target = Text::language().vocabularies()[1].decode(&numbers(&own.target()));
            (None, Some(target))
        }
        Err(why) => (Some(format!("No sentence of the language: {why}.")), None),
    }
}

/// A sentence of the reader's own.
#[component]
pub fn OwnSentence(
    /// The run.
    run: FilmRun<Found>,
    /// Which text it is, by its name; `None` is the language.
    source: Memo<Option<String>>,
) -> impl IntoView {
    let typed = RwSignal::new(FIRST.to_owned());
    let asked = RwSignal::new(String::new());
    Effect::watch(
        move || source.get(),
        move |source, _, _| {
            let first = run.with(|found| found.text.held(Part::Test, 1).sources.pop());
            let own = source.is_some().then_some(first).flatten();
            typed.set(own.unwrap_or_else(|| FIRST.to_owned()));
            asked.set(String::new());
        },
        false,
    );
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
        let (notice, target) = run.with(|found| understood(found, &sentence));
        let said = run.with(|found| {
            let own = found.own.as_ref().filter(|(known, _)| *known == sentence);
            let said = own.and_then(|(_, said)| said.clone())?;
            let name = |(model, said)| (name(&found.translation, model), said);
            Some(said.into_iter().map(name).collect::<Vec<_>>())
        });
        let made_up = source.get().is_none();
        view! {
            {notice.map(|notice| view! { <p class="study-help" role="status">{notice}</p> })}
            {said.map(|rows| table(rows, target, made_up))}
        }
    };
    let help = move || match source.get() {
        None => {
            "Determiner, perhaps an adjective, noun, verb, determiner, perhaps an adjective, noun; such as: the, my; small, old; cat, houses; saw, liked."
        }
        Some(_) => "Words of the text, in the language it is translated from.",
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
                    dir="auto"
                    prop:value=typed
                    on:input:target=move |event| typed.set(event.target().value())
                />
                <button type="submit">"Translate"</button>
            </form>
            <p class="study-help">{help}</p>
            {shown}
        </section>
    }
}
