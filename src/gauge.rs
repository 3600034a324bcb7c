//! What this browser's GPU is worth: every kernel measured and checked, as a table and as JSON to be
//! sent. A page of its own, which trains nothing that is shown.

use crate::clipboard;
use crate::experiment::Views;
use crate::experiment::link::leads_to;
use crate::export::save::{blob, save};
use crate::format::{sentence, si};
use crate::front::Front;
use crate::header::Theme;
use crate::training::Worker;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wire::{Choice, Gauge, Report, Request};

/// Its word in links.
pub const WORD: &str = "bench";
/// What the file is called.
const FILE: &str = "superphase-gpu.json";

/// Whether a link is to this page.
pub fn opens(query: &str) -> bool {
    leads_to(query, WORD)
}

/// What was found so far.
#[derive(Clone, Copy)]
struct Found {
    rows: RwSignal<Vec<Gauge>>,
    /// What is to be said: how far it is, or what is wrong.
    told: RwSignal<String>,
    /// The worker, while it measures.
    worker: RwSignal<Option<Worker>, LocalStorage>,
}

impl Found {
    fn new() -> Self {
        let told = RwSignal::new(String::new());
        Self { rows: RwSignal::new(vec![]), told, worker: RwSignal::new_local(None) }
    }

    /// Begins with the first kernel.
    fn start(self) {
        self.rows.set(vec![]);
        let hear = move |heard: Result<(Report, _), String>| match heard {
            Ok((Report::Gauged(Some(row)), _)) => {
                self.rows.update(|rows| rows.push(row));
                self.ask();
            }
            Ok((Report::Gauged(None), _)) => self.end("Done.".into()),
            Ok((Report::Failed { sentence: why, .. }, _)) | Err(why) => self.end(sentence(&why)),
            Ok(_) => {}
        };
        match Worker::spawn(hear) {
            Ok(worker) => {
                self.worker.set(Some(worker));
                self.ask();
            }
            Err(why) => self.told.set(why),
        }
    }

    /// Asks for the next kernel.
    fn ask(self) {
        let number = self.rows.with_untracked(Vec::len) as u32;
        self.told.set(format!("Measuring kernel {} …", number + 1));
        self.worker.with_untracked(|worker| {
            if let Some(worker) = worker {
                worker.send(&Request::Gauge(number), None);
            }
        });
    }

    fn end(self, why: String) {
        self.told.set(why);
        self.worker.set(None);
    }

    fn document(self) -> String {
        let agent = window().navigator().user_agent().unwrap_or_default();
        let program = concat!("superphase ", env!("CARGO_PKG_VERSION"));
        self.rows.with_untracked(|rows| Gauge::document(rows, program, &agent))
    }
}

/// The page.
#[component]
pub fn GaugePage() -> impl IntoView {
    Front::here().name_the_tab(|| "GPU · Superphase".into());
    let found = Found::new();
    let told = move |text: &str| found.told.set(text.to_owned());
    let file = move |_| {
        let saved = blob(&found.document(), "application/json").and_then(|file| save(FILE, &file));
        told(if saved.is_ok() { "Saved." } else { "The browser could not make the file." });
    };
    let copy = move |_| {
        spawn_local(async move {
            let copied = clipboard::write(&found.document()).await;
            told(if copied.is_ok() {
                "Copied."
            } else {
                "The browser does not let the page copy."
            });
        });
    };
    let none = move || found.rows.with(Vec::is_empty);
    let busy = move || found.worker.with(Option::is_some);
    let about = move || {
        found.rows.with(|rows| {
            rows.first().map(|row| {
                let Gauge { adapter, driver, peak, .. } = row;
                format!("{adapter} ({driver}), {} FLOP/s at most.", si(*peak))
            })
        })
    };
    let body = move || {
        let cell = |text: String| view! { <td>{text}</td> };
        let row =
            |row: &Gauge| view! { <tr>{row.cells().map(cell).into_iter().collect_view()}</tr> };
        found.rows.with(|rows| rows.iter().map(row).collect_view())
    };
    view! {
        <header class="head">
            <h1>"Superphase"</h1>
            <Views here=WORD choice=Signal::stored(Choice::default()) />
            <Theme />
        </header>
        <main class="study">
            <section class="study-stage" aria-label="GPU">
                <h2>"What this GPU is worth"</h2>
                <p class="lede">
                    "Every kernel is measured and its numbers are compared with the CPU's. Peak is what chains of multiplications and additions alone reach here. It takes up to a minute; nothing leaves this browser unless you send it."
                </p>
                <div class="bar" role="group" aria-label="measurement">
                    <button type="button" class="primary" disabled=busy on:click=move |_| found.start()>
                        "Measure"
                    </button>
                    <button type="button" data-testid="save-json" disabled=none on:click=file>"JSON"</button>
                    <button type="button" disabled=none on:click=copy>"Copy"</button>
                    <span role="status">{found.told}</span>
                </div>
                <p>{about}</p>
                <div class="numbers-table" tabindex="0" role="region" aria-label="kernels">
                    <table data-testid="kernels" hidden=none>
                        <thead>
                            <tr>
                                {Gauge::HEADS.map(|head| view! { <th scope="col">{head}</th> }).into_iter().collect_view()}
                            </tr>
                        </thead>
                        <tbody>{body}</tbody>
                    </table>
                </div>
            </section>
        </main>
    }
}
