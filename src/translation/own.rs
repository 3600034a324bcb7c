//! A parallel text of the reader's own: read as the command reads it, with what it holds and the
//! command lines that train on it.

use crate::bring::{Brought, Choose, FileNotes, Files};
use crate::diagram::number::three;
use crate::format::count;
use leptos::prelude::*;
use toy::translation::text::Summary;
use toy::translation::{Text, pairs};

/// Words that are told apart on either side, as the command has it.
const VOCABULARY: usize = 1000;
/// Pairs that are shown.
const SHOWN: usize = 3;

/// The text that was read: its file's name, and what it holds.
type Read = Option<(String, Summary)>;

/// Takes files of parallel text dropped anywhere on the page from now on.
fn listen(read: RwSignal<Read>) -> Files {
    let said: fn(Option<&str>) -> [&'static str; 2] =
        |_| ["The file ", " is read; the figure stays with the language whose features are known."];
    Files::listen(said, move |Brought { name, bytes, .. }| {
        let found = pairs::read(&bytes).map_err(|why| why.to_string())?;
        let notices = found.notices;
        let text = Text::pairs(found.pairs, VOCABULARY).map_err(|why| why.to_string())?;
        read.set(Summary::of(&text, SHOWN).map(|summary| (name, summary)));
        Ok(notices)
    })
}

/// A text of the reader's own.
#[component]
pub fn OwnText(
    /// The command line that trains what the page trains.
    command: Signal<String>,
) -> impl IntoView {
    let read = RwSignal::new(Read::None);
    let files = listen(read);
    let shown = move || {
        let own = read.get();
        own.map(|(name, summary)| {
            let lines = command.with(|command| lines(&name, command));
            told(summary, lines)
        })
    };
    view! {
        <section class="sentences" aria-label="your own text" data-testid="own-text">
            <h3>"A text of your own"</h3>
            <div class="bar saves">
                <Choose label="Read parallel text…" accept=".tsv,.txt,text/plain,text/tab-separated-values" files />
                <span>"or drop a file here: a sentence, a tab and its translation a line, UTF-8"</span>
            </div>
            <FileNotes files />
            {shown}
        </section>
    }
}

/// What a text holds, and how to train on it.
fn told(summary: Summary, lines: String) -> impl IntoView {
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
        <p class="study-help">
            "A model of this text has to be trained before bottlenecks can be put into it, which takes minutes on all cores: the command does that. Its features are nobody's to know, so what is measured are BLEU, words and sentences, and what excites the units."
        </p>
        <pre class="own-command" data-testid="own-command" tabindex="0">{lines}</pre>
    }
}

/// The command lines: the model first, then the bottlenecks that the page has.
fn lines(name: &str, command: &str) -> String {
    let name = format!("'{}'", name.replace('\'', "'\\''"));
    let text = format!("--pairs {name} --vocabulary {VOCABULARY}");
    format!(
        "superphase base {text} --out base.bin\n{command} {text} --base base.bin --out bottlenecks.csv --sentences said.tsv"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_the_file_as_a_shell_reads_it() {
        let text = lines("l'été.tsv", "superphase study --preset translation");
        let expected = "superphase study --preset translation --pairs 'l'\\''été.tsv' --vocabulary 1000 --base base.bin";
        assert!(text.starts_with("superphase base --pairs 'l'\\''été.tsv'"));
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with(expected)), "{text}");
    }
}
