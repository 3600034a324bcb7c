//! How far a run is.

/// What one worker has done of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Done {
    /// Steps its models have taken.
    pub step: u32,
    /// Model-steps that its models had taken before it had them.
    pub before: f64,
    /// Model-steps it has taken.
    pub model_steps: f64,
    /// Time it has trained for, in seconds.
    pub seconds: f64,
    /// Whether it has taken every step.
    pub done: bool,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Steps that every model has taken.
    pub step: u32,
    /// Part of the whole, 0 to 1.
    pub part: f64,
    /// Model-steps a second.
    pub rate: f64,
    /// Seconds left.
    pub left: f64,
    /// Seconds trained for.
    pub spent: f64,
}

impl Progress {
    /// What all workers have done together, of so many model-steps.
    pub(crate) fn of(all: &[Done], whole: f64) -> Self {
        let sum = |value: fn(&Done) -> f64| all.iter().map(value).sum::<f64>();
        let rate = sum(|d| if d.seconds > 0.0 { d.model_steps / d.seconds } else { 0.0 });
        let part = (sum(|d| d.before + d.model_steps) / whole).min(1.0);
        Self {
            step: all.iter().map(|d| d.step).min().unwrap_or(0),
            part,
            rate,
            left: if rate > 0.0 { whole * (1.0 - part) / rate } else { f64::NAN },
            spent: all.iter().map(|d| d.seconds).fold(0.0, f64::max),
        }
    }
}
