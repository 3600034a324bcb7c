//! What passes the bottlenecks: principal components of `z`, a dot a word, coloured by its class.

use crate::diagram::colour::{BLUE, PURPLE, RED, Rgb};
use crate::study::figures::sheet::{GUIDE, HEAD, SMALL, Sheet};
use toy::translation::language::Class;
use toy::translation::{Snapshot, Translation};

/// A class's colour.
fn colour(class: Class) -> Rgb {
    match class {
        Class::Determiner => BLUE,
        Class::Adjective => Rgb(0xE0, 0xA8, 0x20),
        Class::Noun => RED,
        Class::Verb => PURPLE,
    }
}

/// A panel a bottleneck; the place after them.
pub fn draw(sheet: &mut Sheet, run: &Translation, all: &[Snapshot], y: f64) -> f64 {
    sheet.text(0.0, y + 16.0, HEAD, "Words in z");
    let (mut x, mut top) = (0.0, y + 36.0);
    for (class, name) in Class::ALL {
        let wide = 12.0 + SMALL.wide(name) + 14.0;
        if x > 0.0 && x + wide > sheet.width {
            (x, top) = (0.0, top + 17.0);
        }
        sheet.disk(x + 4.0, top - 4.0, 4.0, &format!("fill=\"{}\"", colour(class).css()));
        sheet.text(x + 12.0, top, SMALL, name);
        x += wide;
    }
    let first: Vec<&Snapshot> = all.iter().filter(|s| run.place(s.model).1 == 0).collect();
    let across = ((sheet.width + 12.0) / 190.0).floor().max(1.0) as usize;
    let across = across.min(first.len().max(1));
    let pitch = (sheet.width + 12.0) / across as f64;
    let side = (pitch - 12.0).min(220.0);
    for (place, snapshot) in first.iter().enumerate() {
        let (x, y) =
            ((place % across) as f64 * pitch, top + 12.0 + (place / across) as f64 * (side + 30.0));
        sheet.text(x, y + 12.0, SMALL, &format!("k = {}", run.place(snapshot.model).0));
        sheet.rect(x, y + 18.0, side, side, GUIDE);
        let finite = |v: f32| if v.is_finite() { f64::from(v) } else { 0.0 };
        let sizes = snapshot.dots.iter().flat_map(|dot| [dot.x, dot.y]).map(|v| finite(v).abs());
        let most = sizes.fold(1e-6, f64::max);
        let at = |v: f32| side / 2.0 + finite(v) / most * (side / 2.0 - 5.0);
        for dot in &snapshot.dots {
            let look = format!("fill=\"{}\" fill-opacity=\".6\"", colour(dot.class).css());
            sheet.disk(x + at(dot.x), y + 18.0 + at(-dot.y), 2.2, &look);
        }
    }
    let rows = first.len().div_ceil(across) as f64;
    sheet.notes(
        top + 12.0 + rows * (side + 30.0) + 8.0,
        "First two principal components of what passes, of all words of the first held-out sentences.",
    ) + 10.0
}
