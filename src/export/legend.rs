//! What the colours of an exported figure mean, as SVG.

use super::ink::{LEFT, dashes, text};
use super::png::{base64, encode};
use crate::diagram::colour::{self, Rgb};
use crate::diagram::legend::DIFFERENCES;
use crate::diagram::number::{percent, three};
use crate::diagram::paint::{EXCESS_RANGE, Scene, diverged_words, phase_name};
use crate::diagram::{Curve, Layer};
use std::fmt::Write;
use toy::phase::Phase;

/// Height of a line of the legend.
const LINE: f64 = 18.0;
/// Width of a column of the legend.
const COLUMN: f64 = 172.0;
/// Characters of a line of small print.
const WRAP: usize = 92;

/// Writes the legend from `top` on and returns where it ends.
pub fn legend(body: &mut String, scene: Scene, curves: &[Curve], reference: &str, top: f64) -> f64 {
    let named = |colour: Rgb, name: &str| (colour, name.to_owned());
    let mut y = match scene.layer {
        Layer::Paper => {
            let names = ["not represented", "a dimension of its own", "in superposition"];
            let colours = [colour::GREY, colour::BLUE, colour::RED];
            square(body, colours.into_iter().zip(names), top)
        }
        Layer::Norm | Layer::Superposition => {
            ramp(body, colour::measure, &["0".into(), "0.5".into(), "≥ 1".into()], top)
        }
        Layer::Loss => {
            let (low, high) = scene.range();
            ramp(body, colour::loss, &[three(low), three(high)], top)
        }
        Layer::Excess => {
            let (low, high) = EXCESS_RANGE;
            let [low, middle, high] = [low, (low * high).sqrt(), high].map(percent);
            let high = format!("≥ {high} above {reference}");
            ramp(body, colour::loss, &[format!("≤ {low}"), middle, high], top)
        }
        Layer::Phase | Layer::Basin => {
            let shares = Phase::ALL.into_iter().zip(scene.shares());
            let shares = shares.filter(|(phase, share)| *share > 0.0 && *phase != Phase::Diverged);
            let name = |(phase, share)| {
                named(colour::phase(phase), &format!("{} {}", phase_name(phase), percent(share)))
            };
            swatches(body, shares.map(name), top)
        }
        Layer::NormDifference | Layer::SuperpositionDifference => {
            let [low, zero, high] = DIFFERENCES.map(str::to_owned);
            let high = format!("{high} more than {reference}");
            ramp(body, |t| colour::signed(2.0 * t - 1.0), &[low, zero, high], top)
        }
        Layer::Agreement => {
            let same = match scene.agreement() {
                Some(part) => format!("same phase as {reference}: {}", percent(part)),
                None => format!("same phase as {reference}"),
            };
            let pair = [named(colour::DIFFERENT, "different phase"), (colour::SAME, same)];
            swatches(body, pair.into_iter(), top)
        }
    };
    let (diverged, all) = scene.picture.diverged();
    if diverged > 0 {
        let entry = (colour::phase(Phase::Diverged), diverged_words(diverged, all));
        y = swatches(body, std::iter::once(entry), y);
    }
    let mut names: Vec<&str> = vec![];
    for Curve { name, stroke, .. } in curves {
        if !names.contains(&name.as_str()) {
            names.push(name);
            let line = y - 4.0;
            // Writing to a string cannot fail.
            let _ = writeln!(
                body,
                "<path{} stroke=\"#111\" stroke-width=\"1.5\" d=\"M{LEFT} {line:.2}h28\"/>",
                dashes(*stroke)
            );
            text(body, (LEFT + 36.0, y), "", name);
            y += LINE;
        }
    }
    for line in wrapped(scene.layer.help()) {
        text(body, (LEFT, y), "font-size=\"11\" fill=\"#555\"", &line);
        y += 15.0;
    }
    y
}

