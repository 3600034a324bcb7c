//! What page and workers say to each other: requests down, reports up, as bytes that travel
//! between threads without being copied.

mod gauge;
mod job;
mod report;
mod request;

pub use gauge::{Gauge, digits};
pub use job::{BUSY_MODELS, CHOICES, Choice, Class, Job, JobError, Kind, Shard};
pub use report::{Cause, Report};
pub use request::{Own, OwnText, Parcel, Request};

use serde::{Deserialize, Serialize};

/// The step of a film's frame: `frames` of them are evenly spaced from 0 to the last step. `None`
/// for a frame there is not.
pub fn frame_step(frame: u32, frames: u32, steps: u32) -> Option<u32> {
    let last = u64::from(frames.checked_sub(1)?).max(1);
    (frame < frames).then(|| (u64::from(frame) * u64::from(steps) / last) as u32)
}

/// Bytes that are not a message, which only a bug can cause.
#[derive(Debug, thiserror::Error)]
#[error("page and worker do not understand each other ({0}); reload the page")]
pub struct Garbled(#[from] postcard::Error);

/// A message as bytes.
///
/// # Errors
/// Never for the messages of this crate.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, Garbled> {
    Ok(postcard::to_stdvec(message)?)
}

/// A message from bytes.
///
/// # Errors
/// When page and worker were built from different sources.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Garbled> {
    Ok(postcard::from_bytes(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::Study;
    use toy::study::train::Learner;
    use toy::study::{Snapshot, Wanted};

    #[test]
    fn frames_begin_at_the_start_and_end_at_the_end() {
        let all = |frames, steps| {
            (0..frames + 1).map(|f| frame_step(f, frames, steps)).collect::<Vec<_>>()
        };
        assert_eq!(all(5, 100), [Some(0), Some(25), Some(50), Some(75), Some(100), None]);
        assert_eq!(all(1, 100), [Some(0), None]);
        assert_eq!(all(0, 100), [None]);
        assert_eq!(frame_step(400, 401, 1_000_000), Some(1_000_000));
    }

    /// Messages travel whole.
    #[test]
    fn a_study_goes_there_and_back() {
        let request = Request::Start {
            run: 3,
            job: Study::default().into(),
            parts: vec![1, 3],
            kind: Kind::Cpu,
            paused: false,
            wanted: Wanted::WEIGHTS,
            frames: 7,
        };
        let bytes = encode(&request).unwrap_or_default();
        assert_eq!(decode::<Request>(&bytes).ok(), Some(request));
        let snapshots = vec![Snapshot { model: 5, curve: vec![1.0], ..Snapshot::default() }];
        let report = Report::Study { run: 3, step: 9, frame: None, snapshots };
        let bytes = encode(&report).unwrap_or_default();
        assert_eq!(decode::<Report>(&bytes).ok(), Some(report));
    }

    /// A message begins with a number of its kind; the browser tests count these
    /// (`e2e/studies.test.mjs`).
    #[test]
    fn kinds_have_the_numbers_that_browser_tests_count() {
        let parcel = || Parcel { run: 1, step: 2, learners: vec![] };
        let requests = [Request::Give { run: 1, models: vec![] }, Request::Take(parcel())];
        let kinds = requests.map(|request| encode(&request).unwrap_or_default()[0]);
        let given = encode(&Report::Given(parcel())).unwrap_or_default()[0];
        assert_eq!((kinds, given), ([15, 16], 9));
    }

    /// Not a bit of a model is lost on its way from one worker to another, of numbers that are none
    /// neither.
    #[test]
    fn models_under_way_travel_whole() {
        let study = Study { steps: 3, ..Study::default() };
        let mut learner = Learner::new(&study, 7);
        learner.state.second[1] = f32::MIN_POSITIVE / 2.0;
        learner.sums[2] = f32::from_bits(0x7fc0_1234);
        let bits = |learner: &Learner| {
            let Learner { state, sums, .. } = learner;
            let all = [&state.parameters, &state.first, &state.second, sums];
            all.map(|part| part.iter().map(|v| v.to_bits()).collect::<Vec<_>>())
        };
        let expected = bits(&learner);
        let report = Report::Given(Parcel { run: 3, step: 9, learners: vec![learner] });
        let bytes = encode(&report).unwrap_or_default();
        let Ok(Report::Given(parcel)) = decode(&bytes) else { panic!("not Given") };
        assert_eq!((parcel.run, parcel.step, parcel.learners[0].model), (3, 9, 7));
        let bytes = encode(&Request::Take(parcel)).unwrap_or_default();
        let Ok(Request::Take(Parcel { learners, .. })) = decode(&bytes) else { panic!("not Take") };
        assert_eq!(bits(&learners[0]), expected);
        let request = Request::Give { run: 3, models: vec![2, 5] };
        let bytes = encode(&request).unwrap_or_default();
        assert_eq!(decode::<Request>(&bytes).ok(), Some(request));
    }
}
