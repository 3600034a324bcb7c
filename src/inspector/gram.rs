//! `W W^T` and the biases as a small heat map with numbers.

use super::plane;
use crate::diagram::colour;
use leptos::prelude::*;
use toy::model::Shape;

/// The model's matrix from inputs to outputs and its biases, coloured around zero.
#[component]
pub fn Gram(
    /// The model's shape.
    shape: Shape,
    /// Its parameters.
    parameters: Vec<f32>,
) -> impl IntoView {
    let (weights, biases) = plane::split(shape, &parameters);
    if weights.is_empty() {
        return ().into_any();
    }
    let product = shape.gram(weights);
    let all = product.iter().flatten().chain(biases).map(|v| f64::from(v.abs()));
    let strongest = all.filter(|v| v.is_finite()).fold(1.0, f64::max);
    let cell = move |value: f32, class: &'static str| {
        let value = f64::from(value);
        let fill = colour::signed(if value.is_finite() { value / strongest } else { 0.0 });
        let (paper, ink) = (fill.css(), fill.ink().css());
        view! { <td class=class style:background-color=paper style:color=ink>{hundredths(value)}</td> }
    };
    let row = |i: usize| {
        let extra = i + 1 == shape.n;
        view! {
            <tr>
                <th scope="row" class:extra=extra>{i + 1}</th>
                {product[i][..shape.n].iter().map(|&v| cell(v, "")).collect_view()}
                {biases.get(i).map(|&b| cell(b, "bias"))}
            </tr>
        }
    };
    let head = |j: usize| view! { <th scope="col" class:extra=j + 1 == shape.n>{j + 1}</th> };
    view! {
        <table class="gram">
            <caption title="Column: input feature. Row: output feature.">"W Wᵀ, inputs across, and bias b"</caption>
            <thead>
                <tr><td></td>{(0..shape.n).map(head).collect_view()}<th scope="col" class="bias">"b"</th></tr>
            </thead>
            <tbody>{(0..shape.n).map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// Two decimals, enough beside a colour; no minus before a zero.
fn hundredths(value: f64) -> String {
    let text = format!("{:.2}", value.abs());
    if value < 0.0 && text != "0.00" { format!("−{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::hundredths;

    #[test]
    fn numbers_of_the_cells() {
        assert_eq!(hundredths(-0.934), "−0.93");
        assert_eq!(hundredths(-0.001), "0.00");
        assert_eq!(hundredths(1.0), "1.00");
    }
}
