//! Rows of the table that descriptions of different kinds have in common, written once. A macro,
//! because a row reads and sets a field of a type that it does not know.

use crate::schedule::Schedule;

/// Words of [`Schedule`].
pub const SCHEDULES: &[(&str, &str)] = &[
    ("constant", "constant"),
    ("linear", "linear to 0"),
    ("cosine", "quarter cosine to 0"),
    ("warm-up", "warm-up, then half a cosine"),
];
/// The schedules, in the order of their words.
pub(crate) const SCHEDULE_VALUES: [Schedule; 4] =
    [Schedule::Constant, Schedule::Linear, Schedule::Cosine, Schedule::Warmup];

/// The row of a parameter that has the same name, meaning and range in every description.
macro_rules! shared {
    (bias) => {
        $crate::spec::param(
            ("bias", "bias"),
            ($crate::spec::Group::Model, true),
            $crate::spec::Kind::Flag,
            "Whether each output has a trained bias; without one it stays 0.",
            $crate::spec::flag!(bias),
        )
    };
    (batch, $help:literal) => {
        $crate::spec::in_unit(
            "samples",
            $crate::spec::param(
                ("batch", "batch"),
                ($crate::spec::Group::Data, false),
                $crate::spec::Kind::Integer { min: 1, max: 65_536 },
                $help,
                $crate::spec::field!(batch),
            ),
        )
    };
    (steps) => {
        $crate::spec::in_unit(
            "steps",
            $crate::spec::param(
                ("steps", "steps"),
                ($crate::spec::Group::Optimiser, false),
                $crate::spec::Kind::Integer { min: 1, max: 1_000_000 },
                "Optimiser steps each model takes.",
                $crate::spec::field!(steps),
            ),
        )
    };
    (lr) => {
        $crate::spec::param(
            ("lr", "learning rate"),
            ($crate::spec::Group::Optimiser, false),
            $crate::spec::Kind::Real { min: 1e-6, max: 1.0, log: true },
            "Size of a step before the schedule scales it.",
            $crate::spec::field!(lr),
        )
    };
    (schedule) => {
        $crate::spec::param(
            ("schedule", "schedule"),
            ($crate::spec::Group::Optimiser, false),
            $crate::spec::Kind::Choice($crate::spec::shared::SCHEDULES),
            "How the learning rate falls during the run.",
            $crate::spec::choice!(
                schedule,
                $crate::spec::shared::SCHEDULES,
                $crate::spec::shared::SCHEDULE_VALUES
            ),
        )
    };
    (weight_decay) => {
        $crate::spec::param(
            ("weight-decay", "weight decay"),
            ($crate::spec::Group::Optimiser, true),
            $crate::spec::Kind::Real { min: 0.0, max: 1.0, log: false },
            "Decoupled shrinkage of every parameter, as in AdamW.",
            $crate::spec::field!(weight_decay),
        )
    };
    (beta1) => {
        $crate::spec::param(
            ("beta1", "beta 1"),
            ($crate::spec::Group::Optimiser, true),
            $crate::spec::Kind::Real { min: 0.0, max: 0.9999, log: false },
            "How slowly Adam forgets the gradient.",
            $crate::spec::field!(beta1),
        )
    };
    (beta2) => {
        $crate::spec::param(
            ("beta2", "beta 2"),
            ($crate::spec::Group::Optimiser, true),
            $crate::spec::Kind::Real { min: 0.0, max: 0.99999, log: false },
            "How slowly Adam forgets the gradient's square.",
            $crate::spec::field!(beta2),
        )
    };
    (epsilon) => {
        $crate::spec::param(
            ("epsilon", "epsilon"),
            ($crate::spec::Group::Optimiser, true),
            $crate::spec::Kind::Real { min: 1e-12, max: 0.01, log: true },
            "Keeps Adam from dividing by zero.",
            $crate::spec::field!(epsilon),
        )
    };
    (init) => {
        $crate::spec::param(
            ("init-std", "initial spread"),
            ($crate::spec::Group::Optimiser, true),
            $crate::spec::Kind::Init,
            "Standard deviation of the initial weights; xavier is sqrt(2 / (n + m)), row is sqrt(1 / m).",
            $crate::spec::field!(init),
        )
    };
    (repeats, $max:expr, $help:literal) => {
        $crate::spec::in_unit(
            "models",
            $crate::spec::param(
                ("repeats", "repeats"),
                ($crate::spec::Group::Repeats, false),
                $crate::spec::Kind::Integer { min: 1, max: $max },
                $help,
                $crate::spec::field!(repeats),
            ),
        )
    };
    (seed) => {
        $crate::spec::param(
            ("seed", "seed"),
            ($crate::spec::Group::Repeats, false),
            $crate::spec::Kind::Integer { min: 0, max: u32::MAX },
            "Start of every random number; the same seed gives the same run.",
            $crate::spec::field!(seed),
        )
    };
}

pub(crate) use shared;
