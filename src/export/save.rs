//! Files for the reader: texts and images handed to the browser to be saved.

use super::ink::Drawn;
use js_sys::{Array, Promise, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement,
    HtmlImageElement, Url,
};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// How long a browser may take to begin a download.
const GRACE: Duration = Duration::from_secs(30);

/// A text as a file of some type.
pub fn blob(text: &str, mime: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)
}

/// Bytes as a file.
pub fn bytes(data: &[u8]) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("application/octet-stream");
    let parts = Array::of1(&Uint8Array::from(data));
    Blob::new_with_u8_array_sequence_and_options(&parts, &options)
}

/// Saves a file under a name.
pub fn save(name: &str, file: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(file)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    set_timeout(move || drop(Url::revoke_object_url(&url)), GRACE);
    Ok(())
}

/// Image pixels of a PNG for each unit of the figure.
const SCALE: u32 = 2;

/// Saves a file under a name; where that ends in `.png`, the figure as an image in its place. `told`
/// hears a sentence about how it went.
pub fn deliver(name: String, file: Result<Blob, JsValue>, figure: Drawn, told: RwSignal<String>) {
    spawn_local(async move {
        let file = if name.ends_with(".png") { png(&figure, SCALE).await } else { file };
        told.set(match file.and_then(|file| save(&name, &file)) {
            Ok(()) => format!("Saved {name}."),
            Err(_) => "The browser could not make the file.".into(),
        });
    });
}

/// A figure as an image that is ready to be drawn.
pub async fn image(figure: &Drawn) -> Result<HtmlImageElement, JsValue> {
    let url = Url::create_object_url_with_blob(&blob(&figure.text, "image/svg+xml")?)?;
    let image = HtmlImageElement::new()?;
    image.set_src(&url);
    let decoded = JsFuture::from(image.decode()).await;
    Url::revoke_object_url(&url)?;
    decoded.map(|_| image)
}

/// A figure as a PNG file, `scale` image pixels for each of its units.
pub async fn png(figure: &Drawn, scale: u32) -> Result<Blob, JsValue> {
    let image = image(figure).await?;
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    let scaled = |length: f64| (length * f64::from(scale)).round();
    let (width, height) = (scaled(figure.size.0), scaled(figure.size.1));
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d")?.ok_or(JsValue::UNDEFINED)?;
    let context: CanvasRenderingContext2d = context.dyn_into()?;
    context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(why) = canvas.to_blob(&resolve) {
            // The promise has no other end.
            let _ = reject.call1(&JsValue::NULL, &why);
        }
    });
    JsFuture::from(promise).await?.dyn_into()
}
