//! Rows of tables of parameters: names, ranges, units and words.

use super::number;
use crate::{axis::Span, init::Init};
use std::borrow::Cow;

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

impl Kind {
    /// Whether its values are single numbers, which documents write without quotation marks.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Integer { .. } | Self::Real { .. })
    }
}

/// The unit of probabilities, which may be typed in percent.
pub const PROBABILITY: &str = "probability";

/// One parameter of a description of type `S`.
pub struct Param<S: 'static> {
    /// Name in links, flags, CSV and JSON.
    pub name: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// Where it belongs in the form.
    pub group: Group,
    /// Whether the form keeps it behind "more".
    pub rare: bool,
    /// What it is measured in; empty for plain numbers and words.
    pub unit: &'static str,
    /// One sentence for whoever meets it first.
    pub help: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Whether it has any effect in a description: forms hide the others.
    pub matters: fn(&S) -> bool,
    /// Reads it as text, in a form that [`Param::set`] takes back without loss.
    pub get: fn(&S) -> String,
    set: fn(&mut S, &str) -> Option<()>,
}

impl<S> Clone for Param<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Param<S> {}

/// How many rows the parts of a table have together.
pub(crate) const fn count<S>(parts: &[&[Param<S>]]) -> usize {
    let (mut part, mut rows) = (0, 0);
    while part < parts.len() {
        rows += parts[part].len();
        part += 1;
    }
    rows
}

/// The table that these parts, of which the first has a row, make together.
pub(crate) const fn join<S, const COUNT: usize>(parts: &[&[Param<S>]]) -> [Param<S>; COUNT] {
    let mut rows = [parts[0][0]; COUNT];
    let (mut part, mut row, mut at) = (0, 0, 0);
    while part < parts.len() {
        if row == parts[part].len() {
            (part, row) = (part + 1, 0);
        } else {
            rows[at] = parts[part][row];
            (row, at) = (row + 1, at + 1);
        }
    }
    rows
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
    /// The number means different things to different readers.
    #[error("{name} is {value}, which could be {} or {}; write one of these", either[0], either[1])]
    Unclear {
        /// The parameter's name.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it could be.
        either: [String; 2],
    },
    /// There is no parameter of that name.
    #[error("there is no parameter called {0}")]
    Unknown(String),
}

impl ParamError {
    /// The same, of a parameter that is called so where it was given.
    pub(crate) fn called(self, name: &'static str) -> Self {
        match self {
            Self::Value { value, allowed, .. } => Self::Value { name, value, allowed },
            Self::Unclear { value, either, .. } => Self::Unclear { name, value, either },
            unknown @ Self::Unknown(_) => unknown,
        }
    }
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
            Kind::Init => {
                "xavier, packed:INSTANCES, row, or a standard deviation from 0 to 100".into()
            }
        }
    }

    /// Sets the parameter from text, numbers as people type them included; the description is
    /// unchanged when the text is refused.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn set(&self, spec: &mut S, text: &str) -> Result<(), ParamError> {
        let plain = self.plain(text.trim()).map_err(|unclear| match unclear {
            number::Unclear::NoNumber => self.refusal(text),
            number::Unclear::Either(one, other) => ParamError::Unclear {
                name: self.name,
                value: short(text.trim()),
                either: [one, other],
            },
        })?;
        let mut changed = spec.clone();
        let refused = |_| self.refusal(text);
        (self.set)(&mut changed, &plain).ok_or(()).map_err(refused)?;
        self.check(&changed).map_err(|_| self.refusal(text))?;
        *spec = changed;
        Ok(())
    }

    /// The text with its numbers in the form that parses.
    fn plain<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, number::Unclear> {
        let real = |text: &str| number::real(text, self.unit == PROBABILITY);
        Ok(match self.kind {
            Kind::Integer { .. } => number::whole(text)?.into(),
            Kind::Real { .. } => real(text)?.into(),
            Kind::Span { .. } => match text.split_once("..").or_else(|| text.split_once('…')) {
                // A percent sign behind one of two numbers may be meant for both.
                Some((from, to)) if from.contains('%') != to.contains('%') => {
                    return Err(number::Unclear::NoNumber);
                }
                Some((from, to)) => format!("{}..{}", real(from)?, real(to)?).into(),
                None => real(text)?.into(),
            },
            Kind::Init => match text.split_once(':') {
                Some((word, count)) => format!("{word}:{}", number::whole(count)?).into(),
                None if text.starts_with(|c: char| c.is_ascii_alphabetic()) => text.into(),
                None => real(text)?.into(),
            },
            Kind::Choice(_) | Kind::Flag => text.into(),
        })
    }

    /// Whether the description's value lies in this parameter's range.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn check(&self, spec: &S) -> Result<(), ParamError> {
        let text = (self.get)(spec);
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
                Ok(_) => true,
                Err(()) => false,
            },
        };
        if ok { Ok(()) } else { Err(self.refusal(&text)) }
    }

    fn refusal(&self, value: &str) -> ParamError {
        let value = if value.trim().is_empty() { "empty" } else { value.trim() };
        ParamError::Value { name: self.name, value: short(value), allowed: self.allowed() }
    }
}

/// As much of a stranger's text as is worth repeating.
pub(super) fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

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

pub(crate) fn on_off(value: bool) -> String {
    if value { "on".into() } else { "off".into() }
}

pub(crate) fn is_on(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// A numeric or otherwise self-parsing field, `part` of what a description is made of.
macro_rules! field {
    (part $field:ident) => {
        (
            |s| s.as_ref().$field.to_string(),
            |s, t| {
                s.as_mut().$field = t.parse().ok()?;
                Some(())
            },
        )
    };
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
    (part $field:ident, $words:expr, $values:expr) => {
        (
            |s| $crate::spec::word($words, &$values, &s.as_ref().$field),
            |s, t| {
                s.as_mut().$field = $crate::spec::value($words, &$values, t)?;
                Some(())
            },
        )
    };
    ($field:ident, $words:expr, $values:expr) => {
        (
            |s| $crate::spec::word($words, &$values, &s.$field),
            |s, t| {
                s.$field = $crate::spec::value($words, &$values, t)?;
                Some(())
            },
        )
    };
}

/// A field that is `on` or `off`.
macro_rules! flag {
    (part $field:ident) => {
        (
            |s| $crate::spec::on_off(s.as_ref().$field),
            |s, t| {
                s.as_mut().$field = $crate::spec::is_on(t)?;
                Some(())
            },
        )
    };
    ($field:ident) => {
        (
            |s| $crate::spec::on_off(s.$field),
            |s, t| {
                s.$field = $crate::spec::is_on(t)?;
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
    Param { name, label, group, rare, unit: "", help, kind, matters: |_| true, get, set }
}

/// The row of a parameter that is measured in a unit.
pub(crate) const fn in_unit<S>(unit: &'static str, row: Param<S>) -> Param<S> {
    Param { unit, ..row }
}

/// The row of a parameter that has an effect only in such descriptions.
pub(crate) const fn only_when<S>(matters: fn(&S) -> bool, row: Param<S>) -> Param<S> {
    Param { matters, ..row }
}
