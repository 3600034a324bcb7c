//! A sheet to draw on: an SVG text that grows. Ink is the reader's, so that the figure suits a
//! light page, a dark one and paper.

use crate::diagram::colour::Rgb;
use crate::export::ink::{Drawn, escape, text};
use crate::export::png::{base64, encode};
use std::fmt::Write;

/// The narrowest sheet figures are drawn on; less room shows it smaller.
pub const LEAST: f64 = 160.0;

/// What figures say before the first step.
pub const UNTRAINED: &str = "Not trained yet.";

/// Where a text stands from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    size: f64,
    bold: bool,
    anchor: Anchor,
}

impl Face {
    /// About the width of words: wider than most fonts make them.
    pub fn wide(self, words: &str) -> f64 {
        let letter = if self.bold { 0.62 } else { 0.58 };
        letter * self.size * words.chars().count() as f64
    }
}

/// Fine print.
pub const SMALL: Face = Face { size: 11.0, bold: false, anchor: Anchor::Start };
/// The same, centred.
pub const MIDDLE: Face = Face { anchor: Anchor::Middle, ..SMALL };
/// The same, at its end.
pub const END: Face = Face { anchor: Anchor::End, ..SMALL };
/// Smaller yet, centred.
pub const TINY: Face = Face { size: 10.0, ..MIDDLE };
/// A heading.
pub const HEAD: Face = Face { size: 13.0, bold: true, anchor: Anchor::Start };
/// Attributes of a line to compare with.
pub const GUIDE: &str = "fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".22\"";

/// An SVG text that grows.
pub struct Sheet {
    /// Its width.
    pub width: f64,
    /// Whether what is drawn has been trained at all.
    begun: bool,
    body: String,
}

impl Sheet {
    /// An empty sheet of this width, but at least [`LEAST`].
    ///
    /// Where nothing has been trained, the random weights to begin with are drawn faintly, and the
    /// figure says so.
    pub fn new(width: f64, begun: bool) -> Self {
        let mut sheet = Self { width: usable(width), begun, body: String::new() };
        if !begun {
            sheet.raw("<g opacity=\".35\">");
        }
        sheet
    }

    /// Adds what stands in the text as it is.
    pub fn raw(&mut self, tags: &str) {
        self.body.push_str(tags);
        self.body.push('\n');
    }

    /// Adds a line of text. What would reach beyond the sheet is moved, and made smaller if it must.
    pub fn text(&mut self, x: f64, y: f64, face: Face, words: &str) {
        self.label(x, y, self.width, face, words);
    }

    /// Adds a line of text for which there is so much room.
    pub fn label(&mut self, x: f64, y: f64, room: f64, face: Face, words: &str) {
        let room = room.clamp(1.0, self.width);
        let size = face.size * (room / face.wide(words).max(1e-9)).min(1.0);
        let wide = Face { size, ..face }.wide(words);
        let (before, anchor) = match face.anchor {
            Anchor::Start => (0.0, ""),
            Anchor::Middle => (0.5, " text-anchor=\"middle\""),
            Anchor::End => (1.0, " text-anchor=\"end\""),
        };
        let left = (x - before * wide).clamp(0.0, (self.width - wide).max(0.0));
        let weight = if face.bold { " font-weight=\"600\"" } else { " fill-opacity=\".8\"" };
        let look = format!("font-size=\"{}\"{weight}{anchor}", (size * 100.0).round() / 100.0);
        text(&mut self.body, (left + before * wide, y), &look, words);
    }

    /// Adds a path.
    pub fn path(&mut self, path: &str, look: &str) {
        self.raw(&format!("<path {look} d=\"{path}\"/>"));
    }

