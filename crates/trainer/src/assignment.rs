//! Which worker has which models of a study. They are assigned in turns when a run begins; whoever
//! has done its part takes over models of whoever has most left, so that cores of unlike speed
//! have work until the end.

use toy::Study;
use toy::study::cost::of_instances;
use wire::Shard;

/// Seconds that an exchange must save: it costs some hundredths, of the worker that parts with
/// models and of the page, which passes them on.
const WORTH: f64 = 0.1;
/// Most parameters exchanged at once, which are 3 MB with their moments: more would hold the page
/// up for longer than a frame.
const MOST: usize = 1 << 18;

/// What one worker has.
#[derive(Clone, Debug, Default, PartialEq)]
struct Load {
    /// Models it trains.
    models: Vec<u32>,
    /// Steps they have taken.
    step: u32,
    /// Seconds it has trained for, and the cost of what it has trained in that time.
    seconds: f64,
    work: f64,
    done: bool,
    /// The idle worker that waits for models of this one.
    awaited: Option<usize>,
}

impl Load {
    fn speed(&self) -> Option<f64> {
        (self.work > 0.0 && self.seconds > 0.0).then(|| self.work / self.seconds)
    }
}

/// The models of a run and who has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Assignment {
    workers: Vec<Load>,
    steps: u32,
    repeats: u32,
    /// Cost of a step of a model of each instance.
    costs: Vec<f64>,
    /// Most models exchanged at once.
    most: usize,
}

impl Assignment {
    /// Assigns the models of a study to so many workers.
    pub fn new(study: &Study, workers: usize) -> Self {
        let load = |first| {
            let shard = Shard { first, stride: workers as u32 };
            Load { models: shard.of(study.models() as u32), ..Load::default() }
        };
        Self {
            workers: (0..workers as u32).map(load).collect(),
            steps: study.steps,
            repeats: study.repeats.max(1),
            // Alone there is nobody to exchange models with.
            costs: if workers > 1 { of_instances(study) } else { vec![] },
            most: (MOST / study.parameters()).max(1),
        }
    }

