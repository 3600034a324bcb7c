//! Everything that is set on the page, as signals. Controls, article and keys write them; the run,
//! the diagrams and the address follow.

use crate::address;
use crate::diagram::Layer;
use crate::diagram::axis::place;
use crate::kept::{SLOTS, Slot};
use crate::keys::{Keyed, Keys};
use crate::origin::Origin;
use crate::other::Other;
use crate::run::Run;
use crate::source::{Side, Source};
use crate::theory::{Theories, Wanted, has_ends, has_optimum};
use crate::undo::Past;
use crate::view::{self, Embed, View};
use leptos::prelude::*;
use toy::Sweep;
use toy::phase::Thresholds;
use toy::picture::Picture;
use toy::spec::{Spec, command};
use toy::sweep::Preset;
use trainer::Stage;
use wire::Choice;

/// The diagram's word among the views.
pub const DIAGRAM: &str = "";

/// The page's state; copies are handles to the same.
#[derive(Clone, Copy)]
pub struct State {
    /// What is to be trained: always valid.
    pub sweep: RwSignal<Sweep>,
    /// What the colours mean.
    pub layer: RwSignal<Layer>,
    /// What those of the right diagram mean, if not the same.
    pub beside: RwSignal<Option<Layer>>,
    /// What the diagrams show, left and right.
    pub sources: [RwSignal<Source>; 2],
    /// Which engine is asked for.
    pub choice: RwSignal<Choice>,
    /// How much of the page is shown.
    pub embed: Embed,
    /// The pixel under pointer or keyboard cursor: row, column.
    pub cursor: RwSignal<Option<(u32, u32)>>,
    /// The pixel kept in the inspector.
    pub pinned: RwSignal<Option<(u32, u32)>>,
    /// The pixel to show where the reader points at none: one in superposition.
    pub example: Memo<Option<(u32, u32)>>,
    /// Where phases end and begin.
    pub thresholds: RwSignal<Thresholds>,
    /// Whether lines between phases are drawn.
    pub show_curves: RwSignal<bool>,
    /// What the reader should know, such as what was wrong with a link.
    pub notices: RwSignal<Vec<String>>,
    /// Counts changes made elsewhere than in the form, whose fields then forget what was typed.
    pub outside: RwSignal<u32>,
    /// Sweeps to go back to.
    past: Past<Sweep>,
    /// The run.
    pub run: Run,
    /// The run that it can be compared with.
    pub other: Other,
    /// Runs that were kept.
    pub kept: [Slot; SLOTS],
    /// Theory.
    pub theories: Theories,
}

impl State {
    /// The state that a link describes.
    pub fn new(sweep: Sweep, view: View, notices: Vec<String>) -> Self {
        let sweep = RwSignal::new(sweep);
        let sources = view.sources.map(RwSignal::new);
        let shows = move |source: Source| sources.iter().any(|side| side.get() == source);
        let choice = RwSignal::new(view.choice);
        let thresholds = RwSignal::new(view.thresholds);
        let show_curves = RwSignal::new(true);
        let run = Run::follow(sweep, choice, thresholds, Signal::derive(|| true));
        let wanted = Signal::derive(move || shows(Source::Other));
        let other = Other::follow(view.protocol, sweep, choice, thresholds, wanted);
        let mut number = 0;
        let kept = view.kept.map(|sweep| {
            let own = Source::Kept(number);
            number += 1;
            Slot::follow(sweep, choice, thresholds, Signal::derive(move || shows(own)))
        });
        let (layer, beside) = (RwSignal::new(view.layer), RwSignal::new(view.beside));
        // Excess loss is measured from it.
        let wanted = Signal::derive(move || {
            let excess = layer.get() == Layer::Excess || beside.get() == Some(Layer::Excess);
            let asked = shows(Source::Optimum) || excess;
            asked && run.shown.with(has_optimum)
        });
        // Lines are wanted with any picture, but not so much that training should wait for them.
        let lines = Signal::derive(move || {
            let quiet = shows(Source::Optimum) || run.stage.get() == Stage::Done;
            quiet && show_curves.get() && run.shown.with(has_ends)
        });
        let wanted = Wanted { optimum: wanted, ends: lines };
        let state = Self {
            sweep,
            layer,
            beside,
            sources,
            choice,
            embed: view.embed,
            cursor: RwSignal::new(None),
            pinned: RwSignal::new(view.pinned),
            example: Memo::new(move |_| run.shown.with(example)),
            thresholds,
            show_curves,
            notices: RwSignal::new(notices),
            outside: RwSignal::new(0),
            past: Past::of(sweep.into()),
            run,
            other,
            kept,
            theories: Theories::follow(run.shown, thresholds, wanted),
        };
        state.keep_inside();
        Effect::new(move || {
            let pinned = state.pinned.get().or_else(|| state.cursor.get());
            let pixel = pinned.or_else(|| state.example.get().filter(|_| state.embed == Embed::No));
            run.inspect(pixel);
        });
        state
    }

