//! Which worker has which models of a study. They are dealt out in turns when a run begins; whoever
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
#[derive(Clone, Default)]
struct Hand {
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

impl Hand {
    fn speed(&self) -> Option<f64> {
        (self.work > 0.0 && self.seconds > 0.0).then(|| self.work / self.seconds)
    }
}

/// The models of a run and who has them.
#[derive(Default)]
pub struct Deal {
    hands: Vec<Hand>,
    steps: u32,
    repeats: u32,
    /// Cost of a step of a model of each instance.
    costs: Vec<f64>,
    /// Most models exchanged at once.
    most: usize,
}

impl Deal {
    /// Deals a study out to so many workers.
    pub fn new(study: &Study, workers: usize) -> Self {
        let hand = |first| {
            let shard = Shard { first, stride: workers as u32 };
            Hand { models: shard.of(study.models() as u32), ..Hand::default() }
        };
        Self {
            hands: (0..workers as u32).map(hand).collect(),
            steps: study.steps,
            repeats: study.repeats.max(1),
            // Alone there is nobody to exchange models with.
            costs: if workers > 1 { of_instances(study) } else { vec![] },
            most: (MOST / study.parameters()).max(1),
        }
    }

    /// Notes how far a worker is.
    pub fn progress(&mut self, worker: usize, step: u32, seconds: f64) {
        let cost = self.hands.get(worker).map_or(0.0, |hand| self.cost(&hand.models));
        if let Some(hand) = self.hands.get_mut(worker) {
            // What was said before models were taken over comes with the time of then.
            if seconds > hand.seconds {
                hand.work += cost * f64::from(step.saturating_sub(hand.step));
                (hand.step, hand.seconds) = (step, seconds);
            }
        }
    }

    /// Notes that a worker's models are done.
    pub fn done(&mut self, worker: usize) {
        if let Some(hand) = self.hands.get_mut(worker) {
            hand.done = true;
        }
    }

    /// Whom to ask for which models, if anybody is idle and it is worth it.
    pub fn exchange(&mut self) -> Option<(usize, Vec<u32>)> {
        let all = || self.hands.iter().enumerate();
        let idle = |&worker: &usize| {
            self.hands[worker].done && all().all(|(_, hand)| hand.awaited != Some(worker))
        };
        let speed = |&worker: &usize| self.hands[worker].speed().unwrap_or_default();
        let taker =
            (0..self.hands.len()).filter(idle).max_by(|a, b| speed(a).total_cmp(&speed(b)))?;
        let (saved, giver, models) = all()
            .filter(|(_, hand)| !hand.done && hand.awaited.is_none())
            .filter_map(|(giver, hand)| {
                let (saved, models) = self.part(hand, &self.hands[taker])?;
                Some((saved, giver, models))
            })
            .max_by(|(a, ..), (b, ..)| a.total_cmp(b))?;
        if saved < WORTH {
            return None;
        }
        self.hands[giver].awaited = Some(taker);
        Some((giver, models))
    }

