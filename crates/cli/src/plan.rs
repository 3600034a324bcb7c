//! `superphase plan`: how large a sweep is, how long it takes here, and in how many shards it is
//! done within a given time.

use crate::crew::{self, Crew};
use crate::error::Error;
use crate::output::Output;
use crate::progress::duration;
use crate::{flags, gpus, sweep};
use clap::{Arg, ArgMatches, Command};
use engine::{Job, Run};
use std::fmt::Write;
use std::time::{Duration, Instant};
use toy::Sweep;
use toy::sweep::{MAX_MODELS, MAX_SIDE_IN_SHARES};

/// Time that the trial trains.
const TRIAL: Duration = Duration::from_millis(1500);
/// Rows and models of the trial: spread over all densities, which cost unlike.
const ROWS: u32 = 32;
const MODELS: u32 = 1 << 14;
/// Part of the wall time that training may take: the rest is for measuring, writing and starting.
const SHARE: f64 = 0.8;

/// The subcommand.
pub fn command() -> Command {
    let command = flags::spec::<Sweep>(Command::new("plan").about(
        "Says how large a sweep is, how long it takes on this machine by a short trial, and the number of shards for a wall time",
    ));
    gpus::flag(command.arg(flags::engine())).arg(
        Arg::new("wall-time")
            .long("wall-time")
            .value_name("TIME")
            .default_value("1:00:00")
            .help("Time that a shard may take: H:MM:SS, or a number of minutes, as Slurm has it"),
    )
}

/// Tries and says.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let sweep = flags::sweep(flags, true)?;
    let text = flags.get_one::<String>("wall-time").map_or("", String::as_str);
    let wall = seconds(text).ok_or_else(|| {
        Error::Flags(format!(
            "wall-time is {text}; it must be H:MM:SS, such as 2:00:00, or a number of minutes above 0"
        ))
    })?;
    let trial = trial_of(&sweep);
    let crew = Crew::open(
        flags::choice(flags),
        gpus::Wanted::read(flags)?.as_ref(),
        &Job::from(trial.clone()),
        &[],
    )?;
    let rate = rate(&crew, &trial)?;
    let steps = sweep.models() as f64 * f64::from(sweep.steps);
    let time = steps / rate;
    let shards = shards(time, wall, sweep.rows);
    let rows: Vec<u32> = (0..sweep.rows.div_ceil(shards)).collect();
    let block = sweep::blocks(&sweep, &rows).first().map_or(0, Vec::len);
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "models       {} ({} columns x {} rows x {} repeats)",
        sweep.models(),
        sweep.columns,
        sweep.rows,
        sweep.repeats
    );
    let _ = writeln!(out, "steps        {} each, {steps:.3e} in all", sweep.steps);
    let _ = writeln!(
        out,
        "memory       about {} MB a process, of the models of {block} rows",
        (sweep::memory(&sweep, block) >> 20) + 64
    );
    let _ = writeln!(
        out,
        "engine       {}: {:.2} M model-steps/s in a trial",
        crew.found.name,
        rate / 1e6
    );
    let _ = writeln!(out, "time         about {} on this machine", duration(time));
    let _ = writeln!(
        out,
        "shards       {shards} for a wall time of {}: about {} each",
        duration(wall),
        duration(time / f64::from(shards))
    );
    if time / f64::from(shards) > SHARE * wall {
        let _ = writeln!(
            out,
            "             a row alone takes longer; shards go on where they were cut off"
        );
    }
    let whole = shards == 1 && sweep.models() <= MAX_MODELS;
    if !whole {
        let _ = writeln!(out, "array        sbatch --array=1-{shards}, with --shard auto");
    }
    Output::open(None)?.write(out.as_bytes())
}

/// Shards that are done within a time each, at most one a row.
fn shards(time: f64, wall: f64, rows: u32) -> u32 {
    let wanted = (time / (SHARE * wall)).ceil();
    (wanted as u32).clamp(1, rows.min(MAX_SIDE_IN_SHARES))
}

/// A time as Slurm writes it: minutes, `M:SS` or `H:MM:SS`.
fn seconds(text: &str) -> Option<f64> {
    let parts: Option<Vec<f64>> = text
        .split(':')
        .map(|part| part.parse().ok().filter(|x: &f64| x.is_finite() && *x >= 0.0))
        .collect();
    let seconds = match parts?[..] {
        [minutes] => 60.0 * minutes,
        [minutes, seconds] => 60.0 * minutes + seconds,
        [hours, minutes, seconds] => 3600.0 * hours + 60.0 * minutes + seconds,
        _ => return None,
    };
    (seconds > 0.0).then_some(seconds)
}

/// A small version of a sweep that costs as much a model-step.
fn trial_of(sweep: &Sweep) -> Sweep {
    let rows = sweep.rows.min(ROWS);
    let repeats = sweep.repeats.min(MODELS / rows);
    let columns = sweep.columns.min((MODELS / rows / repeats).max(1));
    Sweep { rows, columns, repeats, ..sweep.clone() }
}

/// Model-steps/s of a sweep, over and over if it is over too soon.
fn rate(crew: &Crew, trial: &Sweep) -> Result<f64, Error> {
    let job = Job::from(trial.clone());
    let rows: Vec<u32> = (0..trial.rows).collect();
    let taken = |runs: &[Run]| runs.iter().map(sweep::model_steps).sum::<u64>();
    let (mut done, mut time) = (0, Duration::ZERO);
    while time < TRIAL {
        let mut runs = crew.start(&job, &rows)?;
        // Memory that is touched for the first time, and a pace that is not found yet.
        crew::round(&mut runs, u32::MAX)?;
        let (before, start) = (taken(&runs), Instant::now());
        while !crew::is_done(&runs) && time + start.elapsed() < TRIAL {
            crew::round(&mut runs, u32::MAX)?;
        }
        let (own, took) = (taken(&runs) - before, start.elapsed());
        if own == 0 {
            // All of it is over in a moment.
            let (start, mut runs) = (Instant::now(), crew.start(&job, &rows)?);
            crew::round(&mut runs, u32::MAX)?;
            return Ok(taken(&runs) as f64 / start.elapsed().as_secs_f64().max(1e-9));
        }
        (done, time) = (done + own, time + took);
    }
    Ok(done as f64 / time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_slurm_has_them() {
        assert_eq!(seconds("90"), Some(5400.0));
        assert_eq!(seconds("1:30"), Some(90.0));
        assert_eq!(seconds("2:00:30"), Some(7230.0));
        for wrong in ["", "0", "-1", "1:2:3:4", "soon", "nan", "inf"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn shards_fit_into_their_time() {
        assert_eq!(shards(10.0, 3600.0, 64), 1);
        assert_eq!(shards(8.0 * 3600.0, 3600.0, 64), 10);
        assert_eq!(shards(1e9, 60.0, 64), 64);
    }

    #[test]
    fn a_trial_is_small_and_of_all_densities() {
        let large = Sweep { columns: 4096, rows: 4096, repeats: 64, ..Sweep::default() };
        for sweep in [large, Sweep { columns: 1, rows: 1, repeats: 1, ..Sweep::default() }] {
            let trial = trial_of(&sweep);
            assert!(trial.models() <= u64::from(MODELS) && trial.density == sweep.density);
        }
    }
}
