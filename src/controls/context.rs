//! What all controls of a form share.

use leptos::prelude::*;

/// The sentence that explains the control under pointer or focus.
#[derive(Clone, Copy)]
pub struct Hint(pub RwSignal<Option<&'static str>>);

/// Counts changes made elsewhere than in the form, whose fields then forget what was typed.
#[derive(Clone, Copy)]
pub struct Outside(pub RwSignal<u32>);
