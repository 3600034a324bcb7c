//! A phase diagram: a heat map with axes, boundary curves, a legend and a cursor.

pub mod axis;
pub mod colour;
pub mod cursor;
pub mod curve;
pub mod draw;
pub mod layer;
pub mod legend;
pub mod limits;
pub mod number;
pub mod paint;
mod plot;
mod region;
mod watch;

use cursor::Shared;
pub use curve::Curve;
pub use layer::Layer;
pub use paint::Place;

use draw::MARGIN;
use legend::{Key, Legend};
use leptos::html;
use leptos::prelude::*;
use paint::Scene;
use plot::{Plot, Readout};
use toy::Sweep;
use toy::phase::Thresholds;
use toy::picture::Picture;

/// One diagram. Diagrams that share `cursor` and `pinned` have one cross-hair.
#[component]
pub fn Diagram(
    /// Word for ids and tests: `empirical` makes `heatmap-empirical`.
    name: &'static str,
    /// What it shows.
    #[prop(into)]
    title: Signal<String>,
    /// How it came about, in a few words.
    #[prop(into)]
    subtitle: Signal<String>,
    /// Whose axes it has.
    #[prop(into)]
    sweep: Signal<Sweep>,
    /// What is known; it may be coarser than the sweep.
    #[prop(into)]
    picture: Signal<Picture>,
    /// What excess loss and agreement are measured against.
    #[prop(into)]
    reference: Signal<Option<Picture>>,
    /// What to call that within a sentence, such as "the true optimum".
    #[prop(into)]
    reference_name: Signal<String>,
    /// The colours.
    layer: Signal<Layer>,
    /// Chooses others; `None` follows the other diagram.
    choose: Callback<Option<Layer>>,
    /// Whether it follows the other diagram, if it can.
    follows: Option<Signal<bool>>,
    /// What stands in the place of the title.
    heading: Option<AnyView>,
    /// Whose rows and columns the cursor and the pixel held fast count.
    places: Signal<Sweep>,
    /// The pixel looked at.
    cursor: RwSignal<Option<Place>>,
    /// The pixel held fast.
    pinned: RwSignal<Option<Place>>,
    /// The pixel that is shown where there is neither.
    example: Signal<Option<Place>>,
    /// Whether its regions are named where there is room.
    names: Signal<bool>,
    /// Lines over the picture.
    #[prop(into)]
    curves: Signal<Vec<Curve>>,
    /// Whether they are drawn.
    show_curves: RwSignal<bool>,
    /// Where phases end and begin.
    thresholds: RwSignal<Thresholds>,
) -> impl IntoView {
    let [cursor, pinned] = [cursor, pinned].map(|place| Shared { place, of: places, own: sweep });
    let example = Memo::new(move |_| {
        let nothing = cursor.place.with(Option::is_none) && pinned.place.with(Option::is_none);
        let place = example.get().filter(|_| nothing)?;
        places.with(|of| sweep.with(|own| cursor::carried(place, of, own)))
    });
    let regions = Memo::new(move |_| {
        let named = names.get() && matches!(layer.get(), Layer::Paper | Layer::Phase);
        if named { picture.with(region::named) } else { vec![] }
    });
    let shown = Shown { picture, reference, layer };
    let key = Memo::new(move |_| shown.with(Key::of));
    let words = Memo::new(move |_| match cursor.get().or(pinned.get()) {
        Some(place) => reference_name
            .with(|name| shown.with(|scene| sweep.with(|sweep| scene.words(sweep, place, name)))),
        None => String::new(),
    });

    let focused = RwSignal::new(false);
    let frame = NodeRef::<html::Div>::new();
    let heat = NodeRef::<html::Canvas>::new();
    let lines = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let Some(canvas) = heat.get() else { return };
        // Without a 2D context there is nothing to draw on, and the words remain.
        let _ = shown.with(|scene| draw::pixels(&canvas, scene.picture.columns, &scene.rgba()));
    });
    let changes = watch::appearance(frame);
    let ranges = Memo::new(move |_| {
        sweep.with(|s| {
            let Sweep { importance, density, columns, rows, .. } = *s;
            Sweep { importance, density, columns, rows, ..Sweep::default() }
        })
    });
    Effect::new(move |_| {
        changes.get();
        if let Some(canvas) = lines.get() {
            let _ = ranges.with(|ranges| draw::axes(&canvas, ranges));
        }
    });

    let [top, right, bottom, left] = MARGIN;
    let padding = format!("{top}px {right}px {bottom}px {left}px");
    let [left, right] = [left, right].map(|side| format!("{side}px"));
    view! {
        <figure class="diagram" style=("--diagram-left", left) style=("--diagram-right", right) data-testid=format!("diagram-{name}")
            data-layer=move || layer.get().word()
            data-agreement=move || key.with(Key::agreement)>
            <figcaption class="diagram-head">
                <div class="diagram-name">
                    <h2>{heading.unwrap_or_else(|| (move || title.get()).into_any())}</h2>
                    <p title=move || subtitle.get()>{move || subtitle.get()}</p>
                </div>
                <div class="diagram-tools">
                    <LayerMenu name title layer choose follows />
                </div>
            </figcaption>
            <div class="diagram-frame" node_ref=frame style:padding=padding>
                <Plot name title focused heat sweep cursor pinned example regions curves show_curves />
                <canvas class="diagram-axes" node_ref=lines aria-hidden="true"></canvas>
            </div>
            <Readout name words focused />
            <Legend name key reference_name curves show_curves thresholds />
        </figure>
    }
}

/// Where a scene comes from.
#[derive(Clone, Copy)]
struct Shown {
    picture: Signal<Picture>,
    reference: Signal<Option<Picture>>,
    layer: Signal<Layer>,
}

impl Shown {
    /// Looks at the scene, following what it is made of.
    fn with<T>(self, look: impl FnOnce(Scene) -> T) -> T {
        let layer = self.layer.get();
        self.picture.with(|picture| {
            // Most layers need no reference, which during training changes often.
            if layer.compares() || layer == Layer::Loss {
                self.reference.with(|r| look(Scene { picture, reference: r.as_ref(), layer }))
            } else {
                look(Scene { picture, reference: None, layer })
            }
        })
    }
}

/// The menu of layers.
#[component]
fn LayerMenu(
    name: &'static str,
    title: Signal<String>,
    layer: Signal<Layer>,
    choose: Callback<Option<Layer>>,
    follows: Option<Signal<bool>>,
) -> impl IntoView {
    let id = format!("layer-{name}");
    let own = move || follows.is_none_or(|follows| !follows.get());
    let choose = move |ev| choose.run(Layer::parse(&event_target_value(&ev)));
    let option = |l: Layer| {
        let chosen = move || own() && layer.get() == l;
        view! { <option value=l.word() prop:selected=chosen>{l.label()}</option> }
    };
    let follow = follows.map(|follows| {
        view! { <option value="" prop:selected=move || follows.get()>"same colours"</option> }
    });
    view! {
        <label class="layer-menu">
            <span class="visually-hidden">{move || format!("Colours of the diagram {}", title.get())}</span>
            <select data-testid=id on:change=choose title=move || layer.get().help()>
                {follow}
                {Layer::ALL.map(option)}
            </select>
        </label>
    }
}
