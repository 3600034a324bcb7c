//! The run of a diagram: what trains, how far it is and what it shows. Buttons and parameters come
//! in as calls, everything else reads the signals.

use crate::bar::toggle;
use crate::origin::Origin;
use crate::pixel::PixelView;
use crate::rescue;
use crate::shipped::{self, Shipped, stands_for};
use crate::training::{Event, KEEP, Training, cores, order_of};
use files::weights::Gathered;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use toy::Sweep;
use toy::load::Loaded;
use toy::phase::Thresholds;
use toy::picture::Picture;
use trainer::{Engine, Habits, Progress, Shown, Stage};
use wire::Choice;

/// A page that is still being dragged about is trained again when it has rested for so many
/// seconds.
const REST: f64 = 0.12;
/// Runs expected to be shorter than this, in seconds, follow every movement at once.
const CHEAP: f64 = 0.4;

/// What becomes of weights when all are there.
type Then = Box<dyn FnOnce(Gathered)>;

/// Weights that are coming in.
type Gathering = StoredValue<Option<(Option<Gathered>, Then)>, LocalStorage>;

/// The run, as signals; copies are handles to the same run.
#[derive(Clone, Copy)]
pub struct Run {
    /// Where it stands.
    pub stage: RwSignal<Stage>,
    /// The engine, once known.
    pub engine: RwSignal<Option<Engine>>,
    /// How far it is.
    pub progress: RwSignal<Progress>,
    /// What the picture is a picture of: the sweep of the last run that showed anything.
    pub shown: RwSignal<Sweep>,
    /// The empirical diagram.
    pub picture: RwSignal<Picture>,
    /// The repeats of the pixel looked at.
    pub pixel: RwSignal<Option<PixelView>>,
    /// Where the picture is from, unless it was trained.
    pub origin: RwSignal<Option<Origin>>,
    choice: RwSignal<Choice>,
    gathering: Gathering,
    /// What trains it.
    pub training: Training,
}

impl Run {
    /// A run that follows the sweep and the choice of engine from now on, while it is wanted.
    pub fn follow(
        sweep: RwSignal<Sweep>,
        choice: RwSignal<Choice>,
        thresholds: RwSignal<Thresholds>,
        wanted: Signal<bool>,
    ) -> Self {
        let first = sweep.get_untracked();
        let picture = RwSignal::new(Picture::of(&first));
        let (shown, pixel) = (RwSignal::new(first), RwSignal::new(None));
        let origin = RwSignal::new(None);
        let habits =
            Habits { cores: cores(), previews: true, rest: REST, cheap: CHEAP, keep: KEEP };
        // Once more outside of all signals, for when the page fails.
        let latest = Rc::new(RefCell::new((shown.get_untracked(), Picture::default())));
        let gathering = Gathering::new_local(None);
        let (waits, stale) = (RwSignal::new(false), StoredValue::new(false));
        let own = latest.clone();
        rescue::saves(move |link| own.try_borrow().ok().and_then(|own| document(&own, link)));
        let show = move |what: Shown| match what {
            Shown::Picture { sweep, picture: part } => {
                note(&mut latest.borrow_mut(), &sweep, &part);
                // Of the first steps of a run that was found to take long: its result is shown.
                let shipped = || {
                    origin.with_untracked(|o: &Option<Origin>| {
                        o.as_ref().is_some_and(Origin::is_shipped)
                    })
                };
                if waits.get_untracked() && shipped() {
                    return;
                }
                stale.set_value(true);
                place(picture, shown, origin, &sweep, &part);
            }
            Shown::Pixel { row, column, step, repeats } => {
                pixel.set(Some(PixelView { row, column, step, repeats }));
            }
            Shown::Weights { sweep, rows, parameters } => {
                if let Some((all, then)) = gather(gathering, &sweep, &rows, &parameters) {
                    then(all);
                }
            }
            // The old picture stays until the new run shows something.
            Shown::Begun { .. }
            | Shown::Models { .. }
            | Shown::Networks { .. }
            | Shown::Translations { .. }
            | Shown::Translated { .. } => {}
        };
        let training = Training::new(habits, show);
        Effect::watch(
            move || thresholds.get(),
            move |thresholds, _, _| training.tell(Event::Thresholds(*thresholds)),
            true,
        );
        Effect::new(move || {
            let order = wanted.get().then(|| order_of(sweep.get(), choice.get()));
            training.tell(Event::Order(order));
        });
        let Training { stage, engine, progress, redraw, .. } = training;
        Effect::new(move || {
            redraw.track();
            if stale.try_update_value(std::mem::take) == Some(true) {
                picture.notify();
            }
        });
        Effect::new(move || waits.set(shipped::waits(&stage.get())));
        let run = Self {
            stage,
            engine,
            progress,
            shown,
            picture,
            pixel,
            origin,
            choice,
            gathering,
            training,
        };
        run.look_up(sweep, wanted);
        run
    }

    /// Trains the sweep from step 0, however long it takes; or goes on with a run that waited for
    /// this word.
    pub fn train(self) {
        self.training.tell(Event::Train);
    }

