//! How the values of a study fit together.

use super::describe::{MAX_MODELS, MAX_NUMBERS, Study, StudyError};
use super::preset::View;
use super::variant::Across;
use crate::spec::{Param, Preset, Spec};

impl Spec for Study {
    type Error = StudyError;
    type View = View;

    const KIND: &'static str = "study";
    const PRESET_KEY: &'static str = "study";
    const PARAMS: &'static [Param<Self>] = super::param::PARAMS;
    const PRESETS: &'static [Preset<Self>] = super::preset::PRESETS;

    fn fit(&self) -> Result<(), StudyError> {
        let Self { features, instances, repeats, .. } = *self;
        self.distribution.fit(features, self.density)?;
        if self.across == Across::Hidden && self.hidden_from > self.hidden {
            return Err(StudyError::Hidden { from: self.hidden_from, hidden: self.hidden });
        }
        let (models, parameters) = (self.models(), self.parameters());
        if models > MAX_MODELS || models * parameters as u64 > MAX_NUMBERS {
            return Err(StudyError::Models { instances, repeats, models, parameters });
        }
        Ok(())
    }

    fn repair(&mut self) {
        self.distribution.repair(&mut self.features, &mut self.density);
        if self.across == Across::Hidden {
            self.hidden_from = self.hidden_from.min(self.hidden);
        }
        let parameters = self.parameters() as u64;
        let too_many = |s: &Self| s.models() > MAX_MODELS || s.models() * parameters > MAX_NUMBERS;
        while too_many(self) && self.repeats > 1 {
            self.repeats = self.repeats.div_ceil(2);
        }
        while too_many(self) && self.instances > 1 {
            self.instances = self.instances.div_ceil(2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::distribution::Sets;

    #[test]
    fn impossible_studies_are_refused_with_a_sentence() {
        let wrong = |change: fn(&mut Study)| {
            let mut study = Study::default();
            change(&mut study);
            study.validate().map_err(|e| e.to_string()).err().unwrap_or_default()
        };
        assert!(wrong(|s| s.features = 0).contains("1 to 1024"));
        assert!(wrong(|s| s.hidden = 129).contains("1 to 128"));
        assert!(wrong(|s| s.density.to = 0.0).contains("density"));
        assert!(wrong(|s| s.distribution.sets = Sets::Correlated).contains("divide"));
        let crowded = wrong(|s| {
            (s.features, s.distribution.sets, s.distribution.set_size) =
                (6, Sets::Anticorrelated, 3)
        });
        assert!(crowded.contains("one in 3"), "{crowded}");
        assert!(wrong(|s| s.features = 600).contains("power-law"));
        let frequent =
            wrong(|s| (s.distribution.sets, s.distribution.skew) = (Sets::PowerLaw, 1.0));
        assert!(frequent.contains("at most 0.2"), "{frequent}");
        assert!(wrong(|s| (s.across, s.hidden_from) = (Across::Hidden, 3)).contains("at most as"));
        assert!(wrong(|s| (s.instances, s.repeats) = (100, 100)).contains("10000 models"));
        assert!(wrong(|s| s.ratio = f64::NAN).contains("ratio"));
        assert_eq!(wrong(|_| ()), "");
    }
}