    /// Assigns to each worker the models of a study that a checkpoint of it holds, at its step.
    pub fn of<'a>(study: &Study, shares: impl ExactSizeIterator<Item = (&'a [u32], u32)>) -> Self {
        let mut assignment = Self::new(study, shares.len());
        for (load, (models, step)) in assignment.workers.iter_mut().zip(shares) {
            (load.models, load.step) = (models.to_vec(), step);
        }
        assignment
    }

    /// Notes how far a worker is.
    pub fn progress(&mut self, worker: usize, step: u32, seconds: f64) {
        let cost = self.workers.get(worker).map_or(0.0, |load| self.cost(&load.models));
        if let Some(load) = self.workers.get_mut(worker) {
            // What was said before models were taken over comes with the time of then.
            if seconds > load.seconds {
                load.work += cost * f64::from(step.saturating_sub(load.step));
                (load.step, load.seconds) = (step, seconds);
            }
        }
    }

    /// Notes that a worker's models are done.
    pub fn done(&mut self, worker: usize) {
        if let Some(load) = self.workers.get_mut(worker) {
            load.done = true;
        }
    }

    /// Whom to ask for which models, if anybody is idle and it is worth it.
    pub fn exchange(&mut self) -> Option<(usize, Vec<u32>)> {
        let all = || self.workers.iter().enumerate();
        let idle = |&worker: &usize| {
            self.workers[worker].done && all().all(|(_, load)| load.awaited != Some(worker))
        };
        let speed = |&worker: &usize| self.workers[worker].speed().unwrap_or_default();
        let taker =
            (0..self.workers.len()).filter(idle).max_by(|a, b| speed(a).total_cmp(&speed(b)))?;
        let (saved, giver, models) = all()
            .filter(|(_, load)| !load.done && load.awaited.is_none())
            .filter_map(|(giver, load)| {
                let (saved, models) = self.part(load, &self.workers[taker])?;
                Some((saved, giver, models))
            })
            .max_by(|(a, ..), (b, ..)| a.total_cmp(b))?;
        if saved < WORTH {
            return None;
        }
        self.workers[giver].awaited = Some(taker);
        Some((giver, models))
    }

    /// Which models one should take over of another, and the seconds that saves: the costliest
    /// first, each goes where it is done sooner. The cheapest stays.
    fn part(&self, giver: &Load, taker: &Load) -> Option<(f64, Vec<u32>)> {
        let (slow, fast) = (giver.speed()?, taker.speed()?);
        let mut models = giver.models.clone();
        let cost = |model: &u32| self.cost(&[*model]);
        // Density goes one way from instance to instance, and cost with it.
        if models.first().map(cost) < models.last().map(cost) {
            models.reverse();
        }
        let cheapest = models.pop()?;
        let (mut kept, mut given, mut part) = (cost(&cheapest), 0.0, vec![]);
        for model in models {
            let cost = cost(&model);
            if part.len() < self.most && (given + cost) / fast < (kept + cost) / slow {
                given += cost;
                part.push(model);
            } else {
                kept += cost;
            }
        }
        let saved = (kept + given) / slow - (kept / slow).max(given / fast);
        Some((saved * f64::from(self.steps.saturating_sub(giver.step)), part))
    }

    /// Notes what a worker has parted with at a step; gives the worker that takes it over, unless
    /// that is nothing.
    pub fn given(&mut self, giver: usize, step: u32, models: &[u32]) -> Option<usize> {
        let load = self.workers.get_mut(giver)?;
        let taker = load.awaited.take()?;
        load.models.retain(|model| !models.contains(model));
        let load = self.workers.get_mut(taker).filter(|_| !models.is_empty())?;
        (load.models, load.step, load.done) = (models.to_vec(), step, false);
        Some(taker)
    }

    /// Cost of a step of these models.
    fn cost(&self, models: &[u32]) -> f64 {
        let one = |model: &u32| self.costs.get((model / self.repeats) as usize);
        models.iter().filter_map(one).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::Spec;

    /// What each of some workers does, on a clock of hundredths of a second.
    struct Model {
        assignment: Assignment,
        speeds: Vec<f64>,
        /// Models and steps taken.
        loads: Vec<(Vec<u32>, f64)>,
        seconds: Vec<f64>,
        exchanges: usize,
    }

    impl Model {
        /// Workers of these speeds, which together would take `seconds` if none ever waited.
        fn new(study: &Study, speeds: &[f64], seconds: f64) -> Self {
            let assignment = Assignment::new(study, speeds.len());
            let whole = assignment.cost(&(0..study.models() as u32).collect::<Vec<_>>());
            let unit = whole * f64::from(study.steps) / seconds / speeds.iter().sum::<f64>();
            Self {
                loads: assignment.workers.iter().map(|load| (load.models.clone(), 0.0)).collect(),
                seconds: vec![0.0; speeds.len()],
                speeds: speeds.iter().map(|speed| speed * unit).collect(),
                exchanges: 0,
                assignment,
            }
        }

        /// Time after which all is done.
        fn run(mut self, study: &Study) -> (f64, usize) {
            let steps = f64::from(study.steps);
            let mut trained = vec![0.0; study.models() as usize];
            let mut time = 0.0;
            while self.loads.iter().any(|(_, step)| *step < steps) {
                time += 0.01;
                for (w, (models, step)) in self.loads.iter_mut().enumerate() {
                    if *step >= steps {
                        continue;
                    }
                    let taken =
                        (0.01 * self.speeds[w] / self.assignment.cost(models)).min(steps - *step);
                    *step += taken;
                    self.seconds[w] += 0.01;
                    models.iter().for_each(|&model| trained[model as usize] += taken);
                    self.assignment.progress(w, *step as u32, self.seconds[w]);
                    if *step >= steps {
                        self.assignment.done(w);
                    }
                }
                while let Some((giver, part)) = self.assignment.exchange() {
                    let step = self.loads[giver].1;
                    self.loads[giver].0.retain(|model| !part.contains(model));
                    assert!(!self.loads[giver].0.is_empty() && !part.is_empty());
                    let taker = self.assignment.given(giver, step as u32, &part).unwrap();
                    assert!(self.loads[taker].1 >= steps, "{taker} is not idle");
                    self.loads[taker] = (part, step);
                    self.exchanges += 1;
                }
            }
            assert!(trained.iter().all(|&taken| (taken - steps).abs() < 1e-6), "{trained:?}");
            (time, self.exchanges)
        }
    }

    fn study(name: &str, instances: u32, repeats: u32) -> Study {
        Study { instances, repeats, ..(Study::preset(name).unwrap().spec)() }
    }

    /// Whoever is fast works on until the end; whoever is not faster is left alone.
    #[test]
    fn cores_of_unlike_speed_are_done_at_about_the_same_time() {
        let study = study("eighty-in-twenty", 7, 9);
        for speeds in [&[1.0, 0.8][..], &[1.0, 0.2], &[1.0, 1.0, 0.3, 0.3], &[0.1, 1.0, 1.0]] {
            let (time, exchanges) = Model::new(&study, speeds, 10.0).run(&study);
            assert!(time < 10.5, "{speeds:?}: {time}");
            assert!((1..20).contains(&exchanges), "{speeds:?}: {exchanges}");
        }
        let (time, exchanges) = Model::new(&study, &[1.0, 1.0], 1.0).run(&study);
        assert!(time < 1.1 && exchanges <= 2, "{time} {exchanges}");
    }

    /// Three alike for two: when one is done, the other is half through two.
    #[test]
    fn an_odd_model_is_loaded_over() {
        let study = study("five-in-two", 1, 3);
        let (time, exchanges) = Model::new(&study, &[1.0, 1.0], 3.0).run(&study);
        assert!((time - 3.0).abs() < 0.05 && exchanges == 1, "{time} {exchanges}");
    }

    #[test]
    fn costly_models_go_where_they_are_done_sooner() {
        let assignment = Assignment {
            steps: 100,
            repeats: 1,
            costs: vec![8., 4., 4., 2., 1.],
            most: 9,
            ..Assignment::default()
        };
        let load = |models: &[u32], speed| Load {
            models: models.to_vec(),
            seconds: 1.0,
            work: speed,
            ..Load::default()
        };
        let part = |models, slow, fast| assignment.part(&load(models, slow), &load(&[], fast));
        // Of 19, nine stay.
        assert_eq!(part(&[0, 1, 2, 3, 4], 64.0, 64.0), Some((9.0 * 100.0 / 64.0, vec![0, 3])));
        // The taker is three times as fast.
        assert_eq!(part(&[0, 1, 2, 3, 4], 64.0, 192.0), Some((14.0 * 100.0 / 64.0, vec![0, 1, 3])));
        assert_eq!(part(&[0], 64.0, 192.0), Some((0.0, vec![])), "the last one stays");
        assert_eq!(part(&[0, 1], 0.0, 192.0), None, "nothing is known of its speed");
        let mut assignment = assignment;
        assignment.costs.reverse();
        let part = assignment.part(&load(&[0, 1, 2, 3, 4], 64.0), &load(&[], 64.0));
        assert_eq!(part, Some((9.0 * 100.0 / 64.0, vec![4, 1])), "the other way round");
        let few = Assignment { most: 1, ..assignment };
        let (_, models) = few.part(&load(&[1, 2, 3, 4], 1.0), &load(&[], 9.0)).unwrap();
        assert_eq!(models.len(), 1);
    }

    #[test]
    fn nothing_is_asked_for_twice_and_what_was_done_already_is_not_taken() {
        let study = study("five-in-two", 1, 8);
        let mut assignment = Assignment::new(&study, 3);
        assert_eq!(assignment.exchange(), None);
        for (worker, step) in [(0, study.steps / 2), (1, study.steps), (2, study.steps / 2)] {
            assignment.progress(worker, step, 5.0);
        }
        assignment.done(1);
        let (giver, models) = assignment.exchange().unwrap();
        assert_eq!(giver, 0);
        assert_eq!(
            assignment.exchange(),
            None,
            "one that waits for models does not ask for others"
        );
        assignment.progress(2, study.steps, 5.5);
        assignment.done(2);
        assert_eq!(
            assignment.exchange(),
            None,
            "one that parts with models is not asked for others"
        );
        // It was done when it heard of it.
        assert_eq!(assignment.given(0, study.steps, &[]), None);
        assert_eq!(assignment.given(0, study.steps, &models), None, "nobody waits any more");
        assert_eq!(assignment.exchange(), Some((0, models.clone())));
        assert_eq!(assignment.given(0, 7_000, &models), Some(1));
        // Said before it took them: no work of its own.
        let before = assignment.workers[1].work;
        assignment.progress(1, study.steps, 5.0);
        assert_eq!((assignment.workers[1].work, assignment.workers[1].step), (before, 7_000));
        let third = assignment.exchange();
        assert!(third.is_some_and(|(_, part)| part.len() < models.len()), "now for the third");
    }
}
