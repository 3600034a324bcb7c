//! The two diagrams beside each other: what each shows, in which colours, and what it is compared
//! with.

use crate::bring::Files;
use crate::diagram::{Curve, Diagram, Layer, curve};
use crate::origin::Origin;
use crate::other::Other;
use crate::run::Run;
use crate::shipped;
use crate::source::{Side, Source};
use crate::source_menu::{Menu, OtherNote};
use crate::state::State;
use crate::theory::has_optimum;
use leptos::prelude::*;
use toy::picture::Picture;
use toy::{Spec, Sweep};

/// One of the two diagrams, as signals.
#[derive(Clone, Copy)]
pub struct Panel {
    /// What it shows.
    pub source: Signal<Source>,
    /// In which colours.
    pub layer: Signal<Layer>,
    /// Whose pixels they are.
    pub sweep: Signal<Sweep>,
    /// The pixels.
    pub picture: Memo<Picture>,
    /// Whether its pixels stand for the same densities and importances as those on the other side.
    alike: Memo<bool>,
    /// Lines over it.
    pub curves: Memo<Vec<Curve>>,
    /// What excess and agreement are measured against.
    pub reference: Memo<Option<Picture>>,
    /// What to call that within a sentence.
    pub reference_name: Memo<&'static str>,
}

/// What all pairs of diagrams, above and beside the article, have in common.
#[derive(Clone, Copy)]
pub struct Panels {
    /// Left and right.
    pub sides: [Panel; 2],
}

impl Panels {
    /// The panels of this state.
    pub fn of(state: State) -> Self {
        let theories = state.theories;
        let pictures = Side::BOTH.map(|side| {
            Memo::new(move |_| match state.source(side) {
                Source::Trained => state.run.picture.get(),
                // What it showed before is another protocol's.
                Source::Other if waits(state.other.run) && !ships(state.other) => {
                    Picture::default()
                }
                Source::Other => state.other.run.picture.get(),
                Source::Kept(_) => state
                    .run_of(state.source(side))
                    .map_or_else(Picture::default, |r| r.picture.get()),
                Source::Ansatz => theories.ansatz.get(),
                Source::Optimum => theories.optimum.get().unwrap_or_default(),
            })
        });
        let shown = move |side: Side| match state.run_of(state.source(side)) {
            Some(run) => run.shown.get(),
            None => state.run.shown.get(),
        };
        let panel = |side: Side| {
            let alike = Memo::new(move |_| {
                let axes = |s: Sweep| (s.importance, s.density, s.columns, s.rows);
                axes(shown(side)) == axes(shown(side.other()))
            });
            let opposite = pictures[side.other().index()];
            // Excess is over the least loss there is, if known; the rest is between the two.
            let floor = Memo::new(move |_| state.layer(side) == Layer::Excess);
            let reference = Memo::new(move |_| {
                match floor.get() {
                    true => Some(theories.optimum.get().unwrap_or_else(|| theories.ansatz.get())),
                    // Pixels of other densities and importances are nothing to compare with.
                    false => alike.get().then(|| opposite.get()),
                }
            });
            let reference_name = Memo::new(move |_| {
                let known = theories.optimum.with(Option::is_some);
                let source = match floor.get() {
                    true if known => Source::Optimum,
                    true => Source::Ansatz,
                    false => state.source(side.other()),
                };
                source.name()
            });
            Panel {
                source: Signal::derive(move || state.source(side)),
                layer: Signal::derive(move || state.layer(side)),
                sweep: Signal::derive(move || shown(side)),
                alike,
                curves: Memo::new(move |_| {
                    let model = |s: &Sweep| (s.features, s.hidden, s.bias);
                    let own = shown(side);
                    let mut curves = curve::ansatz(&own);
                    // What was kept may be of another model.
                    if state.run.shown.with(model) == model(&own) {
                        curves.extend(theories.ends.with(|ends| curve::exact(ends)));
                    }
                    curves
                }),
                picture: pictures[side.index()],
                reference,
                reference_name,
            }
        };
        Self { sides: Side::BOTH.map(panel) }
    }

    /// One of the two.
    pub const fn side(&self, side: Side) -> Panel {
        self.sides[side.index()]
    }

    /// Fraction of the pixels in which the two agree; nothing if they show the same.
    pub fn agreement(&self) -> Option<f64> {
        let [left, right] = self.sides;
        let differ = left.source.get() != right.source.get() && left.alike.get();
        let fraction = || left.picture.with(|l| right.picture.with(|r| l.agreeing_fraction(r)));
        differ.then(fraction).flatten()
    }
}

