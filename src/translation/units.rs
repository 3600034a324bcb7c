//! What excites the units of `z` of the bottleneck that is chosen, as a table.

use super::figures::{Look, chosen};
use super::found::Found;
use crate::diagram::number::three;
use crate::experiment::FilmRun;
use leptos::prelude::*;
use toy::translation::geometry::End;
use toy::translation::{Geometry, Snapshot};

/// Most ends of units that are shown; the file has all.
const SHOWN: usize = 16;

/// Which bottleneck is looked at closely.
#[component]
pub fn Width(
    /// The run.
    run: FilmRun<Found>,
    /// What is looked at.
    look: RwSignal<Look>,
) -> impl IntoView {
    let widths = Memo::new(move |_| {
        run.drawn.track();
        run.with(|found| found.translation.widths())
    });
    let own = Memo::new(move |_| {
        run.drawn.track();
        let look = look.get();
        run.with(|found| chosen(&found.translation, look))
    });
    let options = move || {
        let option = |k: u32| {
            let selected = move || own.get() == k;
            view! { <option value=k.to_string() prop:selected=selected>{format!("k = {k}")}</option> }
        };
        widths.get().into_iter().map(option).collect_view()
    };
    let choose = move |k: String| look.update(|look| look.k = k.parse().unwrap_or(0));
    view! {
        <label class="scrubber">
            <span>"directions and units of"</span>
            <select data-testid="width" on:change:target=move |event| choose(event.target().value())>
                {options}
            </select>
        </label>
    }
}

/// Words that excite each unit most, with the entropy over their types.
#[component]
pub fn Units(
    /// The run.
    run: FilmRun<Found>,
    /// What is looked at.
    look: RwSignal<Look>,
) -> impl IntoView {
    let shown = move || {
        run.drawn.track();
        let look = look.get();
        run.with(|found| {
            let k = chosen(&found.translation, look);
            let snapshots = &found.film.frame(look.frame)?.snapshots;
            let snapshot = snapshots.iter().find(|s| found.translation.place(s.model) == (k, 0))?;
            Some(table(k, snapshot, found).into_any())
        })
    };
    view! {
        <section class="sentences" aria-label="units of z" data-testid="units">
            <h3>"Words that excite a unit most"</h3>
            {shown}
        </section>
    }
}

fn table(k: u32, snapshot: &Snapshot, found: &Found) -> impl IntoView + use<> {
    let (now, start) = (&snapshot.measures.geometry, &snapshot.beside.start);
    let text = &found.text;
    let english = found.source.is_none().then_some("en");
    let row = |end: &End| {
        let word = |&(number, share): &(u32, f32)| {
            let percent = (100.0 * share).round();
            format!("{} {percent} %", text.vocabularies()[0].word(number))
        };
        let words = end.types.iter().map(word).collect::<Vec<_>>().join(", ");
        let words = if words.is_empty() { "nothing".into() } else { words };
        let sign = if end.up { "+" } else { "−" };
        view! {
            <tr>
                <th scope="row">{format!("{}{sign}", end.unit + 1)}</th>
                <td lang=english dir="auto">{words}</td>
                <td>{bits(Some(end))}</td>
                <td>{bits(start.end(end))}</td>
            </tr>
        }
    };
    let rows = now.ends.iter().take(SHOWN).map(row).collect_view();
    let words = about(k, now);
    view! {
        <p class="study-help">{words}</p>
        <table class="said">
            <thead>
                <tr>
                    <th scope="col">"unit"</th>
                    <th scope="col">"words"</th>
                    <th scope="col">"entropy"</th>
                    <th scope="col">"at the start"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// An entropy over types; a unit that nothing excites has none.
fn bits(end: Option<&End>) -> String {
    let known = end.filter(|end| !end.types.is_empty());
    known.map_or(String::new(), |end| three(f64::from(end.entropy)) + " bits")
}

fn about(k: u32, now: &Geometry) -> String {
    let more = match now.ends.len() > SHOWN {
        true => format!(
            " The first {SHOWN} of {} ends are shown; the file of units has all.",
            now.ends.len()
        ),
        false => String::new(),
    };
    format!(
        "Of the tenth of all words at which a unit of the bottleneck of k = {k} is largest (+) or smallest (−): the most frequent \
         words, their shares, and the entropy over all of them. Few bits: the unit stands for few words.{more}"
    )
}
