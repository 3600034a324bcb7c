//! `superphase`: the same sweeps, studies, shaders and theory as the page, from the command line.

mod base;
mod bench;
mod compare;
mod crew;
mod devices;
mod error;
mod flags;
mod gpus;
mod log;
mod measure;
mod merge;
mod network;
mod output;
mod outputs;
mod part;
mod plan;
mod progress;
mod request;
mod saved;
mod say;
mod share;
mod signal;
mod study;
mod sweep;
mod theory;
mod translation;
mod weights;

use clap::Command;
use std::process::ExitCode;

fn command() -> Command {
    let own = Command::new("superphase")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Phase diagrams of superposition (Elhage et al. 2022, section 3)")
        .after_help(error::STATUSES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(sweep::command())
        .subcommand(translation::flags(network::flags(study::command())))
        .subcommand(base::command())
        .subcommand(theory::command())
        .subcommand(plan::command())
        .subcommand(measure::command())
        .subcommand(compare::command())
        .subcommand(merge::command())
        .subcommand(bench::command())
        .subcommand(
            Command::new("devices").about("Lists what can train, and what would be chosen"),
        );
    // The statuses are those of every subcommand.
    own.mut_subcommands(|subcommand| subcommand.after_help(error::STATUSES))
}

fn main() -> ExitCode {
    let matches = command().get_matches();
    signal::catch();
    let result = match matches.subcommand() {
        Some(("sweep", flags)) => sweep::run(flags),
        Some(("study", flags)) if translation::wanted(flags) => translation::run(flags),
        Some(("study", flags)) if network::wanted(flags) => {
            translation::refuse(flags).and_then(|()| network::run(flags))
        }
        Some(("study", flags)) => translation::refuse(flags)
            .and_then(|()| network::refuse(flags))
            .and_then(|()| study::run(flags)),
        Some(("base", flags)) => base::run(flags),
        Some(("theory", flags)) => theory::run(flags),
        Some(("plan", flags)) => plan::run(flags),
        Some(("measure", flags)) => measure::run(flags),
        Some(("compare", flags)) => compare::run(flags),
        Some(("merge", flags)) => merge::run(flags),
        Some(("bench", flags)) => bench::run(flags),
        _ => devices::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::note(format_args!("superphase: {error}"));
            ExitCode::from(error.status())
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn flags_are_consistent() {
        super::command().debug_assert();
    }
}
