//! What exported figures and their legends are written with: lines of text, strokes, escapes.

use crate::diagram::curve::Stroke;
use std::fmt::Write;

/// Left edge of a figure's square, and of all text.
pub const LEFT: f64 = 72.0;

/// An SVG and its size.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The document.
    pub text: String,
    /// Width and height in its own units.
    pub size: (f64, f64),
}

/// Writes a line of text; `look` are further attributes.
pub fn text(body: &mut String, (x, y): (f64, f64), look: &str, words: &str) {
    let _ = writeln!(body, "<text x=\"{x:.2}\" y=\"{y:.2}\" {look}>{}</text>", escape(words));
}

/// A drawing with a margin, and beneath it what was drawn and where: how a file says what it is.
pub fn framed(drawn: &Drawn, about: &str, link: &str) -> Drawn {
    const MARGIN: f64 = 24.0;
    let inner = drawn.text.replacen("<svg ", &format!("<svg x=\"{MARGIN}\" y=\"{MARGIN}\" "), 1);
    let (mut body, mut y) = (String::new(), drawn.size.1 + MARGIN + 22.0);
    // Words go on in the next line; a link, which has none, is cut anywhere.
    let lines = |words: &str, letters: usize| -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in words.split_inclusive([' ', '&', '?']) {
            match lines.last_mut() {
                Some(line) if line.chars().count() + word.chars().count() <= letters => {
                    *line += word
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines.into_iter().filter(|line| !line.is_empty()).collect()
    };
    let letters = (drawn.size.0 / 5.9).max(16.0) as usize;
    for line in lines(about, letters) {
        text(&mut body, (MARGIN, y), "font-size=\"11\" fill=\"#555\"", line.trim_end());
        y += 15.0;
    }
    for line in lines(link, letters * 11 / 9) {
        text(&mut body, (MARGIN, y), "font-size=\"9\" fill=\"#777\"", &line);
        y += 12.0;
    }
    let (width, height) = (drawn.size.0 + 2.0 * MARGIN, y + MARGIN - 12.0);
    let text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"system-ui, 'Helvetica Neue', Arial, sans-serif\">\n<desc>{}</desc>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{inner}{body}</svg>\n",
        escape(link)
    );
    Drawn { text, size: (width, height) }
}

/// The attribute that draws a stroke.
pub const fn dashes(stroke: Stroke) -> &'static str {
    match stroke {
        Stroke::Solid => "",
        Stroke::Dashed => " stroke-dasharray=\"6 4\"",
        Stroke::Dotted => " stroke-dasharray=\"1.5 3\"",
    }
}

/// Text as XML holds it; control characters have no place there.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Every tag is closed, in order, and no text holds a bare ampersand.
    pub fn well_formed(xml: &str) -> bool {
        let mut open = vec![];
        let mut parts = xml.split('<');
        parts.next();
        for part in parts {
            let Some((tag, text)) = part.split_once('>') else { return false };
            let name = tag.split([' ', '/']).find(|word| !word.is_empty()).unwrap_or_default();
            if tag.starts_with('/') {
                if open.pop() != Some(name) {
                    return false;
                }
            } else if !tag.ends_with('/') {
                open.push(name);
            }
            let entity =
                |rest: &str| ["amp;", "lt;", "gt;", "quot;"].iter().any(|e| rest.starts_with(e));
            if tag.matches('"').count() % 2 == 1 || !text.split('&').skip(1).all(entity) {
                return false;
            }
        }
        open.is_empty()
    }

    #[test]
    fn a_saved_figure_has_a_margin_and_says_what_it_is() {
        let own = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"90\"></svg>\n";
        let drawn = Drawn { text: own.to_owned(), size: (300.0, 90.0) };
        let about = "5 features & more, ".repeat(9) + "seed 0";
        let framed = framed(&drawn, &about, &"https://example.org/?".repeat(20));
        assert!(well_formed(&framed.text), "{}", framed.text);
        assert!(framed.text.contains("<svg x=\"24\" y=\"24\" "));
        // On as many lines as it takes, and whole.
        assert!(framed.text.matches("<text").count() > 6 && framed.text.contains("seed 0<"));
        assert_eq!(
            framed.text.matches("example.org").count(),
            40,
            "in words and in the description"
        );
        assert!(framed.size.0 == 348.0 && framed.size.1 > 130.0);
    }

    #[test]
    fn tags_and_entities() {
        assert!(!well_formed("<a><b></a></b>") && !well_formed("<a>x & y</a>"));
        assert!(well_formed(&format!("<a>{}</a>", escape("x & <y>"))));
    }
}
