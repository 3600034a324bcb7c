//! quick timing
use engine::cpu::{Training, levels, level_name};
use engine::plan::{Plan, Shard};
use std::time::Instant;
use toy::{Sweep, sweep::Data};
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn main() {
    let only: Option<String> = std::env::args().nth(1);
    let lev: usize = std::env::args().nth(2).map_or(0, |x| x.parse().unwrap());
    let preset = toy::preset::find("repro-superposition").unwrap();
    for (name, n, m, data, grid, steps) in [
        ("exact2", 2, 1, Data::Exact, 32, 4000u32),
        ("exact3", 3, 2, Data::Exact, 16, 500),
        ("exact3_1", 3, 1, Data::Exact, 16, 500),
        ("exact4", 4, 2, Data::Exact, 16, 100),
        ("sampled2", 2, 1, Data::Sampled, 16, 300),
        ("sampled3", 3, 2, Data::Sampled, 16, 300),
        ("sampled5", 5, 2, Data::Sampled, 8, 300),
        ("sampled8", 8, 3, Data::Sampled, 8, 300),
    ] {
        if only.as_ref().is_some_and(|o| o != name && o != "all") { continue; }
        let base = match data { Data::Exact => Sweep::default(), _ => (preset.sweep)() };
        let sweep = Sweep { features: n, hidden: m, rows: grid, columns: grid, repeats: 8, steps: 100_000, ..base };
        let plan = Plan::new(&sweep, Shard::ALL);
        let mut t = Training::with_level(&plan, levels()[lev]);
        t.take(&plan, 0, 20);
        let mut best = f64::MAX; let mut cbest = f64::MAX;
        for k in 0..3 {
            let (start, used) = (Instant::now(), cpu());
            t.take(&plan, 20 + k * steps, steps);
            best = best.min(start.elapsed().as_secs_f64()); cbest = cbest.min(cpu() - used);
        }
        println!("{name} {} {:.3} M/s wall, {:.3} M/s of CPU time", level_name(levels()[lev]), (plan.models() as f64) * f64::from(steps) / best / 1e6, (plan.models() as f64) * f64::from(steps) / cbest / 1e6);
    }
}
