//! Drawing on the two canvases of a diagram: pixels on one, axes on the other.

use super::axis::{Tick, ticks};
use leptos::wasm_bindgen::{Clamped, JsCast};
use leptos::web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData, window};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_canvas::CanvasBackend;
use toy::Sweep;

/// Room for axes around the picture in CSS pixels: top, right, bottom, left.
pub const MARGIN: [f64; 4] = [8.0, 12.0, 46.0, 56.0];
/// Length of a tick in CSS pixels.
const TICK: f64 = 4.0;
/// Size of the labels in CSS pixels.
const TEXT: f64 = 12.0;

/// Shows RGBA bytes, one image pixel for a pixel of the diagram; the style sheet does the scaling.
pub fn pixels(canvas: &HtmlCanvasElement, columns: u32, bytes: &[u8]) -> Option<()> {
    let rows = u32::try_from(bytes.len() / 4).ok()?.checked_div(columns)?;
    resize(canvas, columns, rows);
    if rows == 0 {
        return None;
    }
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(bytes), columns, rows).ok()?;
    context(canvas)?.put_image_data(&image, 0.0, 0.0).ok()
}

/// Draws ticks, labels and names of the axes around the picture.
pub fn axes(canvas: &HtmlCanvasElement, sweep: &Sweep) -> Option<()> {
    let window = window()?;
    let scale = window.device_pixel_ratio();
    let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    resize(canvas, (width * scale).round() as u32, (height * scale).round() as u32);
    let style = window.get_computed_style(canvas).ok()??;
    let family = style.get_property_value("font-family").ok()?;
    let ink = ink(canvas, &style.get_property_value("color").ok()?)?;
    let root = CanvasBackend::with_canvas_object(canvas.clone())?.into_drawing_area();

    let [top, right, bottom, left] = MARGIN;
    let device = |x: f64, y: f64| ((x * scale).round() as i32, (y * scale).round() as i32);
    // The canvas reads the name; looked up in plotters, it would bring tables of all letters along.
    let font = (FontFamily::Name(&family), TEXT * scale).into_font();
    let text = |h, v| font.color(&ink).pos(Pos::new(h, v));
    let line = ink.mix(0.55).stroke_width(scale.round().max(1.0) as u32);
    let tick = |from, to| PathElement::new(vec![from, to], line);

    let (side_x, side_y) = (width - left - right, height - top - bottom);
    let floor = height - bottom;
    for Tick { at, label } in
        spaced(ticks(sweep.importance, sweep.columns, "×"), side_x / f64::from(sweep.columns), 34.0)
    {
        let x = left + at / f64::from(sweep.columns) * side_x;
        root.draw(&tick(device(x, floor + 1.0), device(x, floor + 1.0 + TICK))).ok()?;
        let style = text(HPos::Center, VPos::Top);
        root.draw_text(&label, &style, device(x, floor + TICK + 4.0)).ok()?;
    }
    for Tick { at, label } in
        spaced(ticks(sweep.density, sweep.rows, ""), side_y / f64::from(sweep.rows), 18.0)
    {
        let y = top + at / f64::from(sweep.rows) * side_y;
        root.draw(&tick(device(left - 1.0 - TICK, y), device(left - 1.0, y))).ok()?;
        let style = text(HPos::Right, VPos::Center);
        root.draw_text(&label, &style, device(left - TICK - 5.0, y)).ok()?;
    }
    let name = if side_x < 260.0 {
        "relative importance, r"
    } else {
        "relative importance of the extra feature, r"
    };
    let style = text(HPos::Center, VPos::Bottom);
    root.draw_text(name, &style, device(left + side_x / 2.0, height - 2.0)).ok()?;
    let style = text(HPos::Center, VPos::Top).transform(FontTransform::Rotate270);
    root.draw_text("feature density, 1 − S", &style, device(2.0, top + side_y / 2.0)).ok()
}

/// Drops labels that would come closer than `least` to the one before.
fn spaced(ticks: Vec<Tick>, pixel: f64, least: f64) -> Vec<Tick> {
    let mut kept: Vec<Tick> = vec![];
    for tick in ticks {
        if kept.last().is_none_or(|last| ((tick.at - last.at) * pixel).abs() >= least) {
            kept.push(tick);
        }
    }
    kept
}

/// Sets a canvas's size, which also clears it; a canvas of the right size is left alone, for
/// setting is slow.
fn resize(canvas: &HtmlCanvasElement, width: u32, height: u32) {
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    } else if let Some(context) = context(canvas) {
        context.clear_rect(0.0, 0.0, width.into(), height.into());
    }
}

/// Any colour a style sheet can express as plotters knows it: painted and read back.
fn ink(canvas: &HtmlCanvasElement, css: &str) -> Option<RGBAColor> {
    // On a canvas of its own: browsers move one that is read to slower memory.
    let canvas = canvas.owner_document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    resize(&canvas, 1, 1);
    let context = context(&canvas)?;
    context.set_fill_style_str(css);
    context.fill_rect(0.0, 0.0, 1.0, 1.0);
    let read = context.get_image_data(0.0, 0.0, 1.0, 1.0).ok()?.data().0;
    match read[..] {
        [r, g, b, alpha] => Some(RGBAColor(r, g, b, f64::from(alpha) / 255.0)),
        _ => None,
    }
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crowded_labels_are_dropped() {
        let tick = |at| Tick { at, label: String::new() };
        let kept = spaced(vec![tick(0.0), tick(1.0), tick(2.0)], 10.0, 15.0);
        assert_eq!(kept, [tick(0.0), tick(2.0)]);
    }
}
