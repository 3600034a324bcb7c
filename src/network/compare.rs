//! The comparison: a table of everything that was kept, across architectures, and a picture of it.

use super::found::Found;
use crate::diagram::colour::{BLUE, RED};
use crate::experiment::link::word;
use crate::experiment::{COMPARISON, Views};
use crate::export::ink::Drawn;
use crate::export::save::{blob, save};
use crate::header::Theme;
use crate::study::figures::chart::{Axis, frame};
use crate::study::figures::sheet::{HEAD, SMALL, Sheet, trace};
use crate::theme::Dark;
use leptos::prelude::*;
use toy::comparison::{self, COLUMNS, Row};
use toy::directions::{random_cosine, welch};

/// Where the browser keeps the rows.
const KEY: &str = "superphase-comparison";
/// Most rows that are kept, the newest.
const MOST: usize = 2000;

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The rows that were kept; none where they cannot be read.
fn rows() -> Vec<Row> {
    let text = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    text.map(|text| comparison::read(&text)).unwrap_or_default()
}

fn write(rows: &[Row]) -> bool {
    storage().is_some_and(|s| s.set_item(KEY, &comparison::write(rows)).is_ok())
}

/// Adds rows to those that are kept; whether the browser keeps them.
pub fn add(new: Vec<Row>) -> bool {
    let mut all = rows();
    all.extend(new);
    let from = all.len().saturating_sub(MOST);
    write(&all[from..])
}

/// Keeps the networks of a run as they are now.
pub fn keep(found: &Found) -> bool {
    add(comparison::networks(&found.network, found.film.initial(), &found.film.now.snapshots))
}

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

/// Mean and largest cosines against dimensions, random directions and the Welch bound as curves.
fn picture(rows: &[Row], width: f64) -> Drawn {
    let mut sheet = Sheet::new(width, true);
    sheet.text(0.0, 16.0, HEAD, "Cosines between features, against dimensions");
    let dimensions = rows.iter().map(|row| f64::from(row.dimensions.max(1)));
    let (low, high) = dimensions.fold((f64::INFINITY, 1.0), |(l, h), d: f64| (d.min(l), d.max(h)));
    let (low, high) = if low.is_finite() { (low / 1.5, high * 1.5) } else { (1.0, 64.0) };
    let x = Axis::log(low, high, (50.0, width - 18.0));
    let y = Axis::linear(0.0, 1.05, (300.0, 50.0));
    frame(&mut sheet, &x, &y, 0.0, ["dimensions", "|cosine|: mean (disks), largest (dots)"]);
    let steps = |of: &dyn Fn(u32) -> f64| -> Vec<(f64, f64)> {
        let all = (low.max(2.0).ceil() as u32)..=(high as u32).max(3);
        all.map(|d| (x.at(f64::from(d)), y.at(of(d)))).collect()
    };
    let features = rows.iter().map(|row| row.features).max().unwrap_or(64);
    sheet.path(
        &trace(&steps(&random_cosine)),
        "class=\"random\" fill=\"none\" stroke=\"currentColor\" stroke-dasharray=\"3 3\"",
    );
    sheet.path(
        &trace(&steps(&|d| welch(features, d))),
        "class=\"welch\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".5\"",
    );
    for row in rows {
        let at = x.at(f64::from(row.dimensions.max(1)));
        let disk = format!("class=\"mean\" fill=\"{}\" fill-opacity=\".7\"", RED.css());
        sheet.disk(at, y.at(row.mean_cosine), 4.0, &disk);
        let dot = format!("class=\"largest\" fill=\"{}\" fill-opacity=\".7\"", BLUE.css());
        sheet.disk(at, y.at(row.largest_cosine), 2.0, &dot);
    }
    let words = format!(
        "Dashed: the mean of random directions. Line: the Welch bound of {features} features, below which the largest cannot be."
    );
    let end = sheet.notes(352.0, &words);
    sheet.text(0.0, end + 4.0, SMALL, "");
    sheet.finish(end + 8.0, "Cosines of all kept models", &words)
}

/// Whether a link is to the comparison.
pub fn compares(query: &str) -> bool {
    let opened = toy::spec::link::read::<toy::Study>(query.trim_start_matches('?'));
    word(&opened) == Some(COMPARISON.0)
}

/// The page of the comparison.
#[component]
pub fn ComparisonPage() -> impl IntoView {
    provide_context(Dark::follow());
    document().set_title(&format!("{} · Superphase", COMPARISON.1));
    let all = RwSignal::new(rows());
    let order = RwSignal::new((0usize, false));
    let told = RwSignal::new(String::new());
    let save_as = move |name: &'static str, text: String, mime: &str| {
        let saved = blob(&text, mime).and_then(|file| save(name, &file));
        told.set(match saved {
            Ok(()) => format!("Saved {name}."),
            Err(_) => "The browser could not make the file.".into(),
        });
    };
    let csv =
        move |_| save_as("superphase-comparison.csv", all.with(|a| comparison::csv(a)), "text/csv");
    let svg = move |_| {
        save_as("superphase-comparison.svg", all.with(|a| picture(a, 900.0).text), "image/svg+xml");
    };
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
                <div class="plate" inner_html=move || all.with(|all| picture(all, 900.0).text)></div>
                <div class="bar" role="group" aria-label="table">
                    <button type="button" data-testid="save-csv" on:click=csv>"CSV"</button>
                    <button type="button" data-testid="save-svg" on:click=svg>"SVG"</button>
                    <button type="button" on:click=clear>"Forget all"</button>
                    <span role="status">{told}</span>
                </div>
                <p hidden=move || !all.with(Vec::is_empty)>
                    "Nothing has been kept yet: train something and press “Keep to compare”."
                </p>
                <div class="numbers-table" tabindex="0" role="region" aria-label="comparison">
                    <table data-testid="comparison">
                        <thead><tr>{heads.collect_view()}</tr></thead>
                        <tbody>{body}</tbody>
                    </table>
                </div>
            </section>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::ink::tests::well_formed;

    #[test]
    fn rows_are_sorted_as_numbers_and_drawn() {
        let row = |dimensions, mean_cosine| Row { dimensions, mean_cosine, ..Row::default() };
        let rows = [row(10, 0.2), row(9, 0.3), row(100, 0.1)];
        let column = COLUMNS.iter().position(|c| *c == "dimensions").unwrap();
        let order = |down| sorted(&rows, column, down).map_cells(column);
        assert_eq!(order(false), ["9", "10", "100"]);
        assert_eq!(order(true), ["100", "10", "9"]);
        for rows in [&rows[..], &[]] {
            let drawn = picture(rows, 700.0);
            assert!(well_formed(&drawn.text) && !drawn.text.contains("NaN"), "{}", drawn.text);
            assert_eq!(drawn.text.matches("class=\"mean\"").count(), rows.len());
        }
    }

    trait Cells {
        fn map_cells(self, column: usize) -> Vec<String>;
    }

    impl Cells for Vec<[String; 16]> {
        fn map_cells(self, column: usize) -> Vec<String> {
            self.into_iter().map(|cells| cells[column].clone()).collect()
        }
    }
}
