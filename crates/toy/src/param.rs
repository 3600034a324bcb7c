//! The table of a sweep's parameters: their names, ranges, units and words. Form, link, command
//! line and exports are all made from it, so a parameter is described in one place.

use crate::sweep::{Data, Sweep};
use crate::{aggregate::Aggregate, axis::Span, init::Init, schedule::Schedule};

/// Which question a parameter answers; the form groups by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What is trained.
    Model,
    /// Which points of the diagram.
    Diagram,
    /// What it is trained on.
    Data,
    /// How it is trained.
    Optimiser,
    /// How often, and what becomes of the repeats.
    Repeats,
}

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Whole numbers from `min` to `max`.
    Integer {
        /// Smallest value allowed.
        min: u32,
        /// Largest value allowed.
        max: u32,
    },
    /// Numbers from `min` to `max`; `log` says that a slider should be logarithmic.
    Real {
        /// Smallest value allowed.
        min: f64,
        /// Largest value allowed.
        max: f64,
        /// Whether equal ratios are equal distances.
        log: bool,
    },
    /// `from..to`, both ends from `min` to `max`.
    Span {
        /// Smallest value allowed.
        min: f64,
        /// Largest value allowed.
        max: f64,
    },
    /// One of these words, each with a label.
    Choice(&'static [(&'static str, &'static str)]),
    /// `on` or `off`.
    Flag,
    /// `xavier`, `packed:INSTANCES` or a standard deviation.
    Init,
}

/// One parameter of a description of type `S`, a [`Sweep`] unless it is said.
pub struct Param<S: 'static = Sweep> {
    /// Name in links, flags, CSV and JSON.
    pub name: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// Where it belongs in the form.
    pub group: Group,
    /// Whether the form keeps it behind "more".
    pub rare: bool,
    /// One sentence for whoever meets it first.
    pub help: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Reads it as text, in a form that [`Param::set`] takes back without loss.
    pub get: fn(&S) -> String,
    set: fn(&mut S, &str) -> Option<()>,
}

/// A value that a parameter does not take.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParamError {
    /// The text or number is not allowed for this parameter.
    #[error("{name} is {value}; it must be {allowed}")]
    Value {
        /// The parameter's name.
        name: &'static str,
        /// What was given.
        value: String,
        /// What would be allowed.
        allowed: String,
    },
    /// There is no parameter of that name.
    #[error("there is no parameter called {0}")]
    Unknown(String),
}

impl<S: Clone> Param<S> {
    /// What values are allowed, as the end of the sentence "it must be ...".
    pub fn allowed(&self) -> String {
        match self.kind {
            Kind::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Real { min, max, .. } => format!("a number from {min} to {max}"),
            Kind::Span { min, max } => {
                format!("two numbers from {min} to {max}, written from..to")
            }
            Kind::Choice(words) => {
                let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                format!("one of {}", words.join(", "))
            }
            Kind::Flag => "on or off".into(),
            Kind::Init => "xavier, packed:INSTANCES, or a standard deviation from 0 to 100".into(),
        }
    }

    /// Sets the parameter from text; the description is unchanged when the text is refused.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn set(&self, sweep: &mut S, text: &str) -> Result<(), ParamError> {
        let mut changed = sweep.clone();
        let refused = |_| self.refusal(text);
        (self.set)(&mut changed, text.trim()).ok_or(()).map_err(refused)?;
        self.check(&changed).map_err(|_| self.refusal(text))?;
        *sweep = changed;
        Ok(())
    }

    /// Whether the description's value lies in this parameter's range.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn check(&self, sweep: &S) -> Result<(), ParamError> {
        let text = (self.get)(sweep);
        let within = |value: f64, min, max| (min..=max).contains(&value);
        let ok = match self.kind {
            Kind::Integer { min, max } => {
                text.parse::<u32>().is_ok_and(|v| (min..=max).contains(&v))
            }
            Kind::Real { min, max, .. } => text.parse().is_ok_and(|v| within(v, min, max)),
            Kind::Span { min, max } => text
                .parse::<Span>()
                .is_ok_and(|s| within(s.from, min, max) && within(s.to, min, max)),
            Kind::Choice(_) | Kind::Flag => true,
            Kind::Init => match text.parse() {
                Ok(Init::Std(std)) => within(std, 0.0, 100.0),
                Ok(Init::Xavier | Init::Packed(_)) => true,
                Err(()) => false,
            },
        };
        if ok { Ok(()) } else { Err(self.refusal(&text)) }
    }

    fn refusal(&self, value: &str) -> ParamError {
        let value = if value.trim().is_empty() { "empty" } else { value.trim() };
        let value = value.chars().take(40).collect();
        ParamError::Value { name: self.name, value, allowed: self.allowed() }
    }
}

