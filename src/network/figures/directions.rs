//! Feature directions at a site of the residual stream: principal components, cosines beside those
//! of random directions, and dimensionality against importance; the start in grey beside each.

use super::parts::{drawable, feature_colour, name};
use super::responses::panels;
use crate::diagram::colour::RED;
use crate::diagram::number::three;
use crate::study::figures::chart::{Axis, frame};
use crate::study::figures::sheet::{GUIDE, HEAD, SMALL, Sheet, trace};
use toy::directions::{BINS, Directions, random_cosine, random_density, welch};
use toy::network::architecture::Architecture;
use toy::network::{Network, Snapshot};

const LEFT: f64 = 46.0;
const HEIGHT: f64 = 150.0;

/// Everything about one site; the place after it.
pub fn draw(
    sheet: &mut Sheet,
    network: &Network,
    initial: &[&Snapshot],
    now: &[&Snapshot],
    site: usize,
    y: f64,
) -> f64 {
    let sites = Architecture::new(network, 1).sites;
    let site = site.min(sites.len() - 1);
    let of = |all: &[&Snapshot]| -> Vec<Directions> {
        all.iter().filter_map(|s| s.measures.sites.get(site).cloned()).collect()
    };
    let (start, found) = (of(initial), of(now));
    let (n, d) = (network.features, network.width);
    let title = format!("Feature directions after {}: {n} in {d} dimensions", sites[site].name);
    sheet.text(0.0, y + 16.0, HEAD, &title);
    let (across, pitch, side) = panels(sheet.width, now.len());
    for (place, (snapshot, own)) in now.iter().zip(&found).enumerate() {
        let at =
            ((place % across) as f64 * pitch, y + 28.0 + (place / across) as f64 * (side + 40.0));
        sheet.text(at.0, at.1 + 12.0, SMALL, &name(network, snapshot));
        sheet.rect(at.0, at.1 + 18.0, side, side, GUIDE);
        let most = own.components.iter().flatten().fold(1e-6, |a: f64, c| a.max(drawable(c.abs())));
        for (feature, c) in own.components.iter().enumerate() {
            let coordinate = |c: f32| drawable(c) / most * (side / 2.0 - 5.0) + side / 2.0;
            let colour = feature_colour(feature, own.components.len()).css();
            let look = format!("class=\"feature\" fill=\"{colour}\"");
            sheet.disk(at.0 + coordinate(c[0]), at.1 + 18.0 + coordinate(-c[1]), 2.5, &look);
        }
    }
    let rows = now.len().div_ceil(across) as f64;
    let y = sheet.notes(
        y + 28.0 + rows * (side + 40.0) + 4.0,
        "First two principal components of the directions, blue for the most important feature.",
    );
    let y = cosines(sheet, (n, d), &start, &found, y + 26.0);
    dimensionality(sheet, n, &start, &found, y + 26.0)
}

