//! The work under way on the GPU, and how much of it to hand over at a time.

use super::context::{Context, Submission};
use crate::EngineError;
use crate::pace::Pace;
use std::collections::VecDeque;
use std::time::Duration;
use web_time::Instant;

/// Time a submission should take.
const TARGET: Duration = Duration::from_millis(30);
/// Latency is taken to be at most this: Firefox may notice completion only every 100 ms.
const LONGEST_LATENCY: Duration = Duration::from_millis(100);
/// Submissions under way when a slice has been handed over: the GPU works on one while the next is
/// being prepared.
const UNDER_WAY: usize = 1;

/// Paces submissions. Work is measured in parts of a step, so that even one step of many models
/// can be spread over several submissions.
pub struct Flight {
    /// Parts a step is divided into.
    pub parts: u32,
    pace: Pace,
    under_way: VecDeque<(Submission, u32)>,
    last_done: Option<Instant>,
    /// Shortest time so far: what even next to nothing takes. Without it, pacing would answer
    /// latency with ever smaller submissions.
    latency: Duration,
    /// Parts and time, net of latency, of the last few submissions.
    recent: (u32, Duration),
}

impl Flight {
    /// Begins with the smallest submission there is.
    pub fn new(parts: u32) -> Self {
        Self {
            parts,
            pace: Pace::new(TARGET),
            under_way: VecDeque::new(),
            last_done: None,
            latency: LONGEST_LATENCY,
            recent: (0, Duration::ZERO),
        }
    }

    /// Parts of a step that the next submission should hold.
    pub fn wanted(&self) -> u32 {
        self.pace.steps()
    }

    /// Notes a submission of so many parts, and waits until few enough are under way.
    pub async fn add(
        &mut self,
        context: &Context,
        submission: Submission,
        parts: u32,
    ) -> Result<(), EngineError> {
        self.under_way.push_back((submission, parts));
        while self.under_way.len() > UNDER_WAY
            && let Some((oldest, parts)) = self.under_way.pop_front()
        {
            self.finish(context, oldest, parts).await?;
        }
        Ok(())
    }

    /// Waits for a submission and learns from the time it took.
    async fn finish(
        &mut self,
        context: &Context,
        submission: Submission,
        parts: u32,
    ) -> Result<(), EngineError> {
        // The GPU begins a submission when it has it and is done with the one before.
        let submitted = submission.submitted;
        let begun = self.last_done.map_or(submitted, |done| done.max(submitted));
        let done = submission.wait(context).await?;
        self.last_done = Some(done);
        let time = done.saturating_duration_since(begun);
        self.latency = self.latency.min(time);
        // Averaged, since two submissions may be reported together: one long, one in no time.
        self.recent = (self.recent.0 / 2 + parts, self.recent.1 / 2 + (time - self.latency));
        self.pace.took(self.recent.0, self.recent.1);
        Ok(())
    }
}
