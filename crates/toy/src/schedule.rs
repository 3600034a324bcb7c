//! Learning-rate schedules and the per-step constants of AdamW.

use serde::{Deserialize, Serialize};

/// How the learning rate changes over a run of `T` steps; each is a factor on the base rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// Factor 1 throughout.
    Constant,
    /// Factor `1 - t / T`.
    Linear,
    /// Factor `cos(pi/2 * t / (T - 1))`, which reaches 0 at the last step.
    Cosine,
    /// Rises in equal steps over the first twentieth of the run, then falls along half a cosine to
    /// a twentieth.
    Warmup,
}

impl Schedule {
    /// Factor on the base learning rate at step `t` of `steps`, counted from 0.
    pub fn factor(self, t: u32, steps: u32) -> f64 {
        let (t, steps) = (f64::from(t), f64::from(steps));
        match self {
            Self::Constant => 1.0,
            Self::Linear => 1.0 - t / steps,
            Self::Cosine if steps <= 1.0 => 1.0,
            // cos(pi/2) rounds to 6e-17; the last factor is meant to be zero.
            Self::Cosine => (std::f64::consts::FRAC_PI_2 * t / (steps - 1.0)).cos().max(0.0),
            Self::Warmup => {
                let (rise, least) = ((steps / 20.0).ceil(), 0.05);
                if t < rise {
                    return (t + 1.0) / rise;
                }
                let part = (t - rise + 1.0) / (steps - rise).max(1.0);
                least + (1.0 - least) * (1.0 + (std::f64::consts::PI * part).cos()) / 2.0
            }
        }
    }
}

/// What one AdamW step needs that depends on the step alone. Computed in f64, because
/// `1 - beta^t` loses its digits in f32 at small `t`; read as f32 by every engine.
///
/// Layout: four floats, the same as the shaders' `StepRates`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepRates {
    /// `lr_t / (1 - beta1^t)`, with `t` counted from 1.
    pub rate: f32,
    /// `1 / sqrt(1 - beta2^t)`.
    pub root: f32,
    /// `1 - lr_t * weight_decay`, the factor of decoupled weight decay.
    pub decay: f32,
    /// Unused; keeps the struct at 16 bytes.
    pub padding: f32,
}

/// Everything that a run's step constants follow from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Optimiser steps.
    pub steps: u32,
    /// Base learning rate.
    pub lr: f64,
    /// Learning-rate schedule.
    pub schedule: Schedule,
    /// Decay of Adam's first moment.
    pub beta1: f64,
    /// Decay of Adam's second moment.
    pub beta2: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
}

impl Course {
    /// The learning rate of step `t`, counted from 0.
    pub fn lr_at(&self, t: u32) -> f64 {
        self.lr * self.schedule.factor(t, self.steps)
    }
}

impl StepRates {
    /// The constants of step `t` (counted from 0) of a course, or of what has one.
    pub fn at(course: impl Into<Course>, t: u32) -> Self {
        Self::along(&course.into(), t)
    }

    /// The constants of step `t` (counted from 0) of a course.
    pub fn along(course: &Course, t: u32) -> Self {
        let lr = course.lr_at(t);
        let count = f64::from(t) + 1.0;
        Self {
            rate: (lr / (1.0 - course.beta1.powf(count))) as f32,
            root: (1.0 / (1.0 - course.beta2.powf(count)).sqrt()) as f32,
            decay: (1.0 - lr * course.weight_decay) as f32,
            padding: 0.0,
        }
    }

    /// The constants of every step of a course, or of what has one, in order.
    pub fn all(course: impl Into<Course>) -> Vec<Self> {
        let course = course.into();
        (0..course.steps).map(|t| Self::along(&course, t)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_start_at_one_and_end_where_they_say() {
        for s in [Schedule::Constant, Schedule::Linear, Schedule::Cosine] {
            assert_eq!(s.factor(0, 100), 1.0);
        }
        assert_eq!(Schedule::Cosine.factor(0, 1), 1.0);
        let warm: Vec<f64> = (0..100).map(|t| Schedule::Warmup.factor(t, 100)).collect();
        assert_eq!([warm[0], warm[4]], [0.2, 1.0]);
        assert!(warm[4..].is_sorted_by(|a, b| a > b) && (warm[99] - 0.05).abs() < 1e-12);
        assert!((1..9).all(|n| (0..n).all(|t| Schedule::Warmup.factor(t, n) > 0.0)));
        assert!((Schedule::Linear.factor(99, 100) - 0.01).abs() < 1e-12);
        assert!(Schedule::Cosine.factor(99, 100) < 1e-15);
        assert!(
            (Schedule::Cosine.factor(33, 100) - (std::f64::consts::PI / 6.0).cos()).abs() < 1e-12
        );
    }
}
