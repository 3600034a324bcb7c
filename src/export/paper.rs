//! A figure for a paper: both diagrams beside each other over one legend, without a title, as wide
//! as a page's text; and what to write beneath it.

use super::ink::{Drawn, LEFT, escape, text};
use super::legend::legend;
use super::svg::{Figure, SIDE, WIDTH};

/// Width of the text of most papers of one column, in millimetres.
pub const TEXT: f64 = 140.0;
/// Space between the diagrams.
const GAP: f64 = 12.0;
/// What stands above a diagram: its letter and what it shows.
const HEAD: f64 = 30.0;
/// A diagram with its axes.
const PANEL: f64 = SIDE + 56.0;

/// The paper that the diagrams are from, for those who cite it.
const BIBTEX: &str = "@article{elhage2022toy,\n  title   = {Toy Models of Superposition},\n  author  = {Elhage, Nelson and Hume, Tristan and Olsson, Catherine and Schiefer, Nicholas and Henighan, Tom and Kravec, Shauna and Hatfield-Dodds, Zac and Lasenby, Robert and Drain, Dawn and Chen, Carol and Grosse, Roger and McCandlish, Sam and Kaplan, Jared and Amodei, Dario and Wattenberg, Martin and Olah, Christopher},\n  journal = {Transformer Circuits Thread},\n  year    = {2022},\n  url     = {https://transformer-circuits.pub/2022/toy_model/index.html}\n}";

/// Draws both diagrams; the names are what they show.
pub fn pair(figures: [&Figure; 2], names: [&str; 2]) -> Drawn {
    let width = 2.0 * WIDTH + GAP;
    let mut body = String::new();
    for (place, (figure, name)) in figures.iter().zip(names).enumerate() {
        let x = place as f64 * (WIDTH + GAP);
        let letter = ["a", "b"][place];
        text(&mut body, (x + LEFT - 28.0, 20.0), "font-size=\"18\" font-weight=\"700\"", letter);
        text(&mut body, (x + LEFT, 20.0), "font-size=\"16\"", name);
        body += &format!(
            "<svg x=\"{x}\" y=\"{HEAD}\" width=\"{WIDTH}\" height=\"{PANEL}\" viewBox=\"0 {} {WIDTH} {PANEL}\">\n",
            Figure::TOP - 4.0
        );
        figure.panel(&mut body, &format!("frame-{letter}"));
        body += "</svg>\n";
    }
    let foot = HEAD + PANEL + 12.0;
    let [left, right] = figures;
    // One legend where both have the same colours.
    let mut end = legend(&mut body, left.scene, left.curves, left.reference, foot);
    if left.scene.layer != right.scene.layer {
        body += &format!("<g transform=\"translate({} 0)\">\n", WIDTH + GAP);
        end = end.max(legend(&mut body, right.scene, right.curves, right.reference, foot));
        body += "</g>\n";
    }
    let height = end + 4.0;
    let (wide, high) = (TEXT, TEXT * height / width);
    let link = escape(left.link);
    let all = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}mm\" height=\"{high:.2}mm\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"system-ui, 'Helvetica Neue', Arial, sans-serif\" font-size=\"14\" fill=\"#1d1f23\">\n\
         <desc>{link}</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
    );
    Drawn { text: all, size: (width, height) }
}

/// The text beneath: what both diagrams are, how they were made, where to see them, whom to cite.
pub fn caption(figures: [&Figure; 2], names: [&str; 2]) -> String {
    let [left, right] = figures;
    let [a, b] = names;
    let layers = match left.scene.layer == right.scene.layer {
        true => format!("Colours: {}.", left.scene.layer.label()),
        false => {
            format!("Colours: {} (a), {} (b).", left.scene.layer.label(), right.scene.layer.label())
        }
    };
    format!(
        "Phase diagrams of superposition (Elhage et al. 2022) against the density and the relative importance of the last feature. \
         (a) {a}: {}. (b) {b}: {}. {layers} Made with Superphase: {}\n\n{BIBTEX}\n",
        left.subtitle, right.subtitle, left.link
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::{Layer, curve, paint::Scene};
    use crate::export::ink::tests::well_formed;
    use toy::Sweep;
    use toy::picture::Picture;

    #[test]
    fn both_diagrams_stand_over_one_legend_without_a_title() {
        let sweep = Sweep { columns: 9, rows: 7, ..Sweep::default() };
        let picture = Picture::ansatz(&sweep);
        let curves = curve::ansatz(&sweep);
        let figure = |layer, subtitle| Figure {
            title: "a title",
            subtitle,
            sweep: &sweep,
            scene: Scene { picture: &picture, reference: None, layer },
            curves: &curves,
            reference: "the theory",
            opposite: None,
            link: "https://example.org/?a=1&b=2",
        };
        let (left, right) = (figure(Layer::Paper, "8 models"), figure(Layer::Paper, "fixed"));
        let drawn = pair([&left, &right], ["trained", "theory"]);
        assert!(well_formed(&drawn.text), "{}", drawn.text);
        assert!(!drawn.text.contains("a title") && drawn.text.contains("width=\"140mm\""));
        // Two diagrams and the square of colours.
        assert_eq!(drawn.text.matches("<image").count(), 3);
        assert_eq!(drawn.text.matches(">in superposition<").count(), 1);
        let other = figure(Layer::Phase, "fixed");
        assert!(pair([&left, &other], ["a", "b"]).text.contains("antipodal"));
        let words = caption([&left, &right], ["Trained", "Theory"]);
        for part in ["(a) Trained: 8 models.", "(b) Theory: fixed.", "?a=1&b=2", "@article{"] {
            assert!(words.contains(part), "{words}");
        }
    }
}
