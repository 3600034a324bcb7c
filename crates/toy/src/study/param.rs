//! The table of a study's parameters, as [`crate::param`] has one of a sweep's. Parameters that
//! both have carry the same names.

use super::describe::{MAX_FEATURES, MAX_HIDDEN, MAX_MODELS, Study};
use super::variant::{Importance, Sets, Target, Variant};
use crate::param::{
    Group, Kind, ParamError, SCHEDULE_VALUES, SCHEDULES, choice, field, flag, param,
};

/// A parameter of a [`Study`].
pub type Param = crate::param::Param<Study>;

/// Words of [`Variant`].
pub const VARIANTS: &[(&str, &str)] =
    &[("linear", "linear"), ("relu", "ReLU output"), ("hidden", "ReLU hidden layer, untied")];
/// Words of [`Target`].
pub const TARGETS: &[(&str, &str)] = &[("identity", "x"), ("absolute", "|x|")];
/// Words of [`Importance`].
pub const IMPORTANCES: &[(&str, &str)] =
    &[("uniform", "all 1"), ("geometric", "ratio^i"), ("extra", "the last: ratio")];
/// Words of [`Sets`].
pub const SETS: &[(&str, &str)] = &[
    ("independent", "independent"),
    ("correlated", "correlated sets"),
    ("anticorrelated", "anticorrelated sets"),
];

const VARIANT_VALUES: [Variant; 3] = [Variant::Linear, Variant::Relu, Variant::Hidden];
const TARGET_VALUES: [Target; 2] = [Target::Identity, Target::Absolute];
const IMPORTANCE_VALUES: [Importance; 3] =
    [Importance::Uniform, Importance::Geometric, Importance::Extra];
const SETS_VALUES: [Sets; 3] = [Sets::Independent, Sets::Correlated, Sets::Anticorrelated];

/// The parameter of this name.
pub fn find(name: &str) -> Option<&'static Param> {
    PARAMS.iter().find(|p| p.name == name)
}

/// Sets one parameter by name.
///
/// # Errors
/// When there is no such parameter or the value is not allowed.
pub fn set(study: &mut Study, name: &str, value: &str) -> Result<(), ParamError> {
    find(name).ok_or_else(|| ParamError::Unknown(name.into()))?.set(study, value)
}

/// Whether a parameter has any effect on a study: forms hide the others.
pub fn matters(name: &str, study: &Study) -> bool {
    match name {
        "ratio" => study.importance != Importance::Uniform,
        "set-size" => study.sets != Sets::Independent,
        _ => true,
    }
}

/// Every parameter of a study, in the order forms and exports list them.
pub const PARAMS: &[Param] = &[
    param(
        ("model", "model"),
        (Group::Model, false),
        Kind::Choice(VARIANTS),
        "Linear or rectified output with tied weights, or a rectified hidden layer with weights of its own on either side.",
        choice!(variant, VARIANTS, VARIANT_VALUES),
    ),
    param(
        ("target", "target"),
        (Group::Model, false),
        Kind::Choice(TARGETS),
        "What outputs should be: the input from 0 to 1, or the absolute value of an input from -1 to 1.",
        choice!(target, TARGETS, TARGET_VALUES),
    ),
    param(
        ("features", "features n"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: MAX_FEATURES },
        "How many features the model has to represent.",
        field!(features),
    ),
    param(
        ("hidden", "hidden dimensions m"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: MAX_HIDDEN },
        "How many dimensions, or neurons, it has for them.",
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
        ("instances", "instances"),
        (Group::Diagram, false),
        Kind::Integer { min: 1, max: 256 },
        "Densities at which models are trained.",
        field!(instances),
    ),
    param(
        ("density", "density range"),
        (Group::Diagram, false),
        Kind::Span { min: 1e-4, max: 1.0 },
        "Probability that a feature is active, from the first instance to the last.",
        field!(density),
    ),
    param(
        ("importance", "importance"),
        (Group::Data, false),
        Kind::Choice(IMPORTANCES),
        "How much a feature's error counts: all alike, falling from feature to feature, or one unlike the others.",
        choice!(importance, IMPORTANCES, IMPORTANCE_VALUES),
    ),
    param(
        ("ratio", "importance ratio"),
        (Group::Data, false),
        Kind::Real { min: 1e-3, max: 1e3, log: true },
        "The number in the formula of the importance.",
        field!(ratio),
    ),
    param(
        ("sets", "features occur"),
        (Group::Data, false),
        Kind::Choice(SETS),
        "Each by itself, the features of a set all together, or at most one of a set.",
        choice!(sets, SETS, SETS_VALUES),
    ),
    param(
        ("set-size", "set size"),
        (Group::Data, false),
        Kind::Integer { min: 2, max: MAX_FEATURES },
        "Neighbouring features that make up a set.",
        field!(set_size),
    ),
    param(
        ("batch", "batch"),
        (Group::Data, false),
        Kind::Integer { min: 1, max: 65_536 },
        "Samples a step.",
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
        Kind::Integer { min: 1, max: MAX_MODELS as u32 },
        "Models trained at each density from different random starts.",
        field!(repeats),
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
            let mut study = Study::default();
            let text = (p.get)(&study);
            assert_eq!(p.set(&mut study, &text), Ok(()));
            assert_eq!(study, Study::default(), "{}", p.name);
        }
    }

    #[test]
    fn a_refused_value_changes_nothing_and_says_what_is_allowed() {
        let mut study = Study::default();
        for (name, text) in [
            ("features", "513"),
            ("model", "transformer"),
            ("density", "0..1"),
            ("ratio", "inf"),
            ("init-std", "-1"),
            ("bias", "maybe"),
        ] {
            let error = set(&mut study, name, text).map_err(|e| e.to_string());
            assert!(error.as_ref().is_err_and(|e| e.contains("must be")), "{error:?}");
            assert_eq!(study, Study::default());
        }
        assert!(set(&mut study, "columns", "1").is_err());
    }
}