    /// Adds a straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), look: &str) {
        self.path(&trace(&[from, to]), look);
    }

    /// Adds a rectangle.
    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, look: &str) {
        if [x, y, width, height].iter().all(|v| v.is_finite()) {
            self.raw(&format!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" {look}/>"
            ));
        }
    }

    /// Adds a filled disk that says something when it is pointed at.
    pub fn spot(&mut self, x: f64, y: f64, radius: f64, look: &str, words: &str) {
        if x.is_finite() && y.is_finite() {
            let hint = hint(words);
            self.raw(&format!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" {look}>{hint}</circle>"
            ));
        }
    }

    /// Adds a filled disk.
    pub fn disk(&mut self, x: f64, y: f64, radius: f64, look: &str) {
        if x.is_finite() && y.is_finite() {
            self.raw(&format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" {look}/>"));
        }
    }

    /// Adds rows of cells as an image, one of its pixels a cell.
    pub fn cells(&mut self, at: (f64, f64), size: (f64, f64), columns: usize, cells: &[Rgb]) {
        let bytes: Vec<u8> = cells.iter().flat_map(|&Rgb(r, g, b)| [r, g, b, 255]).collect();
        self.image(at, size, columns as u32, &bytes, "image-rendering=\"pixelated\" ");
    }

    /// Adds an image of so many columns from its RGBA bytes.
    pub fn image(
        &mut self,
        at: (f64, f64),
        size: (f64, f64),
        columns: u32,
        rgba: &[u8],
        look: &str,
    ) {
        let image = base64(&encode(columns, rgba));
        let ((x, y), (width, height)) = (at, size);
        self.raw(&format!(
            "<image x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" preserveAspectRatio=\"none\" \
             {look}href=\"data:image/png;base64,{image}\"/>"
        ));
    }

    /// Adds a strip of the colours from one end of a ramp to the other, with a word at each end;
    /// the baseline after it.
    pub fn ramp(&mut self, y: f64, ends: [&str; 2], ramp: &dyn Fn(f64) -> Rgb) -> f64 {
        const STRIP: f64 = 96.0;
        let colours: Vec<Rgb> = (0..24).map(|i| ramp(f64::from(i) / 23.0)).collect();
        let wide = ends.map(|end| SMALL.wide(end) + 8.0);
        if wide[0] + STRIP + wide[1] > self.width {
            self.cells((0.0, y - 9.0), (STRIP, 10.0), 24, &colours);
            return self.notes(y + 15.0, &format!("{} … {}", ends[0], ends[1])) + 3.0;
        }
        self.text(0.0, y, SMALL, ends[0]);
        self.cells((wide[0], y - 9.0), (STRIP, 10.0), 24, &colours);
        self.text(wide[0] + STRIP + 8.0, y, SMALL, ends[1]);
        y + 18.0
    }

    /// Adds fine print, broken into lines where it has to be; the baseline after it.
    pub fn notes(&mut self, y: f64, words: &str) -> f64 {
        self.paragraph(y, SMALL, 15.0, words)
    }

    /// Adds a heading, broken into lines where it has to be; the baseline after it.
    pub fn heading(&mut self, y: f64, words: &str) -> f64 {
        self.paragraph(y, HEAD, 18.0, words)
    }

    fn paragraph(&mut self, mut y: f64, face: Face, pitch: f64, words: &str) -> f64 {
        let mut line = String::new();
        for word in words.split(' ') {
            if !line.is_empty() && face.wide(&line) + face.wide(word) + face.size > self.width {
                self.text(0.0, y, face, &std::mem::take(&mut line));
                y += pitch;
            }
            line = if line.is_empty() { word.to_owned() } else { line + " " + word };
        }
        self.text(0.0, y, face, &line);
        y + pitch
    }

    /// The figure: its size, its name and what it says in words.
    pub fn finish(mut self, mut height: f64, name: &str, words: &str) -> Drawn {
        let mut words = words.to_owned();
        if !self.begun {
            self.raw("</g>");
            height = self.heading(height + 14.0, UNTRAINED) - 8.0;
            words = format!("{UNTRAINED} {words}");
        }
        let Self { width, body, .. } = self;
        let (name, words) = (escape(name), escape(&words));
        let height = height.ceil();
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{name}\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, 'Helvetica Neue', Arial, sans-serif\" font-size=\"12\" \
             color=\"#1d1f23\" fill=\"currentColor\">\n<desc>{words}</desc>\n\
             <rect class=\"ground\" width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
        );
        Drawn { text, size: (width, height) }
    }
}

/// A width that a figure can have.
pub fn usable(width: f64) -> f64 {
    // Not what is no number either.
    if width >= LEAST { width.min(16_384.0) } else { LEAST }
}

/// What is said of a part of the figure when it is pointed at.
pub fn hint(words: &str) -> String {
    format!("<title>{}</title>", escape(words))
}

/// A path through points, broken where one is not finite.
pub fn trace(points: &[(f64, f64)]) -> String {
    let (mut path, mut pen) = (String::new(), 'M');
    for &(x, y) in points {
        let known = x.is_finite() && y.is_finite();
        if known {
            // Writing to a string cannot fail.
            let _ = write!(path, "{pen}{x:.1} {y:.1}");
        }
        pen = if known { 'L' } else { 'M' };
    }
    path
}

/// A path of dots, to be stroked with round ends.
pub fn dots(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (x, y) in points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
        let _ = write!(path, "M{x:.1} {y:.1}h0");
    }
    path
}
