//! Every operation against the reference, on every instruction set, at odd sizes.

use crate::cpu::levels;
use crate::cpu::study::gemm::tests::random;
use toy::operation::attention::{Mask, Size as Attention};
use toy::operation::dropout::{Dropout, Drops, Stream};
use toy::operation::matmul::{Size, Stored};
use toy::tape::{Kernels, Plain};

/// Both kernels' outputs, which begin as the same numbers.
fn same(what: &str, sizes: &[usize], run: impl Fn(&mut dyn Kernels<f32>, &mut [Vec<f32>])) {
    let fresh = || -> Vec<Vec<f32>> {
        sizes.iter().enumerate().map(|(k, &size)| random(100 + k as u32, size)).collect()
    };
    let mut expected = fresh();
    run(&mut Plain, &mut expected);
    for level in levels() {
        let mut found = fresh();
        run(super::kernels(level).as_mut(), &mut found);
        for (k, (found, expected)) in found.iter().zip(&expected).enumerate() {
            for (i, (x, y)) in found.iter().zip(expected).enumerate() {
                assert!((x - y).abs() <= 2e-5 * (1.0 + y.abs()), "{what} {k} {i}: {x} {y}");
            }
        }
    }
}

#[test]
fn products() {
    for stored in [Stored::ByOutput, Stored::ByInput] {
        for (rows, inner, outer) in [(1, 1, 1), (3, 17, 3), (17, 3, 65), (65, 65, 17), (5, 32, 16)]
        {
            let size = Size { rows, inner, outer, stored };
            let [x, w, b, dy] =
                [rows * inner, inner * outer, outer, rows * outer].map(|n| random(n as u32, n));
            let sizes = [rows * outer, rows * outer, rows * inner, inner * outer, outer];
            same(&format!("{size:?}"), &sizes, |kernels, out| {
                let [y, bare, dx, dw, db] = out else { unreachable!() };
                kernels.matmul(size, &x, &w, Some(&b), y);
                kernels.matmul(size, &x, &w, None, bare);
                kernels.matmul_input(size, &dy, &w, dx);
                kernels.matmul_weight(size, &x, &dy, dw);
                kernels.matmul_bias(&dy, db);
            });
        }
    }
}

#[test]
fn elements_and_rows() {
    let stream = Stream { seed: 1, model: 2, step: 3 };
    let drops = Drops::new(Dropout { rate: 0.3, site: 4 }, stream);
    for (rows, width) in [(1, 1), (3, 3), (2, 17), (3, 65), (2, 64)] {
        let size = rows * width;
        let x: Vec<f32> = random(1, size).iter().map(|x| 12.0 * x).collect();
        let [dy, gain, shift] = [(2, size), (3, width), (4, width)].map(|(key, n)| random(key, n));
        let what = format!("{rows} x {width}");
        let sizes = [size; 10];
        same(&what, &sizes, |kernels, out| {
            let [a, b, c, d, e, f, g, h, ..] = out else { unreachable!() };
            kernels.relu(&x, a);
            kernels.relu_back(&x, &dy, b);
            kernels.gelu(&x, c);
            kernels.gelu_back(&x, &dy, d);
            kernels.dropout(&drops, &x, e);
            kernels.dropout_back(&drops, &dy, f);
            kernels.add(&x, &gain, g);
            kernels.add_back(&dy, &mut h[..width]);
        });
        // The inverse deviation of a row of one element is 1 / sqrt(eps): not to be multiplied up.
        same(&what, &[size, 2 * rows, size, width, width], |kernels, out| {
            let [y, kept, dx, dgain, dshift] = out else { unreachable!() };
            kernels.norm(&x, &gain, &shift, y, kept);
            kernels.norm_back((&x, &gain, kept), &dy, [dx, dgain, dshift]);
        });
    }
}

#[test]
fn attention() {
    let stream = Stream { seed: 1, model: 2, step: 3 };
    let drops = Drops::new(Dropout { rate: 0.3, site: 4 }, stream);
    for (sizes, width) in
        [([1, 1, 1, 1], 1), ([3, 3, 3, 2], 6), ([2, 3, 17, 1], 17), ([2, 5, 5, 2], 24)]
    {
        let [batch, queries, keys, heads] = sizes;
        for mask in [Mask::Full, Mask::Causal, Mask::Before] {
            for drops in [None, Some(&drops)] {
                for lengths in [None, Some(&[1, 2, 3][..batch])] {
                    let size = Attention { batch, queries, keys, heads, width, mask };
                    let rows = [queries, keys, keys].map(|rows| batch * rows * width);
                    let all: Vec<Vec<f32>> = (1..).zip(rows).map(|(k, n)| random(k, n)).collect();
                    let inputs = [&all[0][..], &all[1], &all[2]];
                    let dout = random(9, rows[0]);
                    let how = (size, lengths, drops);
                    let sizes = [size.weights(), rows[0], rows[0], rows[1], rows[2]];
                    same(&format!("{size:?}"), &sizes, |kernels, out| {
                        let [weights, y, dq, dk, dv] = out else { unreachable!() };
                        kernels.attention(how, inputs, weights, y);
                        kernels.attention_back(how, inputs, weights, &dout, [dq, dk, dv]);
                    });
                }
            }
        }
    }
}