/// The parameter of this name.
pub fn find(name: &str) -> Option<&'static Param> {
    PARAMS.iter().find(|p| p.name == name)
}

/// Sets one parameter by name. `grid` sets columns and rows together.
///
/// # Errors
/// When there is no such parameter or the value is not allowed.
pub fn set(sweep: &mut Sweep, name: &str, value: &str) -> Result<(), ParamError> {
    if name == GRID {
        let mut changed = sweep.clone();
        for side in ["columns", "rows"] {
            set(&mut changed, side, value)?;
        }
        *sweep = changed;
        return Ok(());
    }
    find(name).ok_or_else(|| ParamError::Unknown(name.into()))?.set(sweep, value)
}

/// Short for columns and rows together.
pub const GRID: &str = "grid";

/// Words of [`Data`].
pub const DATA: &[(&str, &str)] =
    &[("exact", "exact (infinite batch)"), ("sampled", "sampled batches")];
/// Words of [`Schedule`].
pub const SCHEDULES: &[(&str, &str)] =
    &[("constant", "constant"), ("linear", "linear to 0"), ("cosine", "quarter cosine to 0")];
/// Words of [`Aggregate`].
pub const AGGREGATES: &[(&str, &str)] = &[
    ("lowest", "lowest loss"),
    ("mean", "mean"),
    ("drop-worst", "mean without the worst"),
    ("inverse-square", "weighted by 1/loss²"),
];

const DATA_VALUES: [Data; 2] = [Data::Exact, Data::Sampled];
/// The schedules, in the order of their words.
pub(crate) const SCHEDULE_VALUES: [Schedule; 3] =
    [Schedule::Constant, Schedule::Linear, Schedule::Cosine];
const AGGREGATE_VALUES: [Aggregate; 4] =
    [Aggregate::Lowest, Aggregate::Mean, Aggregate::DropWorst, Aggregate::InverseSquare];

