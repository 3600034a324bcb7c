//! How features occur: all there is to say of each distribution, from its word in links to how its
//! samples are drawn. Nothing else tells one from another but the kernels that draw some of them
//! faster (`shaders/study_sample.wgsl` is the twin for sets).

use super::choose::{Marks, below, word};
use crate::axis::Span;
use crate::binomial::Binomial;
use crate::spec::{Group, Kind, Param, choice, field, only_when, param};
use serde::{Deserialize, Serialize};

/// Most features that can be told apart by a choice, each as likely as the others.
pub const MAX_ALIKE: u32 = 512;
/// Most active features of a sample on average, where they follow a power law.
const MAX_ACTIVE: f64 = 32.0;

/// How features occur together. A set is `set-size` neighbouring features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sets {
    /// Each feature is active or not by itself.
    Independent,
    /// The features of a set are active or zero together, each with a value of its own.
    Correlated,
    /// At most one feature of a set is active at a time; each is as often as the density says.
    Anticorrelated,
    /// Each feature by itself, the later the rarer: feature `i`, counted from 1, with a probability
    /// in proportion to `i^-(1 + skew)`.
    PowerLaw,
}

/// Words of [`Sets`].
pub const SETS: &[(&str, &str)] = &[
    ("independent", "independent"),
    ("correlated", "correlated sets"),
    ("anticorrelated", "anticorrelated sets"),
    ("power-law", "the later, the rarer: i^-(1 + a)"),
];
const SETS_VALUES: [Sets; 4] =
    [Sets::Independent, Sets::Correlated, Sets::Anticorrelated, Sets::PowerLaw];

impl Sets {
    /// Whether features come in sets.
    pub const fn has_sets(self) -> bool {
        matches!(self, Self::Correlated | Self::Anticorrelated)
    }
}

/// What samples are like, at whatever density.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// How features occur together.
    pub sets: Sets,
    /// Features of a set, unless features are independent; divides their number.
    pub set_size: u32,
    /// The power law's `a`: feature `i` is as often active as `i^-(1 + a)`.
    pub skew: f64,
    /// Largest value of an active feature; the smallest is 0, or as far below it.
    pub largest: f64,
}

impl Default for Distribution {
    fn default() -> Self {
        Self { sets: Sets::Independent, set_size: 2, skew: 0.0, largest: 1.0 }
    }
}

/// The rows of these parameters in the table of a description that contains them.
pub(super) struct Rows<S>(std::marker::PhantomData<S>);

impl<S: AsRef<Distribution> + AsMut<Distribution> + 'static> Rows<S> {
    /// The rows, in the order forms and exports list them.
    pub const ALL: &'static [Param<S>] = &[
        param(
            ("sets", "features occur"),
            (Group::Data, false),
            Kind::Choice(SETS),
            "Each by itself, the features of a set all together, or at most one of a set.",
            choice!(part sets, SETS, SETS_VALUES),
        ),
        only_when(
            |spec| spec.as_ref().sets.has_sets(),
            param(
                ("set-size", "set size"),
                (Group::Data, false),
                Kind::Integer { min: 2, max: MAX_ALIKE },
                "Neighbouring features that make up a set.",
                field!(part set_size),
            ),
        ),
        only_when(
            |spec| spec.as_ref().sets == Sets::PowerLaw,
            param(
                ("skew", "skew a"),
                (Group::Data, true),
                Kind::Real { min: -1.0, max: 3.0, log: false },
                "How much rarer later features are: feature i is active in proportion to i^-(1 + a).",
                field!(part skew),
            ),
        ),
        param(
            ("largest", "largest value"),
            (Group::Data, true),
            Kind::Real { min: 0.01, max: 100.0, log: true },
            "Values of active features are uniform up to this.",
            field!(part largest),
        ),
    ];
}

