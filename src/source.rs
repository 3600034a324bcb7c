//! What a diagram can show: the run, what theory says, or another run to compare with.

/// What a diagram shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The models of the run.
    Trained,
    /// The best of a few fixed configurations.
    Ansatz,
    /// The best of all weights and biases.
    Optimum,
    /// The same pixels, trained by another protocol.
    Other,
    /// A run that was kept, by its number from 0.
    Kept(u8),
}

impl Source {
    /// Every source, in the order of the menus.
    pub const ALL: [Self; 7] = [
        Self::Trained,
        Self::Ansatz,
        Self::Optimum,
        Self::Other,
        Self::Kept(0),
        Self::Kept(1),
        Self::Kept(2),
    ];

    /// Its word in links.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trained => "trained",
            Self::Ansatz => "ansatz",
            Self::Optimum => "optimum",
            Self::Other => "other",
            Self::Kept(0) => "kept1",
            Self::Kept(1) => "kept2",
            Self::Kept(_) => "kept3",
        }
    }

    /// The source of a [`word`](Self::word).
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }

    /// The heading of its diagram, and its word in the names of files.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Trained => "trained",
            Self::Ansatz => "theory",
            Self::Optimum => "optimum",
            Self::Other => "compared",
            Self::Kept(_) => "kept",
        }
    }

    /// What to call it within a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trained => "the trained models",
            Self::Ansatz => "the closed-form theory",
            Self::Optimum => "the true optimum",
            Self::Other => "the other run",
            Self::Kept(_) => "the kept run",
        }
    }

    /// Whether its pixels are models that were trained.
    pub const fn is_trained(self) -> bool {
        matches!(self, Self::Trained | Self::Other | Self::Kept(_))
    }
}

/// The left diagram or the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The left one, usually the run.
    Left,
    /// The one beside it.
    Right,
}

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// Its word in ids.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// Its place in pairs.
    pub const fn index(self) -> usize {
        match self {
            Self::Left => 0,
            Self::Right => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_sources() {
        for source in Source::ALL {
            assert_eq!(Source::parse(source.word()), Some(source));
        }
        assert_eq!(Source::parse("oracle"), None);
    }
}
