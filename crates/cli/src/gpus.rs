//! Which GPUs train: `--gpu all|INDEX|auto`.

use crate::error::Error;
use clap::{Arg, ArgMatches, Command};
use engine::gpu::{Adapter, Gpu};
use pollster::block_on;

/// Variables in which launchers number the processes of one machine.
const LOCAL: [&str; 4] =
    ["SLURM_LOCALID", "LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID"];

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every GPU, a device and a thread each; software adapters only where there is nothing else.
    All,
    /// That of the process among those of its machine, or the fastest where nothing says which.
    Auto,
    /// These, which may be named more than once.
    Some(Vec<usize>),
}

/// Adds the flag.
pub fn flag(command: Command) -> Command {
    command.arg(Arg::new("gpu").long("gpu").value_name("WHICH").help(
        "Which GPUs train: all (rows in turns), an index as `superphase devices` lists them or \
         several (0,1), or auto (by SLURM_LOCALID or LOCAL_RANK where they are set)",
    ))
}

impl Wanted {
    /// What the flags ask for, if they do.
    ///
    /// # Errors
    /// When it is none of what is allowed.
    pub fn read(flags: &ArgMatches) -> Result<Option<Self>, Error> {
        flags.get_one::<String>("gpu").map(|text| Self::parse(text)).transpose()
    }

    fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "all" => Ok(Self::All),
            "auto" => Ok(Self::Auto),
            list => {
                let indices = list.split(',').map(|index| index.trim().parse());
                indices.collect::<Result<_, _>>().map(Self::Some).map_err(|_| {
                    Error::Flags(format!(
                        "gpu is {text}; it must be all, auto, or indices such as 0 or 0,1"
                    ))
                })
            }
        }
    }

    /// The places among so many adapters, of which the first `real` are no imitations; `None` for
    /// the one that the system thinks fastest.
    fn places(
        &self,
        count: usize,
        real: usize,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Vec<usize>>, Error> {
        let none = || Error::Flags("there is no GPU here; leave --gpu out".into());
        let usable = if real > 0 { real } else { count };
        if usable == 0 {
            return Err(none());
        }
        match self {
            Self::All => Ok(Some((0..usable).collect())),
            Self::Auto => {
                let rank = LOCAL.iter().find_map(|name| environment(name));
                let rank = rank.and_then(|rank| rank.trim().parse::<usize>().ok());
                Ok(rank.map(|rank| vec![rank % usable]))
            }
            Self::Some(places) => match places.iter().find(|place| **place >= count) {
                Some(place) => Err(Error::Flags(format!(
                    "there is no GPU {place}; `superphase devices` lists what there is, from 0 to {}",
                    count - 1
                ))),
                None => Ok(Some(places.clone())),
            },
        }
    }

    /// Opens the devices; none when the choice is left to the system.
    ///
    /// # Errors
    /// When there are no such GPUs, or one refuses.
    pub fn open(&self) -> Result<Vec<Gpu>, Error> {
        let all = block_on(Adapter::all());
        let real = all.iter().filter(|adapter| adapter.sort != "software").count();
        let places = self.places(all.len(), real, |name| std::env::var(name).ok())?;
        let open = |place: usize| block_on(all[place].open());
        Ok(places.unwrap_or_default().into_iter().map(open).collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpus_are_chosen_by_word_index_or_local_rank() {
        let places = |text: &str, count, real, environment: &str| {
            let find = |name: &str| {
                let pairs = environment.split(' ').filter_map(|pair| pair.split_once('='));
                pairs.into_iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
            };
            let wanted = Wanted::parse(text).map_err(|e| e.to_string())?;
            wanted.places(count, real, find).map_err(|e| e.to_string())
        };
        assert_eq!(places("all", 3, 2, ""), Ok(Some(vec![0, 1])));
        assert_eq!(places("all", 1, 0, ""), Ok(Some(vec![0])));
        assert_eq!(places("auto", 3, 2, "SLURM_LOCALID=5"), Ok(Some(vec![1])));
        assert_eq!(places("auto", 3, 2, "LOCAL_RANK=0"), Ok(Some(vec![0])));
        assert_eq!(places("auto", 3, 2, ""), Ok(None));
        assert_eq!(places("0,0", 1, 0, ""), Ok(Some(vec![0, 0])));
        for (text, count) in [("2", 2), ("all", 0), ("auto", 0), ("-1", 2), ("fast", 2), ("", 2)] {
            assert!(places(text, count, count, "").is_err(), "{text}");
        }
    }
}
