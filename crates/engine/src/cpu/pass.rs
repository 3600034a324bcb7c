//! Passes: how some steps of more models than fit into a slice are cut into slices.
//!
//! A slice that took a step or two of every model would fetch all state from memory for next to no
//! work, where there is too much of it for the caches. So a slice trains some groups for many
//! steps, and a pass is as many slices as it takes until every group has taken these steps.

use std::ops::Range;

/// Most steps of a pass of several slices: with as many, fetching state no longer counts.
const ENOUGH: u64 = 32;
/// Slices a pass of more than one step should take at most. A pause waits for the end of the pass.
const SLICES: u64 = 16;

/// Steps that the first groups have taken already and the others are still to take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pass {
    /// Steps.
    pub steps: u32,
    /// Groups that have taken them.
    pub done: usize,
}

impl Pass {
    /// The next pass of so many groups, of at most `limit` steps. A slice has time for `fit` steps
    /// of one group each.
    pub fn new(fit: u32, groups: usize, limit: u32) -> Self {
        let (fit, groups) = (u64::from(fit), groups as u64);
        let steps = (SLICES * fit / groups).min(ENOUGH).max(fit / groups);
        Self { steps: steps.clamp(1, u64::from(limit).max(1)) as u32, done: 0 }
    }

    /// The groups of its next slice, at least one a thread.
    pub fn slice(&self, fit: u32, groups: usize, threads: usize) -> Range<usize> {
        let some = ((fit / self.steps) as usize).max(threads);
        self.done..groups.min(self.done + some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_long_enough_to_pay_and_short_enough_to_wait_for() {
        let steps = |fit, groups, limit| Pass::new(fit, groups, limit).steps;
        // Everything fits into a slice.
        assert_eq!(steps(10_000, 100, 1000), 100);
        assert_eq!(steps(10_000, 100, 30), 30);
        // Several slices.
        assert_eq!(steps(10_000, 1000, 1000), 32);
        assert_eq!(steps(10_000, 10_000, 1000), 16);
        // Not even a step in the time of all slices.
        assert_eq!(steps(10, 10_000, 1000), 1);
        assert_eq!(steps(1, 1, 0), 1);
    }

    #[test]
    fn slices_cover_the_groups() {
        let (mut pass, mut slices) = (Pass::new(100, 37, 1000), 0);
        while pass.done < 37 {
            let slice = pass.slice(100, 37, 2);
            assert!(slice.start == pass.done && slice.len() >= 2.min(37 - pass.done));
            assert!(slice.len() * pass.steps as usize <= 100);
            pass.done = slice.end;
            slices += 1;
        }
        assert_eq!((pass.steps, slices), (32, 13));
    }
}