pub(crate) fn word<T: PartialEq>(
    words: &[(&'static str, &str)],
    values: &[T],
    value: &T,
) -> String {
    let found = values.iter().position(|v| v == value).and_then(|i| words.get(i));
    found.map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}

pub(crate) fn value<T: Copy>(words: &[(&str, &str)], values: &[T], text: &str) -> Option<T> {
    words.iter().position(|(word, _)| *word == text).and_then(|i| values.get(i).copied())
}

/// A numeric or otherwise self-parsing field.
macro_rules! field {
    ($field:ident) => {
        (
            |s| s.$field.to_string(),
            |s, t| {
                s.$field = t.parse().ok()?;
                Some(())
            },
        )
    };
}

/// A field that is one of a list of words.
macro_rules! choice {
    ($field:ident, $words:ident, $values:ident) => {
        (
            |s| $crate::param::word($words, &$values, &s.$field),
            |s, t| {
                s.$field = $crate::param::value($words, &$values, t)?;
                Some(())
            },
        )
    };
}

/// A field that is `on` or `off`.
macro_rules! flag {
    ($field:ident) => {
        (
            |s| if s.$field { "on".into() } else { "off".into() },
            |s, t| {
                s.$field = match t {
                    "on" => true,
                    "off" => false,
                    _ => return None,
                };
                Some(())
            },
        )
    };
}

pub(crate) use {choice, field, flag};

/// How a parameter is read and set.
pub(crate) type Access<S> = (fn(&S) -> String, fn(&mut S, &str) -> Option<()>);

/// A row of a table of parameters.
pub(crate) const fn param<S>(
    (name, label): (&'static str, &'static str),
    (group, rare): (Group, bool),
    kind: Kind,
    help: &'static str,
    (get, set): Access<S>,
) -> Param<S> {
    Param { name, label, group, rare, help, kind, get, set }
}

/// Every parameter of a sweep, in the order forms and exports list them.
pub const PARAMS: &[Param] = &[
    param(
        ("features", "features n"),
        (Group::Model, false),
        Kind::Integer { min: 2, max: 8 },
        "How many independent features the model has to represent.",
        field!(features),
    ),
    param(
        ("hidden", "hidden dimensions m"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: 7 },
        "How many dimensions it has for them; always fewer than the features.",
        field!(hidden),
    ),
    param(
        ("bias", "bias"),
        (Group::Model, true),
        Kind::Flag,
        "Whether each output has a trained bias; without one it stays 0.",
        flag!(bias),
    ),
    param(
        ("columns", "columns"),
        (Group::Diagram, false),
        Kind::Integer { min: 1, max: 1024 },
        "Points on the importance axis.",
        field!(columns),
    ),
    param(
        ("rows", "rows"),
        (Group::Diagram, false),
        Kind::Integer { min: 1, max: 1024 },
        "Points on the density axis.",
        field!(rows),
    ),
    param(
        ("importance", "importance range"),
        (Group::Diagram, true),
        Kind::Span { min: 1e-3, max: 1e3 },
        "Relative importance of the last feature, from the left edge to the right.",
        field!(importance),
    ),
    param(
        ("density", "density range"),
        (Group::Diagram, true),
        Kind::Span { min: 1e-3, max: 1.0 },
        "Probability that a feature is active, from the top edge to the bottom.",
        field!(density),
    ),
    param(
        ("data", "data"),
        (Group::Data, false),
        Kind::Choice(DATA),
        "Exact gradients are the limit of an infinite batch; sampled ones carry its noise.",
        choice!(data, DATA, DATA_VALUES),
    ),
    param(
        ("batch", "batch"),
        (Group::Data, false),
        Kind::Integer { min: 1, max: 65_536 },
        "Samples a step, when data is sampled.",
        field!(batch),
    ),
    param(
        ("steps", "steps"),
        (Group::Optimiser, false),
        Kind::Integer { min: 1, max: 1_000_000 },
        "Optimiser steps each model takes.",
        field!(steps),
    ),
    param(
        ("lr", "learning rate"),
        (Group::Optimiser, false),
        Kind::Real { min: 1e-6, max: 1.0, log: true },
        "Size of a step before the schedule scales it.",
        field!(lr),
    ),
    param(
        ("schedule", "schedule"),
        (Group::Optimiser, false),
        Kind::Choice(SCHEDULES),
        "How the learning rate falls during the run.",
        choice!(schedule, SCHEDULES, SCHEDULE_VALUES),
    ),
    param(
        ("weight-decay", "weight decay"),
        (Group::Optimiser, true),
        Kind::Real { min: 0.0, max: 1.0, log: false },
        "Decoupled shrinkage of every parameter, as in AdamW.",
        field!(weight_decay),
    ),
    param(
        ("beta1", "beta 1"),
        (Group::Optimiser, true),
        Kind::Real { min: 0.0, max: 0.9999, log: false },
        "How slowly Adam forgets the gradient.",
        field!(beta1),
    ),
    param(
        ("beta2", "beta 2"),
        (Group::Optimiser, true),
        Kind::Real { min: 0.0, max: 0.99999, log: false },
        "How slowly Adam forgets the gradient's square.",
        field!(beta2),
    ),
    param(
        ("epsilon", "epsilon"),
        (Group::Optimiser, true),
        Kind::Real { min: 1e-12, max: 0.01, log: true },
        "Keeps Adam from dividing by zero.",
        field!(epsilon),
    ),
    param(
        ("init-std", "initial spread"),
        (Group::Optimiser, true),
        Kind::Init,
        "Standard deviation of the initial weights; xavier is sqrt(2 / (n + m)).",
        field!(init),
    ),
    param(
        ("repeats", "repeats"),
        (Group::Repeats, false),
        Kind::Integer { min: 1, max: 1024 },
        "Models trained at each pixel from different random starts.",
        field!(repeats),
    ),
    param(
        ("aggregate", "show"),
        (Group::Repeats, false),
        Kind::Choice(AGGREGATES),
        "How the repeats of a pixel become one colour; switches without retraining.",
        choice!(aggregate, AGGREGATES, AGGREGATE_VALUES),
    ),
    param(
        ("seed", "seed"),
        (Group::Repeats, false),
        Kind::Integer { min: 0, max: u32::MAX },
        "Start of every random number; the same seed gives the same run.",
        field!(seed),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_default_reads_back() {
        for (i, p) in PARAMS.iter().enumerate() {
            assert!(PARAMS[..i].iter().all(|q| q.name != p.name), "{}", p.name);
            let mut sweep = Sweep::default();
            let text = (p.get)(&sweep);
            p.set(&mut sweep, &text).unwrap();
            assert_eq!(sweep, Sweep::default(), "{}", p.name);
        }
    }

    #[test]
    fn a_refused_value_changes_nothing_and_says_what_is_allowed() {
        let mut sweep = Sweep::default();
        for (name, text) in [
            ("features", "1"),
            ("grid", "0"),
            ("density", "-1..0.5"),
            ("lr", "NaN"),
            ("lr", "inf"),
            ("steps", "1e3"),
            ("data", "guessed"),
            ("init-std", "-1"),
            ("seed", "-1"),
            ("bias", "maybe"),
        ] {
            let sentence = set(&mut sweep, name, text).unwrap_err().to_string();
            assert!(sentence.contains("must be"), "{sentence}");
            assert_eq!(sweep, Sweep::default());
        }
        assert!(set(&mut sweep, "colour", "1").is_err());
        set(&mut sweep, GRID, "16").unwrap();
        assert_eq!((sweep.columns, sweep.rows), (16, 16));
    }
}
