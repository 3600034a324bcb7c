//! A parallel text of the reader's own: read as the command reads it, a translation model trained on
//! it here, and bottlenecks put into that.

use super::found::Found;
use crate::bring::{Brought, Choose, FileNotes, Files};
use crate::diagram::number::three;
use crate::experiment::FilmRun;
use crate::export::save::{bytes, save};
use crate::format::{count, duration, sentence};
use crate::part::Why;
use crate::training::Worker;
use leptos::prelude::*;
use std::sync::Arc;
use toy::spec::number;
use toy::translation::base::{MAGIC, RECIPE};
use toy::translation::bleu::ORDER;
use toy::translation::text::Summary;
use toy::translation::{Base, Brief, Text};
use wire::{Own, OwnText, Report, Request};

/// Words that are told apart on either side, as the command has it.
const VOCABULARY: u32 = 1000;
/// Pairs that are shown.
const SHOWN: usize = 3;
/// Fewest and most steps of a model.
const STEPS: (u32, u32) = (20, 100_000);

/// A text that was read.
#[derive(Clone)]
struct Read {
    name: String,
    file: OwnText,
    text: Arc<Text>,
    summary: Summary,
}

/// How far a model in training is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Course {
    step: u32,
    steps: u32,
    loss: f64,
    validation: f64,
    /// When the first and the last report came, in seconds, and the step of the first.
    first: (f64, u32),
    now: f64,
}

impl Course {
    /// What is said of it.
    fn words(self) -> String {
        let Self { step, steps, loss, validation, first, now } = self;
        let rate = f64::from(step - first.1) / (now - first.0);
        let left = f64::from(steps - step) / rate;
        let left =
            if left.is_finite() { format!(", {} left", duration(left)) } else { String::new() };
        format!(
            "Step {} of {}: loss {} a word, {} on validation sentences{left}.",
            count(step.into()),
            count(steps.into()),
            three(loss),
            three(validation)
        )
    }
}

/// What there is of the reader's text; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Ours {
    /// The text's name, and the text with its model, once bottlenecks are put into it.
    put: RwSignal<Option<(String, Arc<Own>)>>,
    /// The name alone.
    pub source: Memo<Option<String>>,
    read: RwSignal<Option<Read>>,
    steps: RwSignal<u32>,
    course: RwSignal<Option<Course>>,
    /// What is said of the model.
    told: RwSignal<String>,
    worker: RwSignal<Option<Worker>, LocalStorage>,
}

impl Ours {
    /// Nothing yet.
    pub fn new() -> Self {
        let put = RwSignal::new(None::<(String, _)>);
        Self {
            put,
            source: Memo::new(move |_| put.get().map(|(name, _)| name)),
            read: RwSignal::new(None),
            steps: RwSignal::new(RECIPE.steps),
            course: RwSignal::new(None),
            told: RwSignal::new(String::new()),
            worker: RwSignal::new_local(None),
        }
    }

    /// The text and the model that bottlenecks are put into; none is the language's.
    pub fn own(self) -> Option<Arc<Own>> {
        self.put.get().map(|(_, own)| own)
    }

