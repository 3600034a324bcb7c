//! How far a run is: a bar on a terminal, a plain line now and then anywhere else.

use crate::say;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Time before the first plain line, and the most between two.
const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(60);

/// Progress of something that consists of so many model-steps, or rows.
pub struct Progress {
    bar: Option<ProgressBar>,
    name: String,
    unit: Unit,
    all: u64,
    /// Done before this process began.
    before: u64,
    done: u64,
    start: Instant,
    next: Duration,
    gap: Duration,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Model-steps of small models, written in millions.
    Small,
    /// Model-steps of large models, written in thousands.
    Large,
    /// Rows.
    Rows,
}

impl Unit {
    /// A rate of this many a second, in words.
    pub fn rate(self, rate: f64) -> String {
        match self {
            Self::Small => format!("{:.2} M model-steps/s", rate / 1e6),
            Self::Large => format!("{:.2} k model-steps/s", rate / 1e3),
            Self::Rows => format!("{rate:.1} rows/s"),
        }
    }
}

impl Progress {
    /// Begins to count.
    pub fn new(name: &str, unit: Unit, all: u64, before: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(all);
            let template = "{prefix} {wide_bar} {percent} %, {msg}, {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_prefix(name.to_owned());
            bar
        });
        let (start, name) = (Instant::now(), name.to_owned());
        Self { bar, name, unit, all, before, done: before, start, next: FIRST, gap: FIRST }
    }

    /// So many are done, all in all.
    pub fn set(&mut self, done: u64) {
        self.done = done;
        let since = self.start.elapsed();
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(self.unit.rate(self.rate()));
            return;
        }
        if since < self.next {
            return;
        }
        let percent = 100.0 * done as f64 / self.all.max(1) as f64;
        let left = self.all.saturating_sub(done) as f64 / self.rate().max(1e-9);
        say::note(format_args!(
            "{}: {percent:.1} % after {} s, {}, about {} left",
            self.name,
            since.as_secs(),
            self.unit.rate(self.rate()),
            duration(left),
        ));
        self.gap = (self.gap * 3 / 2).min(LONGEST);
        self.next = since + self.gap;
    }

    /// Done so far, all in all.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// What is done a second.
    pub fn rate(&self) -> f64 {
        (self.done - self.before) as f64 / self.start.elapsed().as_secs_f64().max(1e-9)
    }

    /// Seconds since it began.
    pub fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
    }
}

/// A time in words, such as `40 s`, `12 min` or `3.5 h`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s if s < 360_000.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.0} days", s / 86400.0),
    }
}
