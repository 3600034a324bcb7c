//! A figure as a PDF: printed alone on a sheet of its own size, which every browser saves as one,
//! lines as lines and letters as letters.

use super::ink::Drawn;
use super::save::image;
use js_sys::{Array, Reflect};
use leptos::prelude::*;
use leptos::web_sys::CssStyleSheet;
use wasm_bindgen::{JsCast, JsValue};

/// What marks the figure; style hides everything else in print.
const CLASS: &str = "print-figure";

/// Opens the browser's print dialog with the figure alone, so many millimetres wide.
pub async fn print(figure: &Drawn, width: f64) -> Result<(), JsValue> {
    let image = image(figure).await?;
    let height = width * figure.size.1 / figure.size.0;
    // A little more than it has: rounding must not begin a second sheet.
    let sheet = CssStyleSheet::new()?;
    let rule = format!("@page {{ size: {width}mm {:.2}mm; margin: 0 }}", height + 0.5);
    sheet.insert_rule(&rule)?;
    let sheets: Array = Reflect::get(&document(), &"adoptedStyleSheets".into())?.unchecked_into();
    // One that was printed before, and not tidied up, would stay in the way.
    clear(&sheets)?;
    image.set_class_name(CLASS);
    image.set_alt("the figure to be printed");
    document().body().ok_or(JsValue::UNDEFINED)?.append_child(&image)?;
    sheets.push(&sheet);
    // Some browsers return at once, so only its end says that it is over.
    let over = window_event_listener_untyped("afterprint", move |_| drop(clear(&sheets)));
    let printed = window().print();
    set_timeout(move || over.remove(), std::time::Duration::from_secs(600));
    printed
}

/// Takes away what was put in for printing.
fn clear(sheets: &Array) -> Result<(), JsValue> {
    sheets.set_length(0);
    if let Some(image) = document().query_selector(&format!(".{CLASS}"))? {
        image.remove();
    }
    Ok(())
}
