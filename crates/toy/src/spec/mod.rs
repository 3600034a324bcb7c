//! What a description of a run is: a value with a table of parameters, named presets, rules of how
//! its values fit together, and links.
//!
//! Form, flags, links and documents are generic over [`Spec`], so a parameter is described in one
//! place: its row in the table.

pub mod command;
pub mod link;
pub mod number;
mod param;
mod query;
pub(crate) mod shared;

pub use param::{Group, Kind, PROBABILITY, Param, ParamError};
pub(crate) use param::{
    choice, count, field, flag, in_unit, is_on, join, on_off, only_when, param, value, word,
};
pub use shared::SCHEDULES;

use serde::{Serialize, de::DeserializeOwned};

/// A value that describes a run completely.
pub trait Spec:
    Clone + std::fmt::Debug + PartialEq + Default + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Why values that are allowed one by one are no run together.
    type Error: std::error::Error + From<ParamError>;
    /// What a preset is listed under, if such runs are shown in more than one way.
    type View: Copy + std::fmt::Debug + PartialEq + Send + Sync + 'static;

    /// What such a run is called, in sentences.
    const KIND: &'static str;
    /// The key of links that names a preset.
    const PRESET_KEY: &'static str;
    /// Every parameter, in the order forms and exports list them.
    const PARAMS: &'static [Param<Self>];
    /// Named values; the first is the default.
    const PRESETS: &'static [Preset<Self>];
    /// Names that stand for several parameters at once.
    const JOINTS: &'static [Joint] = &[];

    /// Checks how values that are in range one by one fit together.
    ///
    /// # Errors
    /// The first thing that is wrong, as a sentence that says what is allowed.
    fn fit(&self) -> Result<(), Self::Error>;

    /// Changes as little as possible to make values that are in range one by one fit together.
    fn repair(&mut self);

    /// Sets what follows from the values that were given, where it was not given itself.
    fn follow(&mut self, _given: &dyn Fn(&str) -> bool) {}

    /// Checks each value's range and how the values fit together.
    ///
    /// # Errors
    /// The first thing that is wrong, as a sentence that says what is allowed.
    fn validate(&self) -> Result<(), Self::Error> {
        for param in Self::PARAMS {
            param.check(self)?;
        }
        self.fit()
    }

    /// The parameter of this name.
    fn find(name: &str) -> Option<&'static Param<Self>> {
        Self::PARAMS.iter().find(|param| param.name == name)
    }

    /// The preset of this name.
    fn preset(name: &str) -> Option<&'static Preset<Self>> {
        Self::PRESETS.iter().find(|preset| preset.name == name)
    }

    /// Whether [`Spec::set`] knows the name.
    fn knows(name: &str) -> bool {
        Self::find(name).is_some() || Self::JOINTS.iter().any(|joint| joint.name == name)
    }

    /// A parameter's value as text, in a form that [`Spec::set`] takes back without loss; empty
    /// when there is no such parameter.
    fn text(&self, name: &str) -> String {
        Self::find(name).map(|param| (param.get)(self)).unwrap_or_default()
    }

    /// Sets one parameter, or several that have one name together; nothing changes when the value
    /// is refused.
    ///
    /// # Errors
    /// When there is no such parameter or the value is not allowed.
    fn set(&mut self, name: &str, value: &str) -> Result<(), ParamError> {
        if let Some(joint) = Self::JOINTS.iter().find(|joint| joint.name == name) {
            let mut changed = self.clone();
            for part in joint.parts {
                changed.set(part, value).map_err(|error| error.called(joint.name))?;
            }
            *self = changed;
            return Ok(());
        }
        let unknown = || ParamError::Unknown(param::short(name));
        Self::find(name).ok_or_else(unknown)?.set(self, value)
    }
}

/// One name for several parameters that are usually alike, such as the two sides of a grid.
pub struct Joint {
    /// Name in links and flags.
    pub name: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// Where it belongs in the form.
    pub group: Group,
    /// One sentence for whoever meets it first.
    pub help: &'static str,
    /// What values each of them takes.
    pub kind: Kind,
    /// Names of the parameters that it stands for.
    pub parts: &'static [&'static str],
}

impl Joint {
    /// The value that all of its parameters have, if they are alike.
    pub fn get<S: Spec>(&self, spec: &S) -> Option<String> {
        let mut values = self.parts.iter().map(|part| spec.text(part));
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }
}

