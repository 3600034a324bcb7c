//! The table of a network's parameters, as [`crate::study::param`] has one of a study's. Parameters
//! that both have carry the same names.

use super::describe::{Activation, Attention, MAX_MODELS, Network, Task};
use crate::param::{
    Group, Kind, ParamError, SCHEDULE_VALUES, SCHEDULES, choice, field, flag, param,
};

/// A parameter of a [`Network`].
pub type Param = crate::param::Param<Network>;

/// Words of [`Task`].
pub const TASKS: &[(&str, &str)] =
    &[("identity", "each token's features"), ("retrieval", "the features of the token asked for")];
/// Words of [`Attention`].
pub const ATTENTIONS: &[(&str, &str)] =
    &[("on", "softmax"), ("self", "to itself alone"), ("off", "none")];
/// Words of [`Activation`].
pub const ACTIVATIONS: &[(&str, &str)] = &[("gelu", "GELU"), ("relu", "ReLU")];

const TASK_VALUES: [Task; 2] = [Task::Identity, Task::Retrieval];
const ATTENTION_VALUES: [Attention; 3] = [Attention::Softmax, Attention::Own, Attention::Off];
const ACTIVATION_VALUES: [Activation; 2] = [Activation::Gelu, Activation::Relu];

/// The parameter of this name.
pub fn find(name: &str) -> Option<&'static Param> {
    PARAMS.iter().find(|p| p.name == name)
}

/// Sets one parameter by name.
///
/// # Errors
/// When there is no such parameter or the value is not allowed.
pub fn set(network: &mut Network, name: &str, value: &str) -> Result<(), ParamError> {
    find(name).ok_or_else(|| ParamError::Unknown(name.into()))?.set(network, value)
}

/// Whether a parameter has any effect on a network: forms hide the others.
pub fn matters(name: &str, network: &Network) -> bool {
    match name {
        "keys" => network.task == Task::Retrieval,
        "heads" => network.attention == Attention::Softmax,
        "activation" => network.mlp > 0,
        _ => true,
    }
}

/// Every parameter of a network, in the order forms and exports list them.
pub const PARAMS: &[Param] = &[
    param(
        ("task", "outputs"),
        (Group::Model, false),
        Kind::Choice(TASKS),
        "What outputs should be: each token's own features, or those of the token whose key is asked for.",
        choice!(task, TASKS, TASK_VALUES),
    ),
    param(
        ("features", "features n"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: 512 },
        "Features of a token.",
        field!(features),
    ),
    param(
        ("width", "width d"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: 512 },
        "Dimensions of the residual stream.",
        field!(width),
    ),
    param(
        ("layers", "layers"),
        (Group::Model, false),
        Kind::Integer { min: 0, max: 16 },
        "Blocks of attention and MLP.",
        field!(layers),
    ),
    param(
        ("heads", "heads"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: 64 },
        "Heads of each attention; divides the width.",
        field!(heads),
    ),
    param(
        ("tokens", "tokens"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: 64 },
        "Tokens of a sequence, in retrieval with the one that asks.",
        field!(tokens),
    ),
    param(
        ("keys", "keys"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: 64 },
        "Different keys that tokens can have.",
        field!(keys),
    ),
    param(
        ("mlp", "MLP units"),
        (Group::Model, false),
        Kind::Integer { min: 0, max: 2048 },
        "Units of each MLP; 0 for none.",
        field!(mlp),
    ),
    param(
        ("norm", "LayerNorm"),
        (Group::Model, true),
        Kind::Flag,
        "Whether the residual stream is normalised before each part.",
        flag!(norm),
    ),
    param(
        ("attention", "attention"),
        (Group::Model, true),
        Kind::Choice(ATTENTIONS),
        "Softmax attention; every token to itself alone, which is the same with one token; or none.",
        choice!(attention, ATTENTIONS, ATTENTION_VALUES),
    ),
    param(
        ("activation", "activation"),
        (Group::Model, true),
        Kind::Choice(ACTIVATIONS),
        "Between the two layers of an MLP.",
        choice!(activation, ACTIVATIONS, ACTIVATION_VALUES),
    ),
    param(
        ("tied", "tied weights"),
        (Group::Model, true),
        Kind::Flag,
        "Whether the output is read with the input's weights.",
        flag!(tied),
    ),
    param(
        ("dropout", "dropout"),
        (Group::Model, true),
        Kind::Real { min: 0.0, max: 0.9, log: false },
        "Probability that an element is dropped while training.",
        field!(dropout),
    ),
    param(
        ("instances", "instances"),
        (Group::Diagram, false),
        Kind::Integer { min: 1, max: 64 },
        "Densities at which networks are trained.",
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
        ("shared", "one for all densities"),
        (Group::Diagram, false),
        Kind::Flag,
        "Whether one network has to serve all densities, as published; else each density has its own.",
        flag!(shared),
    ),
    param(
        ("ratio", "importance ratio"),
        (Group::Data, false),
        Kind::Real { min: 0.1, max: 1.0, log: false },
        "Importance of a feature over that of the one before; 1 makes all alike.",
        field!(ratio),
    ),
    param(
        ("batch", "batch"),
        (Group::Data, false),
        Kind::Integer { min: 1, max: 4096 },
        "Sequences of each density a step.",
        field!(batch),
    ),
    param(
        ("steps", "steps"),
        (Group::Optimiser, false),
        Kind::Integer { min: 1, max: 1_000_000 },
        "Optimiser steps each network takes.",
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
        ("warmup", "warm-up"),
        (Group::Optimiser, false),
        Kind::Integer { min: 0, max: 100_000 },
        "Steps in which the learning rate rises from 0.",
        field!(warmup),
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
        "Standard deviation of the blocks' initial weights; xavier is sqrt(2 / (inputs + outputs)).",
        field!(init),
    ),
    param(
        ("repeats", "repeats"),
        (Group::Repeats, false),
        Kind::Integer { min: 1, max: MAX_MODELS as u32 },
        "Networks trained at each density from different random starts.",
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
            let mut network = Network::default();
            let text = (p.get)(&network);
            assert_eq!(p.set(&mut network, &text), Ok(()));
            assert_eq!(network, Network::default(), "{}", p.name);
        }
    }
}
