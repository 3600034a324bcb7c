//! Event files: what is written is read back, and damage is noticed. The whole is read by
//! TensorBoard itself in `make interop`.
#![cfg(feature = "log")]

use files::events::{self, Events, histogram, scalar};
use files::projector::Projection;
use proptest::prelude::*;

fn log(scalars: &[(u32, f32)]) -> Vec<u8> {
    let mut bytes = vec![];
    let mut log = Events::new(&mut bytes, 1.5).unwrap();
    for &(step, value) in scalars {
        let spread = histogram("weights", [value, 0.0].into_iter());
        let values = [scalar("Loss/train", value)].into_iter().chain(spread).collect();
        log.add(f64::from(step), step, values).unwrap();
    }
    bytes
}

proptest! {
    #[test]
    fn events_are_read_back(scalars in proptest::collection::vec(any::<(u32, f32)>(), 0..20)) {
        let read = events::read(&log(&scalars)).unwrap();
        prop_assert_eq!(read.len(), scalars.len() + 1);
        for (event, (step, value)) in read[1..].iter().zip(scalars) {
            let values = &event.summary.as_ref().unwrap().values;
            prop_assert_eq!(event.step, i64::from(step));
            prop_assert_eq!(values[0].scalar.map(f32::to_bits), Some(value.to_bits()));
            let count = values[1].histogram.as_ref().unwrap().count;
            prop_assert_eq!(count, if value.is_finite() { 2.0 } else { 1.0 });
        }
    }

    #[test]
    fn a_changed_byte_is_noticed(at in any::<prop::sample::Index>(), change in 1u8..) {
        let mut bytes = log(&[(3, 0.5)]);
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert!(events::read(&bytes).is_err());
    }
}

#[test]
fn files_for_the_projector() {
    let points = vec![(vec![1.0, -2.5], vec!["0".into(), "0.9".into()])];
    let all = Projection { labels: vec!["feature", "importance"], points };
    assert_eq!(all.tensors(), "1\t-2.5\t0\n");
    assert_eq!(all.metadata(), "feature\timportance\n0\t0.9\n");
    assert!(Projection::config("features").contains("tensor_path: \"tensors.tsv\""));
    assert_eq!(events::file_name(5, "a host/b", 7), "events.out.tfevents.5.a-host-b.7.0");
}
