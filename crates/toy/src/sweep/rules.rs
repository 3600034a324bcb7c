//! How the values of a sweep fit together.

use super::describe::{Data, MAX_EXACT_FEATURES, MAX_MODELS, Sweep, SweepError};
use crate::spec::{Joint, Param, Preset, Spec};

impl Spec for Sweep {
    type Error = SweepError;
    type View = ();

    const KIND: &'static str = "sweep";
    const PRESET_KEY: &'static str = "preset";
    const PARAMS: &'static [Param<Self>] = super::param::PARAMS;
    const PRESETS: &'static [Preset<Self>] = super::preset::PRESETS;
    const JOINTS: &'static [Joint] = super::param::JOINTS;

    fn fit(&self) -> Result<(), SweepError> {
        let Self { features, hidden, columns, rows, repeats, .. } = *self;
        if hidden == 0 || hidden >= features {
            return Err(SweepError::Hidden { hidden, features });
        }
        if self.models() > MAX_MODELS {
            return Err(SweepError::Models { columns, rows, repeats, models: self.models() });
        }
        if self.data == Data::Exact && features > MAX_EXACT_FEATURES {
            return Err(SweepError::Exact { features });
        }
        Ok(())
    }

    fn repair(&mut self) {
        self.hidden = self.hidden.clamp(1, self.features - 1);
        if self.features > MAX_EXACT_FEATURES {
            self.data = Data::Sampled;
        }
        while self.models() > MAX_MODELS && self.repeats > 1 {
            self.repeats = self.repeats.div_ceil(2);
        }
    }

    fn follow(&mut self, given: &dyn Fn(&str) -> bool) {
        // One dimension fewer than the features unless said otherwise.
        if given("features") && !given("hidden") {
            self.hidden = self.features - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_sweeps_are_refused_with_a_sentence() {
        let wrong = |change: fn(&mut Sweep)| {
            let mut sweep = Sweep::default();
            change(&mut sweep);
            sweep.validate().map_err(|e| e.to_string()).err().unwrap_or_default()
        };
        assert!(wrong(|s| s.features = 1).contains("2 to 8"));
        assert!(wrong(|s| s.hidden = 2).contains("fewer than the features"));
        assert!(wrong(|s| s.columns = 0).contains("columns"));
        assert!(wrong(|s| s.density.to = -0.5).contains("density"));
        assert!(wrong(|s| s.lr = f64::NAN).contains("lr"));
        assert!(wrong(|s| (s.columns, s.rows, s.repeats) = (1000, 1000, 1000)).contains("at most"));
        assert!(wrong(|s| (s.features, s.hidden) = (5, 2)).contains("sampled"));
        let refused = Sweep::default().set("grid", "5000").map_err(|e| e.to_string());
        assert!(refused.is_err_and(|e| e.starts_with("grid is 5000")), "as the form calls it");
        assert_eq!(wrong(|_| ()), "");
    }
}
