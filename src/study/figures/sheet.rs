//! A sheet to draw on: an SVG text that grows. Ink is the reader's, so that the figure suits a
//! light page, a dark one and paper.

use crate::diagram::colour::Rgb;
use crate::export::ink::{Drawn, escape, text};
use crate::export::png::{base64, encode};
use std::fmt::Write;

/// Attributes of fine print.
pub const SMALL: &str = "font-size=\"11\" fill-opacity=\".8\"";
/// The same, centred.
pub const MIDDLE: &str = "font-size=\"11\" fill-opacity=\".8\" text-anchor=\"middle\"";
/// Attributes of a heading.
pub const HEAD: &str = "font-size=\"13\" font-weight=\"600\"";
/// Attributes of a line to compare with.
pub const GUIDE: &str = "fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".22\"";

/// An SVG text that grows.
pub struct Sheet {
    /// Its width.
    pub width: f64,
    body: String,
}

impl Sheet {
    /// An empty sheet.
    pub fn new(width: f64) -> Self {
        Self { width, body: String::new() }
    }

    /// Adds what stands in the text as it is.
    pub fn raw(&mut self, tags: &str) {
        self.body.push_str(tags);
        self.body.push('\n');
    }

    /// Adds a line of text.
    pub fn text(&mut self, x: f64, y: f64, look: &str, words: &str) {
        text(&mut self.body, (x, y), look, words);
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

    /// Adds a filled disk.
    pub fn disk(&mut self, x: f64, y: f64, radius: f64, look: &str) {
        if x.is_finite() && y.is_finite() {
            self.raw(&format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" {look}/>"));
        }
    }

    /// Adds rows of cells as an image, one of its pixels a cell.
    pub fn cells(&mut self, at: (f64, f64), size: (f64, f64), columns: usize, cells: &[Rgb]) {
        let bytes: Vec<u8> = cells.iter().flat_map(|&Rgb(r, g, b)| [r, g, b, 255]).collect();
        let image = base64(&encode(columns as u32, &bytes));
        let ((x, y), (width, height)) = (at, size);
        self.raw(&format!(
            "<image x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" preserveAspectRatio=\"none\" \
             style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{image}\"/>"
        ));
    }

    /// Adds a strip of the colours from one end of a ramp to the other, with a word at each end;
    /// the place after it.
    pub fn ramp(&mut self, x: f64, y: f64, ends: [&str; 2], ramp: &dyn Fn(f64) -> Rgb) -> f64 {
        let colours: Vec<Rgb> = (0..24).map(|i| ramp(f64::from(i) / 23.0)).collect();
        let left = x + wide(ends[0]);
        self.text(x, y, SMALL, ends[0]);
        self.cells((left, y - 9.0), (96.0, 10.0), 24, &colours);
        self.text(left + 102.0, y, SMALL, ends[1]);
        left + 102.0 + wide(ends[1]) + 16.0
    }

    /// Adds fine print, broken into lines where it has to be; the baseline after it.
    pub fn notes(&mut self, y: f64, words: &str) -> f64 {
        let most = ((self.width / 5.9) as usize).max(20);
        let (mut line, mut y) = (String::new(), y);
        for word in words.split(' ') {
            if !line.is_empty() && line.chars().count() + word.chars().count() >= most {
                self.text(0.0, y, SMALL, &std::mem::take(&mut line));
                y += 15.0;
            }
            line = if line.is_empty() { word.to_owned() } else { line + " " + word };
        }
        self.text(0.0, y, SMALL, &line);
        y + 15.0
    }

    /// The figure: its size, its name and what it says in words.
    pub fn finish(self, height: f64, name: &str, words: &str) -> Drawn {
        let Self { width, body } = self;
        let (name, words) = (escape(name), escape(words));
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

/// About the width of fine print and a gap.
fn wide(words: &str) -> f64 {
    6.2 * words.chars().count() as f64 + 8.0
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
