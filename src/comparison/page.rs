//! The page of the comparison.

use super::picture::picture;
use super::rows::{add, rows, write};
use crate::address::at;
use crate::bring::{Choose, FileNotes, Files};
use crate::experiment::link::{is_embedded, leads_to};
use crate::experiment::{COMPARISON, Views, measured};
use crate::export::save::{blob, save};
use crate::format::plural;
use crate::front::Front;
use crate::header::Theme;
use crate::part::Why;
use leptos::html::Div;
use leptos::prelude::*;
use toy::comparison::{self, COLUMNS, Row};
use toy::evaluate::Effort;

/// Sorted by a column, numbers as numbers; empty cells last.
fn sorted(rows: &[Row], column: usize, down: bool) -> Vec<[String; 16]> {
    let mut all: Vec<_> = rows.iter().map(Row::cells).collect();
    all.sort_by(|a, b| {
        let (a, b) = (&a[column], &b[column]);
        let order = match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => a.total_cmp(&b),
            _ => a.cmp(b),
        };
        let order = if down { order.reverse() } else { order };
        a.is_empty().cmp(&b.is_empty()).then(order)
    });
    all
}

/// Whether a link is to the comparison.
pub fn compares(query: &str) -> bool {
    leads_to(query, COMPARISON.0)
}

/// The page of the comparison, or its picture alone.
#[component]
pub fn ComparisonPage(
    /// What the link says.
    query: String,
) -> impl IntoView {
    let front = Front::here();
    front.name_the_tab(|| format!("{} · Superphase", COMPARISON.1));
    let all = RwSignal::new(rows());
    // What was kept on other pages meanwhile.
    Effect::watch(move || front.seen.get(), move |_, _, _| all.set(rows()), false);
    let order = RwSignal::new((0usize, false));
    let told = RwSignal::new(String::new());
    let save_as = move |name: &'static str, text: String, mime: &str| {
        let saved = blob(&text, mime).and_then(|file| save(name, &file));
        told.set(match saved {
            Ok(()) => format!("Saved {name}."),
            Err(_) => "The browser could not make the file.".into(),
        });
    };
    // Narrower, labels would stand upon each other: then it is drawn smaller.
    let (plate, width) = (NodeRef::<Div>::new(), RwSignal::new(900.0));
    measured(plate, move |room| width.set(room.clamp(480.0, 1200.0)));
    let drawn = move || all.with(|all| picture(all, width.get()).text);
    if is_embedded(&query) {
        let whole = at(&format!("view={}", COMPARISON.0));
        return view! {
            <main class="embed study-embed" aria-label=COMPARISON.1>
                <h1 class="visually-hidden">{COMPARISON.1}</h1>
                <div class="plate" node_ref=plate inner_html=drawn></div>
                <p class="embed-foot">
                    <span>{move || all.with(|all| plural(all.len() as u64, "row"))}</span>
                    <a href=whole target="_blank" rel="noopener">"Open in Superphase"</a>
                </p>
            </main>
        }
        .into_any();
    }
    let csv =
        move |_| save_as("superphase-comparison.csv", all.with(|a| comparison::csv(a)), "text/csv");
    let svg = move |_| {
        save_as("superphase-comparison.svg", all.with(|a| picture(a, 900.0).text), "image/svg+xml");
    };
    let files = Files::listen(
        |_| ["Added the models of ", " to the table."],
        move |file| async move {
            let found = files::compare::rows(&file.bytes, Effort::Live);
            let (new, mut notes) = found.map_err(|why| Why(why.to_string()))?;
            if !add(new.clone()) {
                notes.push(
                    "the browser keeps nothing for this page: they are gone when it is left".into(),
                );
            }
            all.update(|all| all.extend(new));
            Ok(notes)
        },
    );
    let clear = move |_| {
        if write(&[]) {
            all.set(vec![]);
        }
    };
    let heads = COLUMNS.iter().enumerate().map(|(column, name)| {
        let click = move |_| order.update(|o| *o = (column, o.0 == column && !o.1));
        let sort = move || match order.get() {
            (own, down) if own == column => {
                if down {
                    "descending"
                } else {
                    "ascending"
                }
            }
            _ => "none",
        };
        view! {
            <th scope="col" aria-sort=sort>
                <button type="button" on:click=click>{name.replace('_', " ")}</button>
            </th>
        }
    });
    let body = move || {
        let (column, down) = order.get();
        let rows = all.with(|all| sorted(all, column, down));
        let cell = |text: String| {
            let text = text.parse::<f64>().map_or(text.clone(), crate::diagram::number::three);
            view! { <td>{text}</td> }
        };
        let row =
            |cells: [String; 16]| view! { <tr>{cells.map(cell).into_iter().collect_view()}</tr> };
        rows.into_iter().map(row).collect_view()
    };
    view! {
        <header class="head">
            <h1>"Superphase"</h1>
            <Views here=COMPARISON.0 choice=Signal::stored(wire::Choice::default()) />
            <Theme />
        </header>
        <main class="study">
            <section class="study-stage" aria-label="comparison">
                <h2>{COMPARISON.1}</h2>
                <p class="lede">
                    "Every model that was kept, of whatever architecture, at each site where its features can be looked at: how many directions there are in how many dimensions, how close they come to what is possible, and the same at initialisation. A comparison without the start says nothing."
                </p>
                <div class="plate" node_ref=plate inner_html=drawn></div>
                <div class="bar" role="group" aria-label="table">
                    <button type="button" data-testid="save-csv" on:click=csv>"CSV"</button>
                    <button type="button" data-testid="save-svg" on:click=svg>"SVG"</button>
                    <Choose label="Load a file…" accept=".safetensors,.npz,.csv,text/csv" files />
                    <button type="button" on:click=clear>"Forget all"</button>
                    <span role="status">{told}</span>
                </div>
                <FileNotes files />
                <p hidden=move || !all.with(Vec::is_empty)>
                    "Nothing has been kept yet: train something and press “Keep to compare”, or drop files here: weights saved here or by the command, W and b of PyTorch, JAX or NumPy (.safetensors, .npz), or a table of this page (.csv)."
                </p>
                <div
                    class="numbers-table"
                    tabindex="0"
                    role="region"
                    aria-label="rows of the comparison"
                    hidden=move || all.with(Vec::is_empty)
                >
                    <table data-testid="comparison">
                        <thead><tr>{heads.collect_view()}</tr></thead>
                        <tbody>{body}</tbody>
                    </table>
                </div>
            </section>
        </main>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_as_numbers() {
        let row = |dimensions| Row { dimensions, ..Row::default() };
        let rows = [row(10), row(9), row(100)];
        let column = COLUMNS.iter().position(|c| *c == "dimensions").unwrap();
        let order = |down| -> Vec<String> {
            sorted(&rows, column, down).into_iter().map(|cells| cells[column].clone()).collect()
        };
        assert_eq!(order(false), ["9", "10", "100"]);
        assert_eq!(order(true), ["100", "10", "9"]);
    }
}