/// Histogram of cosines, pooled over the panels.
fn cosines(
    sheet: &mut Sheet,
    (n, d): (u32, u32),
    start: &[Directions],
    found: &[Directions],
    y: f64,
) -> f64 {
    let pooled = |all: &[Directions]| -> Vec<f64> {
        let total: f64 = all.iter().flat_map(|d| &d.cosines).map(|&c| f64::from(c)).sum();
        let bin =
            |b: usize| all.iter().filter_map(move |d| d.cosines.get(b)).map(|&c| f64::from(c));
        let width = 2.0 / BINS as f64;
        (0..BINS).map(|b| bin(b).sum::<f64>() / total.max(1.0) / width).collect()
    };
    let (before, after) = (pooled(start), pooled(found));
    let random: Vec<(f64, f64)> =
        (1..200).map(|i| f64::from(i) / 100.0 - 1.0).map(|c| (c, random_density(d, c))).collect();
    let highest = before.iter().chain(&after).copied().chain(random.iter().map(|r| r.1));
    let highest = highest.filter(|v| v.is_finite() && *v < 1e3).fold(1e-3, f64::max);
    let x = Axis::linear(-1.0, 1.0, (LEFT, sheet.width - 18.0));
    let axis = Axis::linear(0.0, highest * 1.05, (y + HEIGHT, y));
    frame(
        sheet,
        &x,
        &axis,
        0.0,
        ["cosine between two features", "share of the pairs, a unit of cosine"],
    );
    let width = (x.ends.1 - x.ends.0) / BINS as f64;
    for (bin, &share) in after.iter().enumerate() {
        let top = axis.at(share);
        let look = format!("class=\"cosine\" fill=\"{}\" fill-opacity=\".65\"", RED.css());
        sheet.rect(LEFT + bin as f64 * width, top, width - 1.0, axis.ends.0 - top, &look);
    }
    let middle = |bin: usize| x.ends.0 + (bin as f64 + 0.5) * width;
    let line: Vec<_> = before.iter().enumerate().map(|(b, &v)| (middle(b), axis.at(v))).collect();
    sheet.path(&trace(&line), "class=\"initial\" fill=\"none\" stroke=\"#888\" stroke-width=\"2\"");
    let line: Vec<_> = random.iter().map(|&(c, v)| (x.at(c), axis.at(v.min(highest)))).collect();
    sheet.path(&trace(&line), "fill=\"none\" stroke=\"currentColor\" stroke-dasharray=\"3 3\"");
    let bound = welch(n, d);
    for sign in [-1.0, 1.0] {
        let at = x.at(sign * bound);
        sheet.line(
            (at, axis.ends.0),
            (at, axis.ends.1),
            "class=\"welch\" stroke=\"currentColor\" stroke-opacity=\".5\"",
        );
    }
    let mean = |all: &[Directions]| {
        all.iter().map(|d| drawable(d.mean_cosine)).sum::<f64>() / all.len().max(1) as f64
    };
    let words = format!(
        "Mean |cos| {}; at initialisation (grey) {}; random directions (dashed) {}. Upright lines: the Welch bound {}, \
         below which the largest |cos| of {n} directions in {d} dimensions cannot be.",
        three(mean(found)),
        three(mean(start)),
        three(random_cosine(d)),
        three(bound)
    );
    sheet.notes(y + HEIGHT + 52.0, &words)
}

/// Dimensionality of every feature against its place in the order of importance.
fn dimensionality(
    sheet: &mut Sheet,
    n: u32,
    start: &[Directions],
    found: &[Directions],
    y: f64,
) -> f64 {
    let x = Axis::linear(0.0, f64::from(n), (LEFT, sheet.width - 18.0));
    let axis = Axis::linear(0.0, 1.05, (y + HEIGHT, y));
    frame(sheet, &x, &axis, 0.0, ["feature, the most important first", "dimensionality"]);
    for own in found {
        for (feature, &value) in own.dimensionality.iter().enumerate() {
            let at = (x.at(feature as f64 + 0.5), axis.at(drawable(value)));
            let colour = feature_colour(feature, own.dimensionality.len()).css();
            sheet.disk(
                at.0,
                at.1,
                2.0,
                &format!("class=\"share\" fill=\"{colour}\" fill-opacity=\".7\""),
            );
        }
    }
    let mean = |feature: usize| {
        let all = start.iter().filter_map(|d| d.dimensionality.get(feature));
        all.map(|&v| drawable(v)).sum::<f64>() / start.len().max(1) as f64
    };
    let line: Vec<_> = (0..n as usize)
        .map(|feature| (x.at(feature as f64 + 0.5), axis.at(mean(feature))))
        .collect();
    sheet.path(&trace(&line), "fill=\"none\" stroke=\"#888\" stroke-width=\"2\"");
    let sums = |all: &[Directions]| {
        all.iter().map(|d| three(f64::from(d.capacity()))).collect::<Vec<_>>().join(", ")
    };
    let words = format!(
        "Sum of the dimensionalities, panel by panel: {}; at initialisation (grey) {}.",
        sums(found),
        sums(start)
    );
    sheet.notes(y + HEIGHT + 52.0, &words) + 6.0
}
