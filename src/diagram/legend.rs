//! What the colours of a layer mean.

use super::colour::{self, Rgb};
use super::curve::{Curve, Stroke};
use super::layer::Layer;
use super::limits::Limits;
use super::number::{percent, three};
use super::paint::{EXCESS_RANGE, Scene, diverged_words, phase_name};
use leptos::prelude::*;
use toy::phase::{Phase, Thresholds};
use toy::picture::PHASES;

/// Labels of the ramp of differences.
pub const DIFFERENCES: [&str; 3] = ["≤ −1", "0", "≥ 1"];

/// Everything a legend shows, so that it changes only when one of these does.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    layer: Layer,
    range: (f64, f64),
    shares: [f64; PHASES],
    agreement: Option<f64>,
    compared: bool,
    diverged: (u64, u64),
}

impl Key {
    /// The legend of a scene.
    pub fn of(scene: Scene) -> Self {
        let named = matches!(scene.layer, Layer::Phase | Layer::Basin);
        Self {
            layer: scene.layer,
            range: scene.range(),
            shares: if named { scene.shares() } else { [0.0; PHASES] },
            agreement: scene.agreement(),
            compared: scene.reference.is_some(),
            diverged: scene.picture.diverged(),
        }
    }

    /// Fraction of pixels in agreement with the reference, as an attribute.
    pub fn agreement(&self) -> Option<String> {
        self.agreement.map(|fraction| format!("{fraction:.4}"))
    }
}

/// The legend of the chosen layer, and a sentence about it.
#[component]
pub fn Legend(
    /// Word for ids.
    name: &'static str,
    /// What it says.
    #[prop(into)]
    key: Signal<Key>,
    /// What is compared with.
    reference_name: Signal<String>,
    /// Lines over the picture.
    curves: Signal<Vec<Curve>>,
    /// Whether they are drawn.
    show_curves: RwSignal<bool>,
    /// Where phases end and begin.
    thresholds: RwSignal<Thresholds>,
) -> impl IntoView {
    let named = Memo::new(move |_| {
        key.with(|key| matches!(key.layer, Layer::Phase | Layer::Basin | Layer::Agreement))
    });
    let body = move || {
        let key = key.get();
        match key.layer {
            Layer::Paper => paper().into_any(),
            Layer::Norm | Layer::Superposition => {
                ramp(colour::measure, &["0".into(), "0.5".into(), "≥ 1".into()]).into_any()
            }
            Layer::Phase | Layer::Basin => phases(&key).into_any(),
            Layer::Loss => ramp(colour::loss, &[three(key.range.0), three(key.range.1)]).into_any(),
            Layer::Excess if key.compared => excess(&reference_name.get()).into_any(),
            Layer::NormDifference | Layer::SuperpositionDifference if key.compared => {
                difference(&reference_name.get()).into_any()
            }
            Layer::Agreement if key.compared => {
                agreement(key.agreement, &reference_name.get()).into_any()
            }
            Layer::Excess
            | Layer::Agreement
            | Layer::NormDifference
            | Layer::SuperpositionDifference => {
                view! { <p class="legend-note">"There is nothing to compare with yet."</p> }
                    .into_any()
            }
        }
    };
    view! {
        <div class="legend" data-testid="legend">
            {body}
            {move || key.with(|key| diverged(key.diverged))}
            <Show when=move || named.get()>
                <Limits name thresholds />
            </Show>
            <CurveKey curves show_curves />
            <Show when=move || show_curves.get() && thresholds.get() != Thresholds::DEFAULT>
                <p class="legend-note">"The lines stand where the usual limits put them."</p>
            </Show>
            <p class="legend-help">{move || key.with(|key| key.layer.help())}</p>
        </div>
    }
}

fn swatch(colour: Rgb) -> impl IntoView {
    view! { <span class="swatch" style:background-color=colour.css()></span> }
}

/// A square of both measures with its three meaningful corners named.
fn paper() -> impl IntoView {
    // The norm fades the hue into grey, so two gradients on top of each other are exact.
    let [grey, blue, purple, red] =
        [colour::GREY, colour::BLUE, colour::PURPLE, colour::RED].map(Rgb::css);
    let Rgb(r, g, b) = colour::GREY;
    let square = format!(
        "linear-gradient(to top, {grey}, rgb({r} {g} {b} / 0)), linear-gradient(to right, {blue}, {purple}, {red})"
    );
    view! {
        <div class="legend-paper">
            <span class="legend-square-y">"norm →"</span>
            <span class="legend-square" style:background=square aria-hidden="true"></span>
            <span class="legend-square-x">"superposition →"</span>
            <ul class="legend-list">
                <li>{swatch(colour::GREY)}<span>"not represented"</span></li>
                <li>{swatch(colour::BLUE)}<span>"a dimension of its own"</span></li>
                <li>{swatch(colour::RED)}<span>"in superposition"</span></li>
            </ul>
        </div>
    }
}