/// Why features cannot occur that way.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DistributionError {
    /// Sets that do not divide the features.
    #[error("set-size is {size} with {features} features; it must divide the number of features")]
    Sets {
        /// The set size asked for.
        size: u32,
        /// The features asked for.
        features: u32,
    },
    /// Features of one set that exclude each other cannot all be this frequent.
    #[error(
        "density goes up to {density} with anticorrelated sets of {size}; at most one in {size} features can be active at a time, so it must be at most {}",
        1.0 / f64::from(*size)
    )]
    Crowded {
        /// The largest density asked for.
        density: f64,
        /// The set size asked for.
        size: u32,
    },
    /// More features than can be drawn, unless by a power law.
    #[error(
        "features is {features}; more than {MAX_ALIKE} need features that occur by a power-law"
    )]
    Alike {
        /// The features asked for.
        features: u32,
    },
    /// A power law by which the first features would be active too often.
    #[error(
        "density is {density} with features by a power-law of skew {skew}; it must be at most {most}"
    )]
    Frequent {
        /// The density asked for.
        density: f64,
        /// The skew asked for.
        skew: f64,
        /// The largest density allowed.
        most: f64,
    },
}

impl Distribution {
    /// Whether so many features can be as frequent as the denser end of a range.
    ///
    /// # Errors
    /// A sentence that says what would be allowed.
    pub fn fit(&self, features: u32, density: Span) -> Result<(), DistributionError> {
        let Self { sets, set_size: size, skew, .. } = *self;
        if sets.has_sets() && !features.is_multiple_of(size) {
            return Err(DistributionError::Sets { size, features });
        }
        if features > self.most_features() {
            return Err(DistributionError::Alike { features });
        }
        let (density, most) = (density.from.max(density.to), self.most_frequent(features));
        match sets {
            Sets::Independent | Sets::Correlated => Ok(()),
            // Density 1/3 in sets of three may be written with any number of digits.
            Sets::Anticorrelated if density <= most * (1.0 + 1e-6) => Ok(()),
            Sets::Anticorrelated => Err(DistributionError::Crowded { density, size }),
            Sets::PowerLaw if density <= most => Ok(()),
            Sets::PowerLaw => Err(DistributionError::Frequent { density, skew, most }),
        }
    }

    /// Changes what does not fit, and as little as possible.
    pub fn repair(&mut self, features: &mut u32, density: &mut Span) {
        *features = self.most_features().min(*features);
        if self.sets.has_sets() && !features.is_multiple_of(self.set_size) {
            match (2..self.set_size).rev().find(|size| features.is_multiple_of(*size)) {
                Some(size) => self.set_size = size,
                None => self.sets = Sets::Independent,
            }
        }
        // Never below the range of densities: 1,024 features of any skew leave room for more.
        let most = self.most_frequent(*features);
        *density = Span::new(density.from.min(most), density.to.min(most));
    }

    /// Most features that there can be.
    fn most_features(&self) -> u32 {
        match self.sets {
            Sets::Independent | Sets::Correlated | Sets::Anticorrelated => MAX_ALIKE,
            // As many as can be marked.
            Sets::PowerLaw => 64 * Marks::WORDS,
        }
    }

    /// The largest mean density there is room for. A power law's first feature is zero now and
    /// then, and a sample has some 32 active ones at most.
    fn most_frequent(&self, features: u32) -> f64 {
        match self.sets {
            Sets::Independent | Sets::Correlated => 1.0,
            Sets::Anticorrelated => 1.0 / f64::from(self.set_size),
            Sets::PowerLaw => {
                let first = self.frequencies(features, 1.0)[0];
                (0.99 / first).min(MAX_ACTIVE / f64::from(features))
            }
        }
    }

    /// Probability of every feature at a mean density.
    pub fn frequencies(&self, features: u32, density: f64) -> Vec<f64> {
        let each = 1..=features;
        let relative: Vec<f64> = match self.sets {
            // Exactly the density, which no sum has rounded.
            Sets::Independent | Sets::Correlated | Sets::Anticorrelated => {
                return each.map(|_| density).collect();
            }
            Sets::PowerLaw => each.map(|i| f64::from(i).powf(-1.0 - self.skew)).collect(),
        };
        let scale = density * f64::from(features) / relative.iter().sum::<f64>();
        relative.into_iter().map(|p| p * scale).collect()
    }