    /// Takes one step and waits.
    pub fn step(self) {
        self.training.tell(Event::Step(1));
    }

    /// Goes back to step 0 and waits there.
    pub fn reset(self) {
        self.training.tell(Event::Reset);
    }

    /// Pauses what trains, goes on with what waits, trains what is done.
    pub fn toggle(self) {
        toggle(self.training);
    }

    /// Whether every step of what the form says was taken.
    pub fn is_complete(self) -> bool {
        self.training.is_complete()
    }

    /// Shows the repeats of a pixel from now on.
    pub fn inspect(self, pixel: Option<(u32, u32)>) {
        if pixel.is_none() {
            self.pixel.set(None);
        }
        self.training.tell(Event::Inspect(pixel));
    }

    /// Asks for the weights of all models as they are now; `then` is called when they are there.
    pub fn weights(self, then: impl FnOnce(Gathered) + 'static) {
        self.gathering.set_value(Some((None, Box::new(then))));
        self.training.tell(Event::Weights);
    }

    /// Shows what a file of this name holds; nothing trains until the form says something else.
    pub fn adopt(self, sweep: Sweep, picture: Picture, name: String) {
        let order = order_of(sweep.clone(), self.choice.get_untracked());
        self.training.tell(Event::Adopt(order));
        self.hold(sweep, picture, Some(Origin::File(name)));
    }

    /// While the run waits to be asked for, shows its result if one comes with the page.
    fn look_up(self, sweep: RwSignal<Sweep>, wanted: Signal<bool>) {
        let find = move || wanted.get().then(|| sweep.with(Shipped::diagram)).flatten();
        let show = move |found: Loaded, shipped| {
            self.hold(found.sweep, found.picture, Some(Origin::Shipped(shipped)));
        };
        shipped::follow(self.stage, find, Shipped::fetch_diagram, show);
    }

    /// Whether what is shown came with the page, and stands for a sweep.
    pub fn shows_shipped(self, asked: &Sweep) -> bool {
        let shipped = self.origin.with(|origin| origin.as_ref().is_some_and(Origin::is_shipped));
        shipped && self.shown.with(|shown| stands_for(shown, asked))
    }

    /// Shows what another run has found, or a file holds; nothing is trained for it.
    pub fn hold(self, sweep: Sweep, picture: Picture, origin: Option<Origin>) {
        self.pixel.set(None);
        self.origin.set(origin);
        self.picture.set(picture);
        self.shown.set(sweep);
    }
}

/// Takes in weights of some rows; returns all once they are there, and what becomes of them.
fn gather(
    gathering: Gathering,
    sweep: &Sweep,
    rows: &[u32],
    parameters: &[f32],
) -> Option<(Gathered, Then)> {
    let take = |waiting: &mut Option<_>| {
        let (all, _): &mut (Option<Gathered>, Then) = waiting.as_mut()?;
        // Of another run than before, nothing fits.
        let all = match all {
            Some(all) if all.sweep() == sweep => all,
            all => all.insert(Gathered::new(sweep)),
        };
        all.place(rows, parameters);
        let whole = all.is_whole();
        waiting.take_if(|_| whole)
    };
    let (all, then) = gathering.try_update_value(take).flatten()?;
    Some((all?, then))
}

/// Notes rows of a diagram.
fn note(latest: &mut (Sweep, Picture), sweep: &Sweep, part: &Picture) {
    let (of, picture) = latest;
    if of != sweep || picture.pixels() == 0 {
        (*of, *picture) = (sweep.clone(), Picture::of(sweep));
    }
    picture.place(part);
}

/// A diagram as a document, if there is any.
fn document((sweep, picture): &(Sweep, Picture), link: &str) -> Option<String> {
    (picture.pixels() > 0).then(|| {
        toy::json::write(&toy::json::Run {
            sweep,
            picture,
            diagram: "trained",
            engine: "",
            program: env!("CARGO_PKG_VERSION"),
            step: 0,
            link,
            thresholds: &Thresholds::DEFAULT,
            reference: None,
        })
    })
}

/// Puts rows into the diagram, which is drawn with [`Training::redraw`]. The old picture stays until
/// the new run shows something, and under its first rows when the two are of one size.
fn place(
    picture: RwSignal<Picture>,
    shown: RwSignal<Sweep>,
    origin: RwSignal<Option<Origin>>,
    sweep: &Sweep,
    part: &Picture,
) {
    let size = |sweep: &Sweep| (sweep.columns, sweep.rows, sweep.density, sweep.importance);
    let fits = origin.with_untracked(Option::is_none)
        && shown.with_untracked(|shown| size(shown) == size(sweep));
    let put = |picture: &mut Picture| {
        if !fits {
            *picture = Picture::of(sweep);
        }
        picture.place(part);
    };
    if fits {
        picture.update_untracked(put);
    } else {
        // With the sweep it is of.
        picture.update(put);
    }
    if origin.with_untracked(Option::is_some) {
        origin.set(None);
    }
    if shown.with_untracked(|shown| shown != sweep) {
        shown.set(sweep.clone());
    }
}
