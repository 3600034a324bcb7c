//! The table of a sweep's parameters.

use super::describe::{Data, Sweep};
use crate::aggregate::Aggregate;
use crate::spec::shared::shared;
use crate::spec::{
    Group, Joint, Kind, PROBABILITY, Param, choice, field, in_unit, only_when, param,
};

/// Words of [`Data`].
pub const DATA: &[(&str, &str)] =
    &[("exact", "exact (infinite batch)"), ("sampled", "sampled batches")];
/// Words of [`Aggregate`].
pub const AGGREGATES: &[(&str, &str)] = &[
    ("lowest", "lowest loss"),
    ("mean", "mean"),
    ("drop-worst", "mean without the worst"),
    ("inverse-square", "weighted by 1/loss²"),
];

const DATA_VALUES: [Data; 2] = [Data::Exact, Data::Sampled];
const AGGREGATE_VALUES: [Aggregate; 4] =
    [Aggregate::Lowest, Aggregate::Mean, Aggregate::DropWorst, Aggregate::InverseSquare];

/// Short for columns and rows together.
pub const GRID: &str = "grid";

/// Names that stand for several parameters.
pub const JOINTS: &[Joint] = &[Joint {
    name: GRID,
    label: "grid",
    group: Group::Diagram,
    help: "Points on each axis of the diagram; columns and rows can differ, see more.",
    kind: Kind::Integer { min: 1, max: 1024 },
    parts: &["columns", "rows"],
}];

/// Every parameter of a sweep, in the order forms and exports list them.
pub const PARAMS: &[Param<Sweep>] = &[
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
    shared!(bias),
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
    in_unit(
        PROBABILITY,
        param(
            ("density", "density range"),
            (Group::Diagram, true),
            Kind::Span { min: 1e-3, max: 1.0 },
            "Probability that a feature is active, from the top edge to the bottom.",
            field!(density),
        ),
    ),
    param(
        ("data", "data"),
        (Group::Data, false),
        Kind::Choice(DATA),
        "Exact gradients are the limit of an infinite batch; sampled ones carry its noise.",
        choice!(data, DATA, DATA_VALUES),
    ),
    only_when(
        |sweep| sweep.data == Data::Sampled,
        shared!(batch, "Samples a step, when data is sampled."),
    ),
    shared!(steps),
    shared!(lr),
    shared!(schedule),
    shared!(weight_decay),
    shared!(beta1),
    shared!(beta2),
    shared!(epsilon),
    shared!(init),
    shared!(repeats, 1024, "Models trained at each pixel from different random starts."),
    param(
        ("aggregate", "show"),
        (Group::Repeats, false),
        Kind::Choice(AGGREGATES),
        "How the repeats of a pixel become one colour; switches without retraining.",
        choice!(aggregate, AGGREGATES, AGGREGATE_VALUES),
    ),
    shared!(seed),
];
