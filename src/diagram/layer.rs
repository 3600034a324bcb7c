//! What a diagram's colours can stand for.

/// A way to colour a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Norm and superposition in one colour, as in the paper.
    #[default]
    Paper,
    /// Norm of the extra feature.
    Norm,
    /// Superposition of the extra feature.
    Superposition,
    /// The phase that weighs most.
    Phase,
    /// The loss.
    Loss,
    /// The loss over that of a reference, relative.
    Excess,
    /// The fraction of repeats in each phase.
    Basin,
    /// Whether a reference shows the same phase.
    Agreement,
    /// The norm minus that of a reference.
    NormDifference,
    /// The superposition minus that of a reference.
    SuperpositionDifference,
}

impl Layer {
    /// Every layer, in the order of the menu.
    pub const ALL: [Self; 10] = [
        Self::Paper,
        Self::Norm,
        Self::Superposition,
        Self::Phase,
        Self::Basin,
        Self::Loss,
        Self::Excess,
        Self::Agreement,
        Self::NormDifference,
        Self::SuperpositionDifference,
    ];

    /// The layer's word in links.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Norm => "norm",
            Self::Superposition => "superposition",
            Self::Phase => "phase",
            Self::Loss => "loss",
            Self::Excess => "excess",
            Self::Basin => "basin",
            Self::Agreement => "agreement",
            Self::NormDifference => "norm-difference",
            Self::SuperpositionDifference => "superposition-difference",
        }
    }

    /// The layer of a [`word`](Self::word).
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.word() == word)
    }

    /// Its name in the menu.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Paper => "as in the paper",
            Self::Norm => "norm",
            Self::Superposition => "superposition",
            Self::Phase => "phases",
            Self::Loss => "loss",
            Self::Excess => "excess loss",
            Self::Basin => "basins",
            Self::Agreement => "agreement",
            Self::NormDifference => "difference in norm",
            Self::SuperpositionDifference => "difference in superposition",
        }
    }

    /// One sentence for someone who sees the layer for the first time.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Paper => {
                "The paper's colours: paler where the extra feature is hardly represented, redder where it shares its direction with others."
            }
            Self::Norm => {
                "How strongly the extra feature is represented: the length of its weights."
            }
            Self::Superposition => {
                "How much the extra feature overlaps with the others: the sum of the squared projections on its direction."
            }
            Self::Phase => "What becomes of the extra feature, by name.",
            Self::Basin => {
                "Where the repeats end up: the phase colours mixed in proportion to the repeats in each."
            }
            Self::Loss => "What the model fails to reconstruct, on average over all inputs.",
            Self::Excess => "How far the loss lies above that of the reference, relative to it.",
            Self::NormDifference => {
                "The norm here minus the norm there: white where they are equal."
            }
            Self::SuperpositionDifference => {
                "The superposition here minus that there: white where they are equal."
            }
            Self::Agreement => "Where this diagram and the reference show the same phase.",
        }
    }

    /// Whether it compares the picture with a reference.
    pub const fn compares(self) -> bool {
        matches!(
            self,
            Self::Excess | Self::Agreement | Self::NormDifference | Self::SuperpositionDifference
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_layers() {
        for layer in Layer::ALL {
            assert_eq!(Layer::parse(layer.word()), Some(layer));
        }
        assert_eq!(Layer::parse("colours"), None);
    }
}
