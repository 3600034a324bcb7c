//! Model-steps per second of the CPU kernels, on one thread and on all.
//!
//! `cargo bench -p engine`; one kernel: `cargo bench -p engine -- exact/n=2`. Criterion prints
//! elements a second, and an element is one optimiser step of one model.

use criterion::{Criterion, Throughput};
use engine::cpu::{Level, Training, level_name, levels};
use engine::plan::{Plan, Shard};
use std::time::Duration;
use toy::Sweep;
use toy::sweep::Data;

/// Densities from 1 to 0.01 and importances from 0.1 to 10, as in repro-superposition.
fn sweep(n: u32, m: u32, data: Data, grid: u32) -> Sweep {
    let protocol = <Sweep as toy::Spec>::preset("repro-superposition").map(|p| (p.spec)());
    let base = match data {
        Data::Sampled => protocol.unwrap_or_default(),
        Data::Exact => Sweep::default(),
    };
    Sweep { features: n, hidden: m, data, columns: grid, rows: grid, repeats: 8, ..base }
}

fn measure(c: &mut Criterion, name: &str, sweep: &Sweep, level: Level, threads: usize) {
    // A run in its middle: weights have left their start, and every step is a new one.
    let sweep = Sweep { steps: 1_000_000, ..sweep.clone() };
    let plan = Plan::new(&sweep, Shard::ALL);
    let mut training = Training::with_level(&plan, level);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| training.take(&plan, 0, 200));
    let steps = 20;
    let mut step = 200;
    let mut group = c.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(300));
    group.measurement_time(Duration::from_secs(2));
    group.throughput(Throughput::Elements(u64::from(steps) * plan.models() as u64));
    group.bench_function(format!("{}, {threads} thread(s)", level_name(level)), |b| {
        b.iter(|| {
            if step + steps > sweep.steps {
                step = 0;
            }
            pool.install(|| training.take(&plan, step, steps));
            step += steps;
        });
    });
    group.finish();
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    kernels(&mut c);
    c.final_summary();
}

fn kernels(c: &mut Criterion) {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    for (data, n, m, grid) in [
        (Data::Exact, 2, 1, 64),
        (Data::Exact, 3, 2, 32),
        (Data::Exact, 4, 2, 16),
        (Data::Sampled, 2, 1, 32),
        (Data::Sampled, 3, 2, 32),
        (Data::Sampled, 5, 2, 16),
    ] {
        let sweep = sweep(n, m, data, grid);
        let name = match data {
            Data::Exact => format!("exact/n={n},m={m}"),
            Data::Sampled => format!("sampled/n={n},m={m},batch={}", sweep.batch),
        };
        // The best instruction set and the next, which is what older machines have.
        for level in levels().into_iter().take(2) {
            measure(c, &name, &sweep, level, 1);
        }
        if let (Some(&best), true) = (levels().first(), cores > 1) {
            measure(c, &name, &sweep, best, cores);
        }
    }
}
