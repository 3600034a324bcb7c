//! The table of a network's parameters. Those that studies have too carry the same names.

use super::describe::{Activation, Attention, MAX_MODELS, Network, Task};
use crate::spec::shared::shared;
use crate::spec::{
    Group, Kind, PROBABILITY, Param, choice, field, flag, in_unit, only_when, param,
};

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

/// Every parameter of a network, in the order forms and exports list them.
pub const PARAMS: &[Param<Network>] = &[
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
    only_when(
        |network| network.attention == Attention::Softmax,
        param(
            ("heads", "heads"),
            (Group::Model, false),
            Kind::Integer { min: 1, max: 64 },
            "Heads of each attention; they divide the width.",
            field!(heads),
        ),
    ),
    param(
        ("tokens", "tokens"),
        (Group::Model, false),
        Kind::Integer { min: 1, max: 64 },
        "Tokens of a sequence, in retrieval with the one that asks.",
        field!(tokens),
    ),
    only_when(
        |network| network.task == Task::Retrieval,
        param(
            ("keys", "keys"),
            (Group::Model, false),
            Kind::Integer { min: 1, max: 64 },
            "Different keys that tokens can have.",
            field!(keys),
        ),
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
    only_when(
        |network| network.mlp > 0,
        param(
            ("activation", "activation"),
            (Group::Model, true),
            Kind::Choice(ACTIVATIONS),
            "Between the two layers of an MLP.",
            choice!(activation, ACTIVATIONS, ACTIVATION_VALUES),
        ),
    ),
    param(
        ("tied", "tied weights"),
        (Group::Model, true),
        Kind::Flag,
        "Whether the output is read with the input's weights.",
        flag!(tied),
    ),
    in_unit(
        PROBABILITY,
        param(
            ("dropout", "dropout"),
            (Group::Model, true),
            Kind::Real { min: 0.0, max: 0.9, log: false },
            "Probability that an element is dropped while training.",
            field!(dropout),
        ),
    ),
    param(
        ("instances", "instances"),
        (Group::Diagram, false),
        Kind::Integer { min: 1, max: 64 },
        "Densities at which networks are trained.",
        field!(instances),
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
    in_unit(
        "sequences",
        param(
            ("batch", "batch"),
            (Group::Data, false),
            Kind::Integer { min: 1, max: 4096 },
            "Sequences of each density a step.",
            field!(batch),
        ),
    ),
    shared!(steps),
    shared!(lr),
    shared!(schedule),
    in_unit(
        "steps",
        param(
            ("warmup", "warm-up"),
            (Group::Optimiser, false),
            Kind::Integer { min: 0, max: 100_000 },
            "Steps in which the learning rate rises from 0.",
            field!(warmup),
        ),
    ),
    shared!(weight_decay),
    shared!(beta1),
    shared!(beta2),
    shared!(epsilon),
    shared!(init),
    shared!(
        repeats,
        MAX_MODELS as u32,
        "Networks trained at each density from different random starts."
    ),
    shared!(seed),
];