    /// How samples of so many features are drawn at a density.
    pub fn law(&self, features: u32, density: f64) -> Law {
        let sets = self.sets;
        // Units of so many features, of which so many are active when the unit is.
        let (size, together, probability) = match sets {
            Sets::Independent => (1, 1, density),
            Sets::Correlated => (self.set_size, self.set_size, density),
            Sets::Anticorrelated => {
                (self.set_size, 1, (density * f64::from(self.set_size)).min(1.0))
            }
            Sets::PowerLaw => {
                // Rates at which features are picked, and of all together.
                let rates: Vec<f64> =
                    self.frequencies(features, density).iter().map(|p| -(-p).ln_1p()).collect();
                let rate: f64 = rates.iter().sum();
                return Law {
                    sets,
                    units: features,
                    size: 1,
                    nonzero: -(-rate).exp_m1(),
                    mean: f64::from(features) * density,
                    active: poisson(rate),
                    picks: Some(Binomial::of_weights(0, &rates)),
                };
            }
        };
        let units = features / size;
        Law {
            sets,
            units,
            size,
            // 1 - (1 - p)^n without losing the digits of a small p.
            nonzero: -(f64::from(units) * (-probability).ln_1p()).exp_m1(),
            mean: f64::from(units * together) * probability,
            active: Binomial::at_least(1, units, probability),
            picks: None,
        }
    }
}

/// A Poisson number, given that it is 1 or more.
fn poisson(rate: f64) -> Binomial {
    // As far as a word tells them apart, and of large rates a little further: some 350 at most.
    let terms = std::iter::successors(Some((1.0, 1.0)), |&(k, p)| {
        let next = p * rate / (k + 1.0);
        (k < rate || next > 1e-11 * rate.exp().min(1e30)).then_some((k + 1.0, next))
    });
    Binomial::of_weights(1, &terms.map(|(_, p)| p).collect::<Vec<_>>())
}

/// How samples are drawn at one density.
///
/// A sample is made of units: a feature each, or a set each. Units are active independently, with
/// one probability: a sample that is not zero has the number of its active units (an alias table)
/// and then these units, every choice as likely ([`Marks::choose`]).
///
/// Features that are unequally frequent, as by a power law, are drawn another way: as many picks as a Poisson number says,
/// given that there is one, each of feature `i` with a probability in proportion to
/// `-ln(1 - p_i)`. What is picked at all is then active independently, feature `i` with `p_i`.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// How features occur together.
    pub sets: Sets,
    /// Number of units.
    pub units: u32,
    /// Features a unit.
    pub size: u32,
    /// Probability that a sample has an active unit.
    pub nonzero: f64,
    /// Active features of a sample, on average.
    pub mean: f64,
    /// Number of active units of a sample that has any; of picks, where features follow a power law.
    pub active: Binomial,
    /// The feature that a pick is of, where features follow a power law.
    picks: Option<Binomial>,
}

impl Law {
    /// Words that a sample with so many active units takes of its stream.
    #[inline(always)]
    pub fn words(&self, count: u32) -> u32 {
        let values = match self.sets {
            Sets::Independent => count,
            Sets::Correlated => count * self.size,
            Sets::Anticorrelated => 2 * count,
            // A feature may be picked more than once, and has one value then.
            Sets::PowerLaw => return 1 + count + count.min(self.units),
        };
        1 + count.min(self.units - count) + values
    }

    /// Chooses `count` active units and visits their active features, ascending, with the words of
    /// their values. Takes words after the first of the sample's; marks have to be empty, and are
    /// left so.
    #[inline(always)]
    pub fn place(
        &self,
        count: u32,
        marks: &mut Marks,
        words: &mut impl Iterator<Item = u32>,
        mut visit: impl FnMut(u32, u32),
    ) {
        if let Some(picks) = &self.picks {
            for _ in 0..count {
                marks.mark(picks.draw(word(words)));
            }
            marks.drain(
                self.units,
                false,
                #[inline(always)]
                |unit| visit(unit, word(words)),
            );
            return;
        }
        marks.choose(
            self.units,
            count,
            words,
            #[inline(always)]
            |words, unit| match self.sets {
                Sets::Independent | Sets::PowerLaw => visit(unit, word(words)),
                Sets::Correlated => {
                    for i in 0..self.size {
                        visit(unit * self.size + i, word(words));
                    }
                }
                Sets::Anticorrelated => {
                    let which = unit * self.size + below(word(words), self.size);
                    visit(which, word(words));
                }
            },
        );
    }
}