/// A description worth a name.
pub struct Preset<S: Spec> {
    /// Name in links and flags.
    pub name: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// What it is listed under.
    pub view: S::View,
    /// Where it comes from and what it shows, in a sentence or two.
    pub help: &'static str,
    /// Names of parameters that its source does not state and that were chosen here; empty when
    /// all of it is as published, or all of it ours.
    pub ours: &'static [&'static str],
    /// Makes the description; any parameter can be changed afterwards.
    pub spec: fn() -> S,
}

impl<S: Spec> Preset<S> {
    /// The help, with what is not from its source but chosen here.
    pub fn about(&self) -> String {
        if self.ours.is_empty() {
            return self.help.to_owned();
        }
        let label = |name: &&str| {
            let joint = S::JOINTS.iter().find(|joint| joint.name == *name).map(|j| j.label);
            S::find(name).map(|param| param.label).or(joint).unwrap_or_default()
        };
        let labels: Vec<_> = self.ours.iter().map(label).collect();
        format!("{} Not stated there and chosen here: {}.", self.help, labels.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;
    use crate::{Study, Sweep};

    fn table<S: Spec>() {
        for (i, p) in S::PARAMS.iter().enumerate() {
            assert!(S::PARAMS[..i].iter().all(|q| q.name != p.name), "{}", p.name);
            assert!(S::JOINTS.iter().all(|joint| joint.name != p.name), "{}", p.name);
            assert!(!query::is_tracking(p.name), "{} would be dropped from links", p.name);
            let mut spec = S::default();
            let text = spec.text(p.name);
            assert_eq!(spec.set(p.name, &text), Ok(()));
            assert_eq!(spec, S::default(), "{}", p.name);
        }
        for joint in S::JOINTS {
            assert!(joint.parts.iter().all(|part| S::find(part).is_some()), "{}", joint.name);
        }
    }

    fn presets<S: Spec>() {
        for (i, preset) in S::PRESETS.iter().enumerate() {
            assert!((preset.spec)().validate().is_ok(), "{}", preset.name);
            assert!(S::PRESETS[..i].iter().all(|other| other.name != preset.name));
            for name in preset.ours {
                assert!(S::knows(name), "{name} of {}", preset.name);
            }
        }
        assert_eq!((S::PRESETS[0].spec)(), S::default());
    }

    #[test]
    fn names_are_unique_and_every_default_reads_back() {
        table::<Sweep>();
        table::<Study>();
        table::<Network>();
    }

    #[test]
    fn every_preset_is_valid_and_the_first_is_the_default() {
        presets::<Sweep>();
        presets::<Study>();
        presets::<Network>();
    }

    fn refused<S: Spec>(cases: &[(&str, &str)]) {
        let mut spec = S::default();
        for (name, text) in cases {
            let error = spec.set(name, text).map_err(|error| error.to_string());
            let told =
                error.as_ref().is_err_and(|e| e.contains("must be") || e.contains("could be"));
            assert!(told, "{name} {text}: {error:?}");
            assert_eq!(spec, S::default());
        }
        assert!(spec.set("colour", "1").is_err());
    }

    #[test]
    fn a_refused_value_changes_nothing_and_says_what_is_allowed() {
        refused::<Sweep>(&[
            ("features", "1"),
            ("grid", "0"),
            ("density", "-1..0.5"),
            ("lr", "NaN"),
            ("lr", "inf"),
            ("lr", "5%"),
            ("steps", "1e9"),
            ("steps", "10.5"),
            ("steps", "10.000"),
            ("data", "guessed"),
            ("init-std", "-1"),
            ("seed", "-1"),
            ("bias", "maybe"),
        ]);
        refused::<Study>(&[
            ("features", "1025"),
            ("model", "transformer"),
            ("density", "0..1"),
            ("ratio", "inf"),
            ("ratio", "1,500"),
            ("init-std", "-1"),
            ("bias", "maybe"),
        ]);
    }

    #[test]
    fn numbers_as_people_type_them() {
        let mut sweep = Sweep::default();
        for (name, typed, text) in [
            ("steps", "1e3", "1000"),
            ("steps", "2.0", "2"),
            ("steps", "12,000", "12000"),
            ("steps", "12 000", "12000"),
            ("lr", "0,03", "0.03"),
            ("lr", "3e−2", "0.03"),
            ("density", "100%..0,5 %", "1..0.005"),
            ("density", "5%", "0.05..0.05"),
            ("init-std", "packed:4,096", "packed:4096"),
            ("init-std", "0,25", "0.25"),
            ("bias", " off ", "off"),
            ("grid", "1.6e1", ""),
        ] {
            assert_eq!(sweep.set(name, typed), Ok(()), "{name} {typed}");
            assert_eq!(sweep.text(name), text, "{name} {typed}");
        }
        assert_eq!((sweep.columns, sweep.rows), (16, 16));
    }
}
