//! The shader of the sweep at hand, to be read: notes on the left, code on the right.

use crate::state::State;
use leptos::html::Details;
use leptos::prelude::*;

/// A part of a shader: what its comment says, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    note: String,
    code: String,
}

/// The parts of a shader: blocks between empty lines, each with the comment that it begins with.
fn parts(source: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![];
    for block in source.split("\n\n") {
        let lines = block.lines().filter(|line| !line.trim().is_empty());
        let comment = |line: &&str| line.starts_with("//");
        let note: Vec<_> =
            lines.clone().take_while(comment).map(|l| l.trim_start_matches('/').trim()).collect();
        let code: Vec<_> = lines.skip_while(comment).collect();
        let (note, code) = (note.join(" "), code.join("\n"));
        match parts.last_mut() {
            // What a block within a function begins with is no note of its own.
            Some(last) if note.is_empty() && !code.is_empty() => {
                last.code = format!("{}\n\n{code}", last.code).trim_start().to_owned();
            }
            _ if note.is_empty() && code.is_empty() => {}
            _ => parts.push(Part { note, code }),
        }
    }
    parts
}

/// The shader, folded away until it is wanted.
#[component]
pub fn KernelReader() -> impl IntoView {
    let state = expect_context::<State>();
    let details = NodeRef::<Details>::new();
    let open = RwSignal::new(false);
    let shape = Memo::new(move |_| state.run.shown.with(|s| (s.features, s.hidden, s.data)));
    Effect::new(move || {
        shape.track();
        if open.get() {
            state.theories.read_kernel(&state.run.shown.get_untracked());
        }
    });
    let toggled = move |_| {
        if let Some(details) = details.get_untracked() {
            open.set(details.open());
        }
    };
    let title = move || {
        let (n, m, data) = shape.get();
        let data = match data {
            toy::sweep::Data::Exact => "exact averages",
            toy::sweep::Data::Sampled => "random samples",
        };
        format!("The shader for {n} features in {m} hidden, {data}")
    };
    let row = |part: Part| {
        let heading = part.code.is_empty();
        view! {
            <div class="kernel-part" class:heading=heading>
                <p>{part.note}</p>
                {(!heading).then(|| view! { <pre tabindex="0"><code>{part.code}</code></pre> })}
            </div>
        }
    };
    let rows = move || {
        state.theories.kernel.with(|source| parts(source).into_iter().map(row).collect_view())
    };
    view! {
        <details class="kernel" node_ref=details on:toggle=toggled data-testid="kernel">
            <summary>{title}</summary>
            <p class="kernel-about">
                "Every step of every model, as the graphics processor runs it: written by hand, then written out for this number of features and dimensions, so that nothing is indexed while it runs. Without a graphics processor, the CPU does the same arithmetic in Rust."
            </p>
            {rows}
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stand_beside_their_code() {
        let source = "// A file.\n\n/// Half of x.\nfn half(x: f32) -> f32 {\n    let y = x;\n\n    // Exact.\n    return 0.5 * y;\n}\n\n\nconst A = 1;\n";
        let found = parts(source);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].note.as_str(), found[0].code.as_str()), ("A file.", ""));
        assert_eq!(found[1].note, "Half of x.");
        assert!(found[1].code.contains("// Exact.") && found[1].code.ends_with("const A = 1;"));
    }
}