    /// Takes files dropped anywhere on the page from now on: a text, or a model of the text there is.
    fn listen(self, run: FilmRun<Found>) -> Files {
        let said: fn(Option<&str>) -> [&'static str; 2] = |_| ["The file ", " is read."];
        Files::listen(said, move |file| async move { self.take(run, file).map_err(Why) })
    }

    fn take(self, run: FilmRun<Found>, file: Brought) -> Result<Vec<String>, String> {
        let Brought { name, bytes, .. } = file;
        if self.worker.with_untracked(Option::is_some) {
            return Err("a model is in training: use it as it is, or stop it first".into());
        }
        if bytes.starts_with(MAGIC) {
            let read = self.read.get_untracked();
            let read = read
                .ok_or("it is a translation model: bring the text first that it was trained on")?;
            Base::from_bytes(read.text.shape(), &bytes).map_err(|why| why.to_string())?;
            self.told.set(format!("Bottlenecks are in the model of {name} now."));
            self.put(run, bytes);
            return Ok(vec![]);
        }
        let file = OwnText { file: bytes, vocabulary: VOCABULARY };
        let (text, notices) = file.read()?;
        let summary = Summary::of(&text, SHOWN).unwrap_or_default();
        self.told.set(String::new());
        self.read.set(Some(Read { name, file, text: Arc::new(text), summary }));
        Ok(notices)
    }

    /// Trains a model of the text.
    fn train(self, run: FilmRun<Found>) {
        let Some(read) = self.read.get_untracked() else { return };
        let longest = read.summary.longest;
        let steps = self.steps.get_untracked();
        self.told.set("Starting …".into());
        let hear = move |heard: Result<(Report, _), String>| match heard {
            Ok((Report::Base { step, loss, validation, .. }, _)) => {
                let now = window().performance().map_or(0.0, |clock| clock.now() / 1e3);
                let first = self.course.get_untracked().map_or((now, step), |course| course.first);
                let loss = f64::from(loss);
                self.course.set(Some(Course { step, steps, loss, validation, first, now }));
            }
            Ok((Report::Learned { step, base, judged, .. }, _)) => {
                self.leave();
                self.told.set(judgement(step, &judged, longest));
                self.put(run, base);
            }
            Ok((Report::Failed { sentence: why, .. }, _)) | Err(why) => {
                self.leave();
                self.told.set(sentence(&why));
            }
            Ok(_) => {}
        };
        match Worker::spawn(hear) {
            Ok(worker) => {
                worker.send(&Request::Base { run: 1, text: read.file, steps }, None);
                self.worker.set(Some(worker));
            }
            Err(why) => self.told.set(why),
        }
    }

    /// Ends a model in training without using it.
    fn leave(self) {
        self.worker.set(None);
        self.course.set(None);
    }

    /// Puts bottlenecks into a model of the text.
    fn put(self, run: FilmRun<Found>, base: Vec<u8>) {
        let Some(Read { name, file, text, .. }) = self.read.get_untracked() else { return };
        run.note(|found| found.read(text, Some(name.clone())));
        self.put.set(Some((name, Arc::new(Own { text: file, base }))));
    }

    /// Goes back to the language with known features.
    fn back(self, run: FilmRun<Found>) {
        run.note(|found| found.read(Arc::new(Text::language()), None));
        self.put.set(None);
        self.told.set(String::new());
    }

    /// Saves the model, as the command reads it.
    fn save(self) {
        let Some((_, own)) = self.put.get_untracked() else { return };
        let saved = bytes(&own.base).and_then(|file| save(BASE, &file));
        self.told.set(match saved {
            Ok(()) => format!("Saved {BASE}."),
            Err(_) => "The browser could not make the file.".into(),
        });
    }
}

/// What a model is called as a file.
const BASE: &str = "base.bin";

/// How well a model translates a text whose longest sentence has so many words.
fn judgement(step: u32, judged: &Brief, longest: usize) -> String {
    let short = match longest < ORDER {
        true => " (it counts runs of up to four words, and no sentence has four)",
        false => "",
    };
    format!(
        "Trained for {} steps: on held-out sentences BLEU {}{short}, {} % of words at their place. Bottlenecks are in this model now.",
        count(step.into()),
        three(judged.bleu),
        three(100.0 * judged.accuracy)
    )
}

/// A text of the reader's own.
#[component]
pub fn OwnTextPart(
    /// The run.
    run: FilmRun<Found>,
    /// What there is of the text.
    ours: Ours,
    /// The command line that trains what the page trains.
    command: Signal<String>,
) -> impl IntoView {
    let files = ours.listen(run);
    on_cleanup(move || ours.leave());
    let shown = move || {
        ours.read.get().map(|Read { name, summary, .. }| {
            view! {
                {told(summary)}
                {model(run, ours)}
                <details class="own-command">
                    <summary>"On the command line"</summary>
                    <pre data-testid="own-command" tabindex="0">
                        {move || command.with(|command| lines(&name, command, ours.steps.get()))}
                    </pre>
                </details>
            }
        })
    };
    view! {
        <section class="sentences" aria-label="your own text" data-testid="own-text">
            <h3>"A text of your own"</h3>
            <div class="bar saves">
                <Choose label="Read parallel text…" accept=".tsv,.txt,.bin,text/plain,text/tab-separated-values" files />
                <span>"or drop a file here: a sentence, a tab and its translation a line, UTF-8"</span>
            </div>
            <FileNotes files />
            {shown}
        </section>
    }
}

/// What a text holds.
fn told(summary: Summary) -> impl IntoView {
    let Summary { pairs, vocabulary, unknown, longest, first } = summary;
    let [train, validate, test] = pairs.map(|n| count(n as u64));
    let share = |share: f64| three(100.0 * share) + " %";
    let rows = [
        ("pairs", format!("{train} to train on, {validate} to validate, {test} to test")),
        (
            "vocabulary",
            format!(
                "{} and {} words; all others are one unknown word",
                vocabulary[0], vocabulary[1]
            ),
        ),
        (
            "unknown",
            format!(
                "{} of the words of held-out sentences, {} of their translations'",
                share(unknown[0]),
                share(unknown[1])
            ),
        ),
        ("longest", format!("{longest} words")),
    ];
    let row = |(name, words): (&'static str, String)| {
        view! { <tr><th scope="row">{name}</th><td>{words}</td></tr> }
    };
    let pair = |[source, target]: [String; 2]| {
        view! { <tr><th scope="row">"such as"</th><td dir="auto">{source}" → "{target}</td></tr> }
    };
    view! {
        <table class="said">
            <tbody>
                {rows.map(row).into_iter().collect_view()}
                {first.into_iter().map(pair).collect_view()}
            </tbody>
        </table>
    }
}

/// The model of a text: how it is trained, how far it is, and what it is worth.
fn model(run: FilmRun<Found>, ours: Ours) -> impl IntoView {
    let busy = move || ours.worker.with(Option::is_some);
    let used = move || ours.put.with(Option::is_some);
    let typed = RwSignal::new(RECIPE.steps.to_string());
    let steps = move |text: String| match read_steps(&text) {
        Ok(steps) => {
            ours.steps.set(steps);
            typed.set(steps.to_string());
            ours.told.set(String::new());
        }
        Err(why) => ours.told.set(why),
    };
    let enough = move |_| {
        ours.worker.with_untracked(|worker| {
            if let Some(worker) = worker {
                worker.send(&Request::Enough, None);
            }
        });
    };
    let stop = move |_| {
        ours.leave();
        ours.told.set(String::new());
    };
    let words = move || match ours.course.get() {
        Some(course) => course.words(),
        None => ours.told.get(),
    };
    view! {
        <p class="study-help">
            "A translation model of this text has to be trained first, on one core and for some minutes; then bottlenecks train in it. Its features are nobody's to know, so what is measured are BLEU, words and sentences, and what excites the units."
        </p>
        <div class="bar" role="group" aria-label="model of the text">
            <label>
                "steps "
                <input
                    type="text"
                    inputmode="numeric"
                    size="8"
                    data-testid="base-steps"
                    prop:value=typed
                    disabled=busy
                    on:change:target=move |event| steps(event.target().value())
                />
            </label>
            <button type="button" class="primary" data-testid="train-base" disabled=busy on:click=move |_| ours.train(run)>
                "Train a model"
            </button>
            <Show when=busy>
                <button type="button" data-testid="enough" on:click=enough>"Use it as it is"</button>
                <button type="button" on:click=stop>"Stop"</button>
            </Show>
            <Show when=used>
                <button type="button" data-testid="save-base" on:click=move |_| ours.save()>"Save the model"</button>
                <button type="button" data-testid="language" on:click=move |_| ours.back(run)>
                    "Back to the language"
                </button>
            </Show>
        </div>
        <p role="status" data-testid="base-told">{words}</p>
    }
}

/// Steps as they are typed, or a sentence about what is allowed.
fn read_steps(text: &str) -> Result<u32, String> {
    let (least, most) = STEPS;
    let steps = number::whole(text.trim()).ok().and_then(|text| text.parse().ok());
    steps
        .filter(|steps| (least..=most).contains(steps))
        .ok_or_else(|| format!("Steps are a whole number from {least} to {}.", count(most.into())))
}

/// The command lines: the model first, then the bottlenecks that the page has.
fn lines(name: &str, command: &str, steps: u32) -> String {
    let name = format!("'{}'", name.replace('\'', "'\\''"));
    let text = format!("--pairs {name} --vocabulary {VOCABULARY}");
    let steps = if steps == RECIPE.steps { String::new() } else { format!("--steps {steps} ") };
    format!(
        "superphase base {text} {steps}--out {BASE}\n{command} {text} --base {BASE} --out bottlenecks.csv --sentences said.tsv"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_the_file_as_a_shell_reads_it() {
        let text = lines("l'été.tsv", "superphase study --preset translation", RECIPE.steps);
        let expected = "superphase study --preset translation --pairs 'l'\\''été.tsv' --vocabulary 1000 --base base.bin";
        assert!(text.starts_with("superphase base --pairs 'l'\\''été.tsv'"));
        assert!(
            !text.contains("--steps") && lines("a", "b", 50).contains("--steps 50 --out base.bin")
        );
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with(expected)), "{text}");
    }

    #[test]
    fn a_bleu_that_must_be_0_is_explained() {
        let judged = Brief { accuracy: 1.0, ..Brief::default() };
        let said = |longest| judgement(1200, &judged, longest);
        assert!(said(3).contains("BLEU 0 (it counts runs of up to four words"), "{}", said(3));
        assert!(said(4).contains("Trained for 1,200 steps: on held-out sentences BLEU 0, 100 %"));
    }

    #[test]
    fn steps_are_read_as_people_type_them() {
        assert_eq!(read_steps(" 1e3 "), Ok(1000));
        assert_eq!(read_steps("12,000"), Ok(12_000));
        for text in ["", "19", "1e9", "2.5", "many"] {
            assert_eq!(
                read_steps(text).unwrap_err(),
                "Steps are a whole number from 20 to 100,000.",
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_left_is_said_once_it_is_known() {
        let course = |step, now| Course {
            step,
            steps: 1000,
            loss: 2.0,
            validation: 2.5,
            first: (10.0, 100),
            now,
        };
        assert!(course(100, 10.0).words().ends_with("2.5 on validation sentences."));
        assert!(course(400, 20.0).words().contains(", 20\u{a0}s left"));
    }
}
