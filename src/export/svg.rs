//! A diagram as an SVG text, with everything that explains it; no browser needed.

use super::ink::{Drawn, LEFT, dashes, escape, text};
use super::legend::legend;
use super::png::{base64, encode};
use crate::diagram::axis::{place, ticks};
use crate::diagram::number::percent;
use crate::diagram::paint::Scene;
use crate::diagram::{Curve, Layer};
use std::fmt::Write;
use toy::Sweep;
use toy::picture::Reference;

/// Width of the figure.
pub const WIDTH: f64 = 576.0;
/// Side of the square that holds the pixels.
pub const SIDE: f64 = 480.0;
/// Top edge of the square.
const TOP: f64 = 60.0;
/// Where the legend begins.
const FOOT: f64 = TOP + SIDE + 58.0;

/// What a figure shows and says.
pub struct Figure<'a> {
    /// Its title.
    pub title: &'a str,
    /// The line beneath.
    pub subtitle: &'a str,
    /// Whose axes it has.
    pub sweep: &'a Sweep,
    /// The pixels.
    pub scene: Scene<'a>,
    /// The lines over them.
    pub curves: &'a [Curve],
    /// What the scene is compared with, within a sentence.
    pub reference: &'a str,
    /// What stands beside it: how many pixels agree is said.
    pub opposite: Option<Reference<'a>>,
    /// A link to the page that shows it.
    pub link: &'a str,
}