/// A colour bar with evenly spaced labels.
fn ramp(colours: fn(f64) -> Rgb, labels: &[String]) -> impl IntoView + use<> {
    let stops: Vec<String> = (0..=16).map(|i| colours(f64::from(i) / 16.0).css()).collect();
    let bar = format!("linear-gradient(to right, {})", stops.join(", "));
    let labels = labels.iter().map(|label| view! { <span>{label.clone()}</span> }).collect_view();
    view! {
        <div class="legend-ramp">
            <span class="legend-bar" style:background=bar aria-hidden="true"></span>
            <span class="legend-labels">{labels}</span>
        </div>
    }
}

fn excess(reference: &str) -> impl IntoView + use<> {
    let (low, high) = EXCESS_RANGE;
    let [low, middle, high] = [low, (low * high).sqrt(), high].map(percent);
    view! {
        {ramp(colour::loss, &[format!("≤ {low}"), middle, format!("≥ {high}")])}
        <p class="legend-note">{format!("above {reference}")}</p>
    }
}

fn difference(reference: &str) -> impl IntoView + use<> {
    let colours = |t: f64| colour::signed(2.0 * t - 1.0);
    view! {
        {ramp(colours, &DIFFERENCES.map(str::to_owned))}
        <p class="legend-note">{format!("compared with {reference}")}</p>
    }
}

fn agreement(fraction: Option<f64>, reference: &str) -> impl IntoView + use<> {
    let text = match fraction {
        Some(fraction) => format!("{} of the pixels agree with {reference}", percent(fraction)),
        None => format!("waiting for pixels known here and in {reference}"),
    };
    view! {
        <ul class="legend-list legend-row">
            <li>{swatch(colour::SAME)}<span>"same phase"</span></li>
            <li>{swatch(colour::DIFFERENT)}<span>"different phase"</span></li>
        </ul>
        <p class="legend-note"><strong>{text}</strong></p>
    }
}

/// The phases that occur, and those that every diagram is about, with their share.
fn phases(key: &Key) -> impl IntoView + use<> {
    const ALWAYS: [Phase; 3] = [Phase::NotRepresented, Phase::Dedicated, Phase::Antipodal];
    let entries = Phase::ALL.into_iter().zip(key.shares);
    // What diverged has a line of its own, under every layer.
    let shown = entries.filter(|(phase, share)| {
        (*share > 0.0 && *phase != Phase::Diverged) || ALWAYS.contains(phase)
    });
    let counted = key.shares.iter().sum::<f64>() > 0.0;
    let list = shown.map(|(phase, share)| {
        view! {
            <li title=phase.label()>
                {swatch(colour::phase(phase))}
                <span>{phase_name(phase)}</span>
                {counted.then(|| view! { <span class="legend-share">{percent(share)}</span> })}
            </li>
        }
    });
    let list = list.collect_view();
    view! {
        <ul class="legend-list legend-row">{list}</ul>
    }
}

/// How many models diverged, if any did.
fn diverged((diverged, all): (u64, u64)) -> Option<impl IntoView + use<>> {
    (diverged > 0).then(|| {
        view! {
            <ul class="legend-list" data-testid="diverged">
                <li title=Phase::Diverged.label()>
                    {swatch(colour::phase(Phase::Diverged))}
                    <span>{diverged_words(diverged, all)}</span>
                </li>
            </ul>
        }
    })
}

/// The names of the lines over the picture and whether they are wanted.
#[component]
fn CurveKey(curves: Signal<Vec<Curve>>, show_curves: RwSignal<bool>) -> impl IntoView {
    let names = Memo::new(move |_| {
        let mut names: Vec<(String, Stroke)> = vec![];
        curves.with(|curves| {
            for Curve { name, stroke, .. } in curves {
                if !names.iter().any(|(known, _)| known == name) {
                    names.push((name.clone(), *stroke));
                }
            }
        });
        names
    });
    let entry = |(name, stroke): (String, Stroke)| {
        let mark = format!("curve-mark {}", stroke.class());
        // The word that all of them share stands before the list.
        let short = name.replace(" boundary", "");
        view! { <span class="curve-name" title=name><i class=mark></i>{short}</span> }
    };
    view! {
        <Show when=move || names.with(|names| !names.is_empty())>
            <label class="curve-key">
                <input type="checkbox" prop:checked=move || show_curves.get()
                    on:change=move |ev| show_curves.set(event_target_checked(&ev)) />
                <span>"boundaries:"</span>
                {move || names.get().into_iter().map(entry).collect_view()}
            </label>
        </Show>
    }
}
