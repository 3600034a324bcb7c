//! A model whose course over many steps the CPU does not find, looked at step by step.
//!
//! Over many steps, training can make anything of a difference in the last place. Adam leaves an
//! equilibrium of its own accord once second moments have decayed far enough (a step grows with
//! `1 / sqrt(v)`), at a moment that noise decides: one machine may still rest where its gradients
//! are exactly zero, while another's rounding has long pushed it off, and no state nearby shows it.
//! Over a single step there is no such thing. So the device takes the model once more from the same
//! state, a step at a time, the CPU takes each of these steps from where the device began it, and
//! in the end the device has to arrive where it did the first time.

use super::judge::{NEAR, WIDER, misfit};
use crate::EngineError;
use toy::train::Model;

/// What a right device could not have done on the way from one recorded state, after so many
/// steps, to another: a part of a sentence, or nothing.
///
/// `device` takes a step from a state; `cpu` takes it from states at this distance, the given one
/// first.
///
/// # Errors
/// When the GPU is lost.
pub(super) async fn fault(
    before: &(u32, Model<f32>),
    after: &(u32, Model<f32>),
    mut device: impl AsyncFnMut(&Model<f32>, u32) -> Result<Model<f32>, EngineError>,
    cpu: impl Fn(&Model<f32>, f64, u32) -> Vec<Model<f32>>,
) -> Result<Option<Fault>, EngineError> {
    let mut state = before.1.clone();
    for step in before.0..after.0 {
        let next = device(&state, step).await?;
        let look = |distance| misfit(&next, &cpu(&state, distance, step));
        let mut misfit = look(NEAR);
        if !misfit.is_rounding() {
            // A sample on an edge may count or not, which takes more distance to show.
            misfit = look(WIDER);
        }
        if !misfit.is_rounding() {
            return Ok(Some(Fault { step: step + 1, what: misfit.beside("the CPU finds") }));
        }
        state = next;
    }
    let apart = misfit(&after.1, &[state]);
    let again = "the GPU itself, asked again a step at a time, finds";
    Ok((!apart.is_rounding()).then(|| Fault { step: after.0, what: apart.beside(again) }))
}

/// What a device has done wrong.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    /// Steps taken by then.
    pub step: u32,
    /// A number it has, and what it should be.
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::judge::nearby;
    use pollster::block_on;

    fn model(x: f32) -> Model<f32> {
        Model { parameters: vec![x; 2], first: vec![x / 8.0; 2], second: vec![x * x; 2] }
    }

    fn doubled(from: &Model<f32>) -> Model<f32> {
        model(2.0 * from.parameters[0])
    }

    /// What is found where steps double a model's numbers, and the device takes them like this and
    /// ends here.
    fn found(device: impl Fn(&Model<f32>, u32) -> Model<f32>, end: f32) -> Option<(u32, String)> {
        let device = async |from: &Model<f32>, step| Ok(device(from, step));
        let cpu = |from: &Model<f32>, distance: f64, _| {
            (0..3).map(|k| doubled(&nearby(from, distance, k))).collect::<Vec<_>>()
        };
        let found = block_on(fault(&(40, model(1.0)), &(50, model(end)), device, cpu));
        found.expect("no GPU to lose").map(|Fault { step, what }| (step, what))
    }

    #[test]
    fn every_step_counts_and_so_does_where_they_lead() {
        assert_eq!(found(|from, _| doubled(from), 1024.0), None);
        // Over ten steps a difference in the last place grows by a thousand: nothing is wrong.
        let nudged = |from: &Model<f32>, _| model(doubled(from).parameters[0].next_up());
        let end = (0..10).fold(model(1.0), |from, step| nudged(&from, step)).parameters[0];
        assert_eq!(found(nudged, end), None);
        let lazy = |from: &Model<f32>, step| if step == 47 { from.clone() } else { doubled(from) };
        let (step, what) = found(lazy, 512.0).expect("a step left out");
        assert_eq!(step, 48);
        assert_eq!(what, "a parameter is 1.28e2 where the CPU finds 2.56e2");
        // Right when it is asked again, and wrong the first time.
        let (step, what) = found(|from, _| doubled(from), 512.0).expect("another end");
        assert_eq!(step, 50);
        assert!(what.starts_with("a parameter is 5.12e2 where the GPU itself"), "{what}");
    }
}