/// A diagram with the menu of what it shows.
#[component]
pub fn Half(
    /// Left or right.
    side: Side,
    /// Word for ids.
    name: &'static str,
) -> impl IntoView {
    let files = use_context::<Files>();
    let over = move || files.is_some_and(|files| files.is_over(side.word()));
    view! {
        <div class="half" class:over=over data-drop=side.word()>
            <Shown side name menu=true />
            <OtherNote side />
        </div>
    }
}

/// A diagram alone.
#[component]
pub fn Shown(
    /// Left or right.
    side: Side,
    /// Word for ids.
    name: &'static str,
    /// Whether what it shows can be chosen.
    #[prop(optional)]
    menu: bool,
) -> impl IntoView {
    let state = expect_context::<State>();
    let panel = expect_context::<Panels>().side(side);
    let title = Signal::derive(move || panel.source.get().title().to_owned());
    let subtitle = Signal::derive(move || match panel.source.get() {
        Source::Trained if waits(state.run) && nothing(state.run) => "not trained yet".to_owned(),
        // What is asked for is another run.
        Source::Trained if waits(state.run) && !is_asked_for(state) => {
            format!("the run before: {}", origin(state.run))
        }
        Source::Trained => origin(state.run),
        Source::Other => {
            let label = state.other.preset.get().unwrap_or("other settings");
            match waits(state.other.run) && !ships(state.other) {
                true => format!("{label}: not trained yet"),
                false => format!("{label}: {}", origin(state.other.run)),
            }
        }
        Source::Kept(slot) => {
            state.kept.get(usize::from(slot)).and_then(|kept| kept.name()).unwrap_or_default()
        }
        Source::Ansatz => "best of a few fixed choices".to_owned(),
        Source::Optimum => progress(state),
    });
    view! {
        <Diagram
            name
            title
            subtitle
            sweep=panel.sweep
            picture=panel.picture
            reference=panel.reference
            reference_name=Signal::derive(move || panel.reference_name.get().to_owned())
            heading=menu.then(|| view! { <Menu side /> }.into_any())
            layer=panel.layer
            follows=(side == Side::Right).then(|| Signal::derive(move || state.beside.with(Option::is_none)))
            choose=Callback::new(move |layer| state.colour(side, layer))
            places=Signal::from(state.run.shown)
            cursor=state.cursor
            pinned=state.pinned
            example=Signal::from(state.example)
            names=Signal::derive(move || !panel.source.get().is_trained())
            curves=Signal::from(panel.curves)
            show_curves=state.show_curves
            thresholds=state.thresholds
        />
    }
}

/// Whether a run waits to be asked for, or for nothing that it could show.
fn waits(run: Run) -> bool {
    shipped::waits(&run.stage.get())
}

/// Whether the other run's result came with the page.
fn ships(other: Other) -> bool {
    other.own.with(|own| other.run.shows_shipped(own))
}

/// Whether a run has shown no pixel yet.
fn nothing(run: Run) -> bool {
    run.picture.with(|picture| !(0..picture.pixels()).any(|pixel| picture.knows(pixel)))
}

/// Whether the run shows what the form says.
fn is_asked_for(state: State) -> bool {
    state.sweep.with(|sweep| {
        state.run.shown.with(|shown| sweep == shown) || state.run.shows_shipped(sweep)
    })
}

/// How a run's pixels came about, in a few words.
fn origin(run: Run) -> String {
    match run.origin.get() {
        Some(origin @ Origin::File(_)) => origin.words(),
        // The mark first: there may be little room.
        Some(origin) => format!("{}: {}", origin.words(), run.shown.with(training)),
        None => run.shown.with(training),
    }
}

/// How many models a pixel stands for, and how.
pub fn training(sweep: &Sweep) -> String {
    let aggregate = sweep.text("aggregate");
    let labels = toy::sweep::AGGREGATES.iter();
    let label = labels.clone().find(|(word, _)| *word == aggregate).map_or("", |(_, label)| *label);
    match sweep.repeats {
        1 => "one model".into(),
        repeats => format!("{label} of {repeats} models"),
    }
}

/// How far the optimum is.
fn progress(state: State) -> String {
    let (shown, theories) = (state.run.shown, state.theories);
    if !shown.with(has_optimum) {
        return "known up to 4 features".to_owned();
    }
    let (found, rows) = (theories.found.get(), shown.with(|sweep| sweep.rows));
    theories.failure.get().unwrap_or_else(|| match found == rows {
        true => "least loss of any weights".to_owned(),
        false => format!("row {found} of {rows}"),
    })
}
