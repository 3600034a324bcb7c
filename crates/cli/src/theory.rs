//! `superphase theory`: the closed-form phases, and the true optimum.

use crate::error::{Error, write};
use crate::flags;
use clap::{Arg, ArgMatches, Command};
use rayon::prelude::*;
use std::path::PathBuf;
use toy::optimum::{Optimum, Solver};
use toy::phase::Thresholds;
use toy::picture::Picture;
use toy::{Sweep, ansatz, csv};

/// The subcommand.
pub fn command() -> Command {
    flags::spec::<Sweep>(Command::new("theory").about(
        "Computes a theoretical diagram; with one density and one importance, a single point",
    ))
    .arg(
        Arg::new("kind")
            .long("kind")
            .value_name("KIND")
            .value_parser(["ansatz", "optimum"])
            .default_value("ansatz")
            .help("ansatz: the best of the closed-form candidates; optimum: the minimum of the population loss"),
    )
    .arg(flags::file("out", "Writes the diagram, a row a pixel (CSV); standard output without"))
}

/// Computes and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let (sweep, _) = flags::read::<Sweep>(flags)?;
    let optimum = flags.get_one::<String>("kind").is_some_and(|kind| kind == "optimum");
    if sweep.density.from == sweep.density.to && sweep.importance.from == sweep.importance.to {
        return point(&sweep, optimum);
    }
    let picture = picture(&sweep, optimum)?;
    let table = csv::grid(&sweep, &picture, None);
    match flags.get_one::<PathBuf>("out") {
        Some(path) => write(path, &table),
        None => {
            print!("{table}");
            Ok(())
        }
    }
}

/// The picture of a theory: of the optimum, or else of the closed form.
pub fn picture(sweep: &Sweep, optimum: bool) -> Result<Picture, Error> {
    if optimum { optimum_picture(sweep) } else { Ok(Picture::ansatz(sweep)) }
}

/// Prints the theory of a single point.
fn point(sweep: &Sweep, optimum: bool) -> Result<(), Error> {
    let (s, r) = (sweep.density.from, sweep.importance.from);
    if optimum {
        let Optimum { loss, w, b, verdict } = solver(sweep)?.solve(s, r, &[])?;
        println!("phase {}\nloss {loss}", verdict.phase);
        for (i, row) in w.chunks(sweep.hidden as usize).enumerate() {
            println!("W_{} {row:?}", i + 1);
        }
        println!("b {b:?}");
    } else {
        for candidate in ansatz::CANDIDATES {
            if let Some(loss) = ansatz::loss(candidate, sweep.features, sweep.hidden, s, r) {
                println!("{} loss {loss}", candidate.name());
            }
        }
        println!("best {}", ansatz::best(sweep.features, sweep.hidden, s, r).0.name());
    }
    Ok(())
}

fn solver(sweep: &Sweep) -> Result<Solver, Error> {
    Ok(Solver::new(sweep.features as usize, sweep.hidden as usize, sweep.bias)?)
}

/// The optimum of every pixel; rows in parallel, columns one after the other with warm starts.
fn optimum_picture(sweep: &Sweep) -> Result<Picture, Error> {
    let solver = solver(sweep)?;
    let importances: Vec<f64> = (0..sweep.columns).map(|c| sweep.importance_at(c)).collect();
    let rows: Vec<Picture> = (0..sweep.rows)
        .into_par_iter()
        .map(|row| {
            let minima = solver.row(sweep.density_at(row), importances.iter().copied(), &[]);
            let minima = minima.collect::<Result<Vec<_>, _>>()?;
            Ok(Picture::optimum(sweep, row, &minima, &Thresholds::default()))
        })
        .collect::<Result<_, Error>>()?;
    let mut picture = Picture::of(sweep);
    rows.iter().for_each(|row| picture.place(row));
    Ok(picture)
}
