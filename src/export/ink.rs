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
    fn tags_and_entities() {
        assert!(!well_formed("<a><b></a></b>") && !well_formed("<a>x & y</a>"));
        assert!(well_formed(&format!("<a>{}</a>", escape("x & <y>"))));
    }
}