impl Figure<'_> {
    /// Top edge of the square that holds the pixels.
    pub const TOP: f64 = TOP;

    /// Draws the diagram with its axes alone; the id is unique in the document.
    pub fn panel(&self, body: &mut String, id: &str) {
        self.pixels(body);
        self.lines(body, id);
        self.axes(body);
    }

    /// Draws the figure, dark on white.
    pub fn draw(&self) -> Drawn {
        let mut body = String::new();
        text(&mut body, (LEFT, 26.0), "font-size=\"18\" font-weight=\"600\"", self.title);
        text(&mut body, (LEFT, 46.0), "font-size=\"12\" fill=\"#555\"", self.subtitle);
        self.panel(&mut body, "frame");
        let end = legend(&mut body, self.scene, self.curves, self.reference, FOOT);
        let end = self.agreement(&mut body, end);
        let height = end + 26.0;
        let link: String = self.link.chars().take(100).collect();
        let cut = if link.len() < self.link.len() { "…" } else { "" };
        text(&mut body, (LEFT, end + 10.0), "font-size=\"9\" fill=\"#777\"", &(link + cut));
        let (title, link) = (escape(self.title), escape(self.link));
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
             font-family=\"system-ui, 'Helvetica Neue', Arial, sans-serif\" font-size=\"12\" fill=\"#1d1f23\">\n\
             <title>{title}</title>\n<desc>{link}</desc>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
        );
        Drawn { text, size: (WIDTH, height) }
    }

    /// How much agrees with what stands beside it, unless the legend has said so.
    fn agreement(&self, body: &mut String, y: f64) -> f64 {
        let Some(other) = self.opposite.filter(|_| self.scene.layer != Layer::Agreement) else {
            return y;
        };
        let Some(part) = self.scene.picture.agreeing_fraction(other.picture) else { return y };
        let words =
            format!("{} of the pixels have the same phase as {}.", percent(part), other.name);
        text(body, (LEFT, y), "font-size=\"11\" fill=\"#555\"", &words);
        y + 15.0
    }

    /// The heat map as an image, one image pixel for a pixel, and a frame around it.
    fn pixels(&self, body: &mut String) {
        let image = base64(&encode(self.scene.picture.columns, &self.scene.rgba()));
        // Writing to a string cannot fail.
        let _ = writeln!(
            body,
            "<image x=\"{LEFT}\" y=\"{TOP}\" width=\"{SIDE}\" height=\"{SIDE}\" preserveAspectRatio=\"none\" \
             image-rendering=\"pixelated\" href=\"data:image/png;base64,{image}\"/>\n\
             <rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#8d8a82\"/>"
        );
    }

    fn lines(&self, body: &mut String, id: &str) {
        if self.curves.is_empty() {
            return;
        }
        let _ = writeln!(
            body,
            "<clipPath id=\"{id}\"><rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{SIDE}\" height=\"{SIDE}\"/></clipPath>\n\
             <g clip-path=\"url(#{id})\" fill=\"none\" stroke=\"#111\" stroke-width=\"1.5\">"
        );
        for curve in self.curves {
            // White beneath, to be seen on any colour.
            let (path, dashes) = (self.path(curve), dashes(curve.stroke));
            let halo = "stroke=\"#fff\" stroke-opacity=\"0.75\" stroke-width=\"3.5\"";
            let _ = writeln!(body, "<path {halo} d=\"{path}\"/>\n<path{dashes} d=\"{path}\"/>");
        }
        body.push_str("</g>\n");
    }

    /// A line in the figure's units, broken where a point is not finite.
    fn path(&self, curve: &Curve) -> String {
        let Sweep { importance, density, columns, rows, .. } = *self.sweep;
        let (mut path, mut pen) = (String::new(), 'M');
        for &(s, r) in &curve.points {
            let known = s > 0.0 && r > 0.0 && s.is_finite() && r.is_finite();
            if known {
                let x = LEFT + place(importance, columns, r) / f64::from(columns) * SIDE;
                let y = TOP + place(density, rows, s) / f64::from(rows) * SIDE;
                let _ = write!(path, "{pen}{x:.2} {y:.2}");
            }
            pen = if known { 'L' } else { 'M' };
        }
        path
    }

    fn axes(&self, body: &mut String) {
        let Sweep { importance, density, columns, rows, .. } = *self.sweep;
        let floor = TOP + SIDE;
        for tick in ticks(importance, columns, "×") {
            let x = LEFT + tick.at / f64::from(columns) * SIDE;
            let _ = writeln!(body, "<path stroke=\"#555\" d=\"M{x:.2} {floor}v5\"/>");
            text(body, (x, floor + 18.0), "text-anchor=\"middle\"", &tick.label);
        }
        for tick in ticks(density, rows, "") {
            let y = TOP + tick.at / f64::from(rows) * SIDE;
            let _ = writeln!(body, "<path stroke=\"#555\" d=\"M{LEFT} {y:.2}h-5\"/>");
            text(body, (LEFT - 9.0, y + 4.0), "text-anchor=\"end\"", &tick.label);
        }
        let middle = LEFT + SIDE / 2.0;
        let name = "relative importance of the extra feature, r";
        text(body, (middle, floor + 38.0), "text-anchor=\"middle\"", name);
        let turn =
            format!("text-anchor=\"middle\" transform=\"rotate(-90 18 {0})\"", TOP + SIDE / 2.0);
        text(body, (18.0, TOP + SIDE / 2.0), &turn, "feature density, 1 − S");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::curve;
    use crate::export::ink::tests::well_formed;
    use toy::picture::Picture;

    fn draw(layer: Layer, title: &str) -> String {
        let sweep = Sweep { columns: 9, rows: 7, ..Sweep::default() };
        let picture = Picture::ansatz(&sweep);
        let scene = Scene { picture: &picture, reference: Some(&picture), layer };
        let curves = curve::ansatz(&sweep);
        let (subtitle, reference, link) = ("a & b", "theory", "https://example.org/?a=1&b=2");
        let sweep = &sweep;
        let opposite = Some(Reference { name: "the theory", picture: &picture });
        let curves = &curves;
        Figure { title, subtitle, sweep, scene, curves, reference, opposite, link }.draw().text
    }

    #[test]
    fn every_layer_is_well_formed_and_explained() {
        for layer in Layer::ALL {
            let svg = draw(layer, "<tr\u{0}ained> & \"more\"");
            assert!(well_formed(&svg), "{layer:?}: {svg}");
            assert_eq!(svg.matches("<image").count(), 1 + usize::from(layer == Layer::Paper));
            for part in [
                "&lt;trained&gt; &amp; &quot;more&quot;",
                ">0.1×<",
                ">0.01<",
                "data:image/png",
                "closed-form",
            ] {
                assert!(svg.contains(part), "{layer:?}: {part}");
            }
            assert!(svg.matches("<path stroke-dasharray").count() >= 3);
            let agrees = svg.contains("of the pixels have the same phase as the theory");
            assert_eq!(agrees, layer != Layer::Agreement);
        }
        assert!(draw(Layer::Phase, "t").contains("antipodal"));
    }
}