    /// What is set besides the sweep.
    pub fn view(self) -> View {
        View {
            layer: self.layer.get(),
            beside: self.beside.get(),
            sources: self.sources.map(|side| side.get()),
            protocol: self.other.protocol.get(),
            kept: self.kept.map(|slot| slot.sweep.get()),
            choice: self.choice.get(),
            embed: self.embed,
            pinned: self.pinned.get(),
            thresholds: self.thresholds.get(),
        }
    }

    /// What the diagram on one side shows.
    pub fn source(self, side: Side) -> Source {
        self.sources[side.index()].get()
    }

    /// What the colours on one side mean.
    pub fn layer(self, side: Side) -> Layer {
        let own = if side == Side::Right { self.beside.get() } else { None };
        own.unwrap_or_else(|| self.layer.get())
    }

    /// Changes what the colours mean: on both sides, or on the right alone, which may also go back
    /// to those of the left.
    pub fn colour(self, side: Side, layer: Option<Layer>) {
        match (side, layer) {
            (Side::Right, layer) => self.beside.set(layer),
            (Side::Left, Some(layer)) => self.layer.set(layer),
            (Side::Left, None) => {}
        }
    }

    /// The same, for those who do not follow it.
    pub fn view_untracked(self) -> View {
        untrack(|| self.view())
    }

    /// The command line that trains the same.
    pub fn command(self) -> Signal<String> {
        Signal::derive(move || self.sweep.with(|sweep| command::line("sweep", sweep, None)))
    }

    /// The address of the whole page that shows what this one shows.
    pub fn share(self) -> String {
        let view = self.view_untracked().whole();
        self.sweep.with_untracked(|sweep| address::absolute(sweep, &view))
    }

    /// Keeps the browser's address up to date.
    pub fn keep_address(self) {
        address::keep(
            DIAGRAM,
            Memo::new(move |_| address::absolute(&self.sweep.get(), &self.view())),
        );
    }

    /// Sets a parameter from text, with the parameters that have to follow.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what is allowed; nothing has changed then.
    pub fn set(self, name: &str, text: &str) -> Result<(), String> {
        let mut sweep = self.sweep.get_untracked();
        sweep.set(name, text).map_err(|e| e.to_string())?;
        if name == "features" {
            sweep.hidden = sweep.hidden.min(sweep.features - 1);
        }
        sweep.validate().map_err(|e| e.to_string())?;
        if self.sweep.with_untracked(|before| *before != sweep) {
            self.sweep.set(sweep);
        }
        Ok(())
    }

    /// Sets the whole sweep, from elsewhere than the form.
    pub fn load(self, sweep: Sweep) {
        if self.sweep.with_untracked(|before| *before != sweep) {
            self.sweep.set(sweep);
        }
        self.outside.update(|count| *count += 1);
    }

    /// Goes to the state that a link describes, with its choice of engine.
    pub fn open(self, link: &str) {
        self.show(link);
        let (_, View { choice, .. }, _) = view::open(link);
        if self.choice.get_untracked() != choice {
            self.choice.set(choice);
        }
    }

    /// Goes to the state that a link describes; the choice of engine is the reader's.
    pub fn show(self, link: &str) {
        let (sweep, view, _) = view::open(link);
        self.load(sweep);
        self.layer.set(view.layer);
        self.beside.set(view.beside);
        self.other.train_by(&view.protocol);
        self.kept.iter().zip(view.kept).for_each(|(slot, sweep)| slot.show(sweep));
        for (side, source) in self.sources.iter().zip(view.sources) {
            side.set(source);
        }
        self.cursor.set(None);
        self.pinned.set(view.pinned);
        self.thresholds.set(view.thresholds);
    }

