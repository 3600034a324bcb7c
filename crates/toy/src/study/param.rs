//! The table of a study's parameters.

use super::describe::{MAX_FEATURES, MAX_HIDDEN, MAX_MODELS, Study};
use super::variant::{Across, Importance, Target, Variant};
use super::{decay, distribution};
use crate::spec::shared::shared;
use crate::spec::{
    Group, Kind, PROBABILITY, Param, choice, count, field, in_unit, join, only_when, param,
};

/// Words of [`Variant`].
pub const VARIANTS: &[(&str, &str)] =
    &[("linear", "linear"), ("relu", "ReLU output"), ("hidden", "ReLU hidden layer, untied")];
/// Words of [`Target`].
pub const TARGETS: &[(&str, &str)] = &[("identity", "x"), ("absolute", "|x|")];
/// Words of [`Importance`].
pub const IMPORTANCES: &[(&str, &str)] =
    &[("uniform", "all 1"), ("geometric", "ratio^i"), ("extra", "the last: ratio")];
/// Words of [`Across`].
pub const ACROSS: &[(&str, &str)] = &[("density", "density"), ("hidden", "hidden dimensions")];

const ACROSS_VALUES: [Across; 2] = [Across::Density, Across::Hidden];
const VARIANT_VALUES: [Variant; 3] = [Variant::Linear, Variant::Relu, Variant::Hidden];
const TARGET_VALUES: [Target; 2] = [Target::Identity, Target::Absolute];
const IMPORTANCE_VALUES: [Importance; 3] =
    [Importance::Uniform, Importance::Geometric, Importance::Extra];
/// Every parameter of a study, in the order forms and exports list them.
pub const PARAMS: &[Param<Study>] = &join::<_, COUNT>(&PARTS);

const COUNT: usize = count(&PARTS);
const PARTS: [&[Param<Study>]; 5] =
    [MODELS, distribution::Rows::ALL, TRAINING, decay::Rows::ALL, OPTIMISER];

const MODELS: &[Param<Study>] = &[
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
    shared!(bias),
    param(
        ("instances", "instances"),
        (Group::Diagram, false),
        Kind::Integer { min: 1, max: 256 },
        "Densities, or numbers of hidden dimensions, at which models are trained.",
        field!(instances),
    ),
    param(
        ("across", "instances differ in"),
        (Group::Diagram, true),
        Kind::Choice(ACROSS),
        "What changes from one instance to the next, in equal ratios.",
        choice!(across, ACROSS, ACROSS_VALUES),
    ),
    only_when(
        |study| study.across == Across::Hidden,
        param(
            ("hidden-from", "hidden dimensions from"),
            (Group::Diagram, true),
            Kind::Integer { min: 1, max: MAX_HIDDEN },
            "Hidden dimensions of the first instance; the last has all.",
            field!(hidden_from),
        ),
    ),
    in_unit(
        PROBABILITY,
        param(
            ("density", "density range"),
            (Group::Diagram, false),
            Kind::Span { min: 1e-4, max: 1.0 },
            "Probability that a feature is active, from the first instance to the last.",
            field!(density),
        ),
    ),
    param(
        ("importance", "importance"),
        (Group::Data, false),
        Kind::Choice(IMPORTANCES),
        "How much a feature's error counts: all alike, falling from feature to feature, or one unlike the others.",
        choice!(importance, IMPORTANCES, IMPORTANCE_VALUES),
    ),
    only_when(
        |study| study.importance != Importance::Uniform,
        param(
            ("ratio", "importance ratio"),
            (Group::Data, false),
            Kind::Real { min: 1e-3, max: 1e3, log: true },
            "The number in the formula of the importance.",
            field!(ratio),
        ),
    ),
];

const TRAINING: &[Param<Study>] =
    &[shared!(batch, "Samples a step."), shared!(steps), shared!(lr), shared!(schedule)];

const OPTIMISER: &[Param<Study>] = &[
    shared!(beta1),
    shared!(beta2),
    shared!(epsilon),
    shared!(init),
    shared!(
        repeats,
        MAX_MODELS as u32,
        "Models trained at each density from different random starts."
    ),
    shared!(seed),
];