/// The square of all colours of both measures, and what its corners mean.
fn square<'a>(body: &mut String, corners: impl Iterator<Item = (Rgb, &'a str)>, top: f64) -> f64 {
    const SIDE: f64 = 64.0;
    const PARTS: u32 = 16;
    let part = |i: u32| (f64::from(i) + 0.5) / f64::from(PARTS);
    let cells = (0..PARTS * PARTS).map(|i| colour::paper(1.0 - part(i / PARTS), part(i % PARTS)));
    let bytes: Vec<u8> = cells.flat_map(|Rgb(r, g, b)| [r, g, b, 255]).collect();
    let image = base64(&encode(PARTS, &bytes));
    let (left, up) = (LEFT + 16.0, top - 10.0);
    let _ = writeln!(
        body,
        "<image x=\"{left:.2}\" y=\"{up:.2}\" width=\"{SIDE}\" height=\"{SIDE}\" href=\"data:image/png;base64,{image}\"/>"
    );
    let turned = format!(
        "font-size=\"11\" text-anchor=\"middle\" transform=\"rotate(-90 {0} {1})\"",
        LEFT + 10.0,
        up + SIDE / 2.0
    );
    text(body, (LEFT + 10.0, up + SIDE / 2.0), &turned, "norm →");
    text(body, (left, up + SIDE + 13.0), "font-size=\"11\"", "superposition →");
    for (place, (colour, name)) in corners.enumerate() {
        let (x, y) = (left + SIDE + 34.0, top + 6.0 + LINE * place as f64);
        let css = colour.css();
        let _ = writeln!(
            body,
            "<rect x=\"{x:.2}\" y=\"{:.2}\" width=\"12\" height=\"12\" fill=\"{css}\" stroke=\"#999\" stroke-width=\"0.5\"/>",
            y - 10.0
        );
        text(body, (x + 18.0, y), "", name);
    }
    up + SIDE + 13.0 + LINE + 4.0
}

/// Squares with names, three in a row.
fn swatches(body: &mut String, entries: impl Iterator<Item = (Rgb, String)>, top: f64) -> f64 {
    let mut rows = 1.0;
    for (index, (colour, name)) in entries.enumerate() {
        rows = f64::from(index as u32 / 3);
        let x = LEFT + f64::from(index as u32 % 3) * COLUMN;
        let y = top + rows * LINE;
        let css = colour.css();
        let _ = writeln!(
            body,
            "<rect x=\"{x:.2}\" y=\"{:.2}\" width=\"12\" height=\"12\" fill=\"{css}\" stroke=\"#999\" stroke-width=\"0.5\"/>",
            y - 10.0
        );
        text(body, (x + 18.0, y), "", &name);
        rows += 1.0;
    }
    top + rows * LINE + 4.0
}

/// A bar of colours with labels beneath.
fn ramp(body: &mut String, colours: fn(f64) -> Rgb, labels: &[String], top: f64) -> f64 {
    const LENGTH: f64 = 320.0;
    const PARTS: u32 = 64;
    let part = LENGTH / f64::from(PARTS);
    body.push_str("<g shape-rendering=\"crispEdges\">\n");
    for i in 0..PARTS {
        let colour = colours((f64::from(i) + 0.5) / f64::from(PARTS)).css();
        let (x, y) = (LEFT + f64::from(i) * part, top - 10.0);
        let _ = writeln!(
            body,
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{part:.2}\" height=\"12\" fill=\"{colour}\"/>"
        );
    }
    body.push_str("</g>\n");
    let gaps = labels.len().saturating_sub(1).max(1) as f64;
    for (index, label) in labels.iter().enumerate() {
        let x = LEFT + index as f64 / gaps * LENGTH;
        let anchor = if index == 0 { "" } else { "text-anchor=\"middle\"" };
        text(body, (x, top + 16.0), anchor, label);
    }
    top + 2.0 * LINE + 4.0
}

/// A sentence in lines.
fn wrapped(sentence: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + word.chars().count() < WRAP => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
