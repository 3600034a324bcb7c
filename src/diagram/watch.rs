//! Tells when a canvas must be drawn anew: its size, the theme or the screen's resolution changed.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::web_sys::{
    MediaQueryList, MutationObserver, MutationObserverInit, ResizeObserver, window,
};

/// What watches; it stops when dropped.
struct Watch {
    size: ResizeObserver,
    theme: Option<MutationObserver>,
    scheme: Option<MediaQueryList>,
    report: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.size.disconnect();
        if let Some(theme) = &self.theme {
            theme.disconnect();
        }
        if let Some(scheme) = &self.scheme {
            // It fails only when there is no such listener, and then there is nothing to remove.
            let _ = scheme.remove_event_listener_with_callback(
                "change",
                self.report.as_ref().unchecked_ref(),
            );
        }
    }
}

/// A number that grows whenever the element may look different.
pub fn appearance(element: NodeRef<Div>) -> Signal<u32> {
    let (changes, change) = signal(0u32);
    let watching = StoredValue::new_local(None::<Watch>);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let report = Closure::<dyn FnMut()>::new(move || {
            change.try_update(|n| *n = n.wrapping_add(1));
        });
        let callback = report.as_ref().unchecked_ref();
        let Ok(size) = ResizeObserver::new(callback) else { return };
        size.observe(&element);
        let root = window().and_then(|w| w.document()).and_then(|d| d.document_element());
        let theme = root.and_then(|root| {
            let options = MutationObserverInit::new();
            options.set_attributes(true);
            let observer = MutationObserver::new(callback).ok()?;
            observer.observe_with_options(&root, &options).ok()?;
            Some(observer)
        });
        let query = |w: leptos::web_sys::Window| w.match_media("(prefers-color-scheme: dark)");
        let scheme = window()
            .and_then(|w| query(w).ok().flatten())
            .filter(|scheme| scheme.add_event_listener_with_callback("change", callback).is_ok());
        watching.set_value(Some(Watch { size, theme, scheme, report }));
    });
    on_cleanup(move || {
        watching.try_update_value(Option::take);
    });
    changes.into()
}