    /// The run whose models a source shows, if it shows models.
    pub fn run_of(self, source: Source) -> Option<Run> {
        match source {
            Source::Trained => Some(self.run),
            Source::Other => Some(self.other.run),
            Source::Kept(slot) => self.kept.get(usize::from(slot)).map(|slot| slot.run),
            Source::Ansatz | Source::Optimum => None,
        }
    }

    /// Whether the page has pixels to show in the place of the run, which waits to be asked for.
    pub fn shows_shipped(self) -> bool {
        self.sweep.with(|sweep| self.run.shows_shipped(sweep))
    }

    /// Keeps the run's pixels and puts them on the right, to compare the next run with them.
    pub fn keep_run(self) {
        let Run { shown, picture, origin, .. } = self.run;
        self.keep(shown.get_untracked(), picture.get_untracked(), origin.get_untracked());
    }

    /// Keeps pixels and puts them on the right; `origin` is where they are from, if they were not
    /// trained.
    pub fn keep(self, sweep: Sweep, picture: Picture, origin: Option<Origin>) {
        let slot = self.free_slot();
        self.kept[slot].keep(sweep, picture, origin);
        self.sources[Side::Right.index()].set(Source::Kept(slot as u8));
    }

    /// A slot to keep the next run in: an empty one, or else one that nobody looks at.
    pub fn free_slot(self) -> usize {
        let seen = self.sources.map(|side| side.get_untracked());
        let unseen = |slot: &usize| !seen.contains(&Source::Kept(*slot as u8));
        let empty = |slot: &usize| self.kept[*slot].sweep.with_untracked(Option::is_none);
        (0..SLOTS).find(empty).or_else(|| (0..SLOTS).find(unseen)).unwrap_or(0)
    }

    /// Sets a protocol, and keeps what is trained: the model.
    pub fn adopt(self, preset: &Preset) {
        self.load(self.sweep.with_untracked(|sweep| preset.for_model_of(sweep)));
    }

    /// Whether there is anything to undo.
    pub fn can_undo(self) -> bool {
        self.past.can_undo()
    }

    /// Goes back to the sweep before the last change.
    pub fn undo(self) {
        if let Some(sweep) = self.past.undo(&self.sweep.get_untracked()) {
            self.load(sweep);
        }
    }

    /// Lets go of pixels that a smaller diagram does not have.
    fn keep_inside(self) {
        let size = Memo::new(move |_| self.run.shown.with(|s| (s.rows, s.columns)));
        Effect::new(move || {
            let (rows, columns) = size.get();
            for pixel in [self.cursor, self.pinned] {
                let inside = |&(row, column): &(u32, u32)| row < rows && column < columns;
                if pixel.get_untracked().is_some_and(|p| !inside(&p)) {
                    pixel.set(None);
                }
            }
        });
    }
}

/// Keys of this page alone.
pub const KEYS: Keys = &[
    ("l", "next layer"),
    ("← ↑ ↓ →", "move the cursor, in a diagram"),
    ("Enter", "pin the pixel under the cursor, in a diagram"),
    ("Esc", "unpin; take back what was typed, in a control"),
];

impl Keyed for State {
    fn toggle(&self) {
        self.run.toggle();
    }

    fn step(&self) {
        self.run.step();
    }

    fn reset(&self) {
        self.run.reset();
    }

    fn undo(&self) {
        State::undo(*self);
    }

    fn own(&self, key: &str) -> bool {
        match key {
            "l" => self.layer.update(|layer| {
                let place = Layer::ALL.iter().position(|l| l == layer).unwrap_or_default();
                *layer = Layer::ALL[(place + 1) % Layer::ALL.len()];
            }),
            "Escape" => self.pinned.set(None),
            _ => return false,
        }
        true
    }
}

/// A pixel whose features are rare, and matter alike, if the diagram has one; else the middle one.
fn example(sweep: &Sweep) -> Option<(u32, u32)> {
    let Sweep { density, importance, columns, rows, .. } = *sweep;
    let near = |span, count: u32, value| {
        let at = place(span, count, value).floor();
        if (0.0..f64::from(count)).contains(&at) { at as u32 } else { count / 2 }
    };
    Some((near(density, rows, 0.1), near(importance, columns, 1.0)))
}

/// The preset whose protocol a sweep follows.
pub fn preset_of(sweep: &Sweep) -> Option<&'static Preset> {
    Sweep::PRESETS.iter().find(|preset| preset.for_model_of(sweep) == *sweep)
}
