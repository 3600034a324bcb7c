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

    /// Steps that the next submission should hold; 0 where it should be less than one.
    pub fn steps(&self) -> u32 {
        let wanted = self.pace.steps();
        let one = u32::from(share(self.parts, wanted.into()) == self.parts);
        (wanted / self.parts).max(one)
    }

    /// How many of what is left of a step, of `all`, the next submission should hold.
    pub fn share(&self, left: u32, all: u32) -> u32 {
        let wanted = f64::from(self.pace.steps()) / f64::from(self.parts) * f64::from(all);
        share(left, wanted)
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

/// The first of pieces that are alike and about as large as wanted: a small one at the end would
/// leave the GPU without work while the CPU looks at what has been done.
fn share(left: u32, wanted: f64) -> u32 {
    let pieces = (f64::from(left) / wanted).round().max(1.0);
    (f64::from(left) / pieces).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn pieces_of_a_step_are_alike_and_about_as_large_as_wanted() {
        for all in [1u32, 7, 64, 16_384] {
            for wanted in [0.3, 1.0, 1.4, 5.0, 42.0, 6000.0, 10_000.0, 12_000.0, 1e6] {
                let (mut left, mut pieces) = (all, vec![]);
                while left > 0 {
                    pieces.push(share(left, wanted));
                    left -= pieces.last().expect("one was added");
                }
                let (least, most) = (pieces.iter().min(), pieces.iter().max());
                let (least, most) = (*least.expect("some"), *most.expect("some"));
                assert!(most - least <= 1, "{all} {wanted}: {pieces:?}");
                assert!(f64::from(most) <= (1.5 * wanted).ceil(), "{all} {wanted}: {pieces:?}");
            }
        }
    }
}