    /// Which models one should take over of another, and the seconds that saves: the costliest
    /// first, each goes where it is done sooner. The cheapest stays.
    fn part(&self, giver: &Hand, taker: &Hand) -> Option<(f64, Vec<u32>)> {
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
        let hand = self.hands.get_mut(giver)?;
        let taker = hand.awaited.take()?;
        hand.models.retain(|model| !models.contains(model));
        let hand = self.hands.get_mut(taker).filter(|_| !models.is_empty())?;
        (hand.models, hand.step, hand.done) = (models.to_vec(), step, false);
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
    struct Shop {
        deal: Deal,
        speeds: Vec<f64>,
        /// Models and steps taken.
        benches: Vec<(Vec<u32>, f64)>,
        seconds: Vec<f64>,
        exchanges: usize,
    }

    impl Shop {
        /// Workers of these speeds, which together would take `seconds` if none ever waited.
        fn new(study: &Study, speeds: &[f64], seconds: f64) -> Self {
            let deal = Deal::new(study, speeds.len());
            let whole = deal.cost(&(0..study.models() as u32).collect::<Vec<_>>());
            let unit = whole * f64::from(study.steps) / seconds / speeds.iter().sum::<f64>();
            Self {
                benches: deal.hands.iter().map(|hand| (hand.models.clone(), 0.0)).collect(),
                seconds: vec![0.0; speeds.len()],
                speeds: speeds.iter().map(|speed| speed * unit).collect(),
                exchanges: 0,
                deal,
            }
        }

        /// Time after which all is done.
        fn run(mut self, study: &Study) -> (f64, usize) {
            let steps = f64::from(study.steps);
            let mut trained = vec![0.0; study.models() as usize];
            let mut time = 0.0;
            while self.benches.iter().any(|(_, step)| *step < steps) {
                time += 0.01;
                for (w, (models, step)) in self.benches.iter_mut().enumerate() {
                    if *step >= steps {
                        continue;
                    }
                    let taken = (0.01 * self.speeds[w] / self.deal.cost(models)).min(steps - *step);
                    *step += taken;
                    self.seconds[w] += 0.01;
                    models.iter().for_each(|&model| trained[model as usize] += taken);
                    self.deal.progress(w, *step as u32, self.seconds[w]);
                    if *step >= steps {
                        self.deal.done(w);
                    }
                }
                while let Some((giver, part)) = self.deal.exchange() {
                    let step = self.benches[giver].1;
                    self.benches[giver].0.retain(|model| !part.contains(model));
                    assert!(!self.benches[giver].0.is_empty() && !part.is_empty());
                    let taker = self.deal.given(giver, step as u32, &part).unwrap();
                    assert!(self.benches[taker].1 >= steps, "{taker} is not idle");
                    self.benches[taker] = (part, step);
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
            let (time, exchanges) = Shop::new(&study, speeds, 10.0).run(&study);
            assert!(time < 10.5, "{speeds:?}: {time}");
            assert!((1..20).contains(&exchanges), "{speeds:?}: {exchanges}");
        }
        let (time, exchanges) = Shop::new(&study, &[1.0, 1.0], 1.0).run(&study);
        assert!(time < 1.1 && exchanges <= 2, "{time} {exchanges}");
    }

    /// Three alike for two: when one is done, the other is half through two.
    #[test]
    fn an_odd_model_is_handed_over() {
        let study = study("five-in-two", 1, 3);
        let (time, exchanges) = Shop::new(&study, &[1.0, 1.0], 3.0).run(&study);
        assert!((time - 3.0).abs() < 0.05 && exchanges == 1, "{time} {exchanges}");
    }

    #[test]
    fn costly_models_go_where_they_are_done_sooner() {
        let deal = Deal {
            steps: 100,
            repeats: 1,
            costs: vec![8., 4., 4., 2., 1.],
            most: 9,
            ..Deal::default()
        };
        let hand = |models: &[u32], speed| Hand {
            models: models.to_vec(),
            seconds: 1.0,
            work: speed,
            ..Hand::default()
        };
        let part = |models, slow, fast| deal.part(&hand(models, slow), &hand(&[], fast));
        // Of 19, nine stay.
        assert_eq!(part(&[0, 1, 2, 3, 4], 64.0, 64.0), Some((9.0 * 100.0 / 64.0, vec![0, 3])));
        // The taker is three times as fast.
        assert_eq!(part(&[0, 1, 2, 3, 4], 64.0, 192.0), Some((14.0 * 100.0 / 64.0, vec![0, 1, 3])));
        assert_eq!(part(&[0], 64.0, 192.0), Some((0.0, vec![])), "the last one stays");
        assert_eq!(part(&[0, 1], 0.0, 192.0), None, "nothing is known of its speed");
        let mut deal = deal;
        deal.costs.reverse();
        let part = deal.part(&hand(&[0, 1, 2, 3, 4], 64.0), &hand(&[], 64.0));
        assert_eq!(part, Some((9.0 * 100.0 / 64.0, vec![4, 1])), "the other way round");
        let few = Deal { most: 1, ..deal };
        let (_, models) = few.part(&hand(&[1, 2, 3, 4], 1.0), &hand(&[], 9.0)).unwrap();
        assert_eq!(models.len(), 1);
    }

    #[test]
    fn nothing_is_asked_for_twice_and_what_was_done_already_is_not_taken() {
        let study = study("five-in-two", 1, 8);
        let mut deal = Deal::new(&study, 3);
        assert_eq!(deal.exchange(), None);
        for (worker, step) in [(0, study.steps / 2), (1, study.steps), (2, study.steps / 2)] {
            deal.progress(worker, step, 5.0);
        }
        deal.done(1);
        let (giver, models) = deal.exchange().unwrap();
        assert_eq!(giver, 0);
        assert_eq!(deal.exchange(), None, "one that waits for models does not ask for others");
        deal.progress(2, study.steps, 5.5);
        deal.done(2);
        assert_eq!(deal.exchange(), None, "one that parts with models is not asked for others");
        // It was done when it heard of it.
        assert_eq!(deal.given(0, study.steps, &[]), None);
        assert_eq!(deal.given(0, study.steps, &models), None, "nobody waits any more");
        assert_eq!(deal.exchange(), Some((0, models.clone())));
        assert_eq!(deal.given(0, 7_000, &models), Some(1));
        // Said before it took them: no work of its own.
        let before = deal.hands[1].work;
        deal.progress(1, study.steps, 5.0);
        assert_eq!((deal.hands[1].work, deal.hands[1].step), (before, 7_000));
        let third = deal.exchange();
        assert!(third.is_some_and(|(_, part)| part.len() < models.len()), "now for the third");
    }
}
