//! Where a run stands, for a reader.

use wire::Kind;

/// Where a run stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The engine is being found.
    Loading,
    /// The run is being set up; shaders are compiled.
    Starting,
    /// Models take steps.
    Training,
    /// They wait.
    Paused,
    /// The run would take so many seconds and waits to be asked for.
    Asking(f64),
    /// A run of the same models was left at this part of the whole, 0 to 1, and can be gone on
    /// with.
    Offered(f64),
    /// The engine was lost; another is being found to go on with.
    Recovering,
    /// Every step has been taken.
    Done,
    /// It cannot go on; the sentence says why.
    Failed(String),
}

impl Stage {
    /// Whether a single step can be taken.
    pub fn steps(&self) -> bool {
        matches!(self, Self::Training | Self::Paused)
    }
}

/// Which engine runs and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Engine {
    /// GPU or CPU.
    pub kind: Kind,
    /// Name of the adapter or of the CPU's lanes.
    pub name: String,
    /// Why it was chosen, a sentence.
    pub reason: String,
    /// Workers that train.
    pub workers: usize,
}
