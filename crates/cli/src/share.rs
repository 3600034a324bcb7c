//! Which share of a run this process trains: `--shard I/N`, or as the scheduler says that started it.
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Most shards of a run: file names have five digits.
pub const MOST: u32 = 99_999;

/// One of `of` equal shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Number of the share, from 1.
    pub shard: u32,
    /// Number of shares.
    pub of: u32,
}

/// What was asked for: a share by its number, or the scheduler's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `I/N`.
    Given(Share),
    /// `auto`, or `auto/N` where the scheduler may not say how many there are.
    Auto(Option<u32>),
}

/// Why there is no share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Neither `I/N` nor `auto`.
    #[error(
        "shard is {0}; it must be I/N, such as 3/8 (from 1/8 to 8/8, at most {MOST} shards), auto, or auto/N"
    )]
    Syntax(String),
    /// Nothing that started this process says which share is meant.
    #[error(
        "shard is auto, but no scheduler that is known started this process (Slurm, torchrun, MPI, Kubernetes, HyperQueue, AWS or Google Batch, GNU parallel); give it as I/N, such as 3/8"
    )]
    NoScheduler,
    /// A scheduler that says which task this is, but not of how many.
    #[error(
        "{0} numbers its tasks but does not say how many there are; give it as auto/N, such as auto/8"
    )]
    NoCount(&'static str),
    /// A variable that is missing or not a number.
    #[error(
        "{0} says {1}={2}, which is not a number that can be used; give the shard as I/N, such as 3/8"
    )]
    Variable(&'static str, &'static str, String),
    /// A variable that should be there.
    #[error("{0} has set no {1}; give the shard as I/N, such as 3/8")]
    Missing(&'static str, &'static str),
    /// More or less than there are.
    #[error(
        "{0} says that this is task {1} (from 0) of {2}, which there cannot be; give the shard as I/N, such as 3/8"
    )]
    Beyond(&'static str, u64, u64),
    /// Two numbers of shares.
    #[error("{0} says that there are {1} tasks, and --shard auto/{2} that there are {2}")]
    Differs(&'static str, u64, u32),
}

/// A scheduler: the variables that number its tasks.
struct Scheduler {
    name: &'static str,
    index: &'static str,
    /// Subtracted from the index: a number, or a variable that holds it.
    first: First,
    /// Variable that says how many tasks there are.
    count: Option<&'static str>,
}

enum First {
    Number(u64),
    /// A variable, and another that holds the step from one task to the next.
    Variable(&'static str, &'static str),
}

/// In the order in which they are asked: the innermost launcher that splits work comes last where
/// it also runs alone.
const SCHEDULERS: [Scheduler; 10] = [
    Scheduler {
        name: "a Slurm array",
        index: "SLURM_ARRAY_TASK_ID",
        first: First::Variable("SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP"),
        count: Some("SLURM_ARRAY_TASK_COUNT"),
    },
    from_zero("Slurm's srun", "SLURM_PROCID", Some("SLURM_NTASKS")),
    from_zero("torchrun", "RANK", Some("WORLD_SIZE")),
    from_zero("Open MPI", "OMPI_COMM_WORLD_RANK", Some("OMPI_COMM_WORLD_SIZE")),
    from_zero("MPI", "PMI_RANK", Some("PMI_SIZE")),
    from_zero("Kubernetes", "JOB_COMPLETION_INDEX", None),
    from_zero("HyperQueue", "HQ_TASK_ID", None),
    from_zero("AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", None),
    from_zero("Google Batch", "BATCH_TASK_INDEX", Some("BATCH_TASK_COUNT")),
    Scheduler { name: "GNU parallel", index: "PARALLEL_SEQ", first: First::Number(1), count: None },
];

const fn from_zero(
    name: &'static str,
    index: &'static str,
    count: Option<&'static str>,
) -> Scheduler {
    Scheduler { name, index, first: First::Number(0), count }
}

impl FromStr for Wanted {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let wrong = || ShareError::Syntax(text.into());
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let number = text.parse::<u32>().ok().filter(|n| digits && (1..=MOST).contains(n));
            number.ok_or_else(wrong)
        };
        match text.split_once('/') {
            None if text == "auto" => Ok(Self::Auto(None)),
            Some(("auto", of)) => Ok(Self::Auto(Some(number(of)?))),
            Some((shard, of)) => {
                let share = Share { shard: number(shard)?, of: number(of)? };
                if share.shard <= share.of { Ok(Self::Given(share)) } else { Err(wrong()) }
            }
            None => Err(wrong()),
        }
    }
}

impl Wanted {
    /// The share that is meant in an environment, given as what a variable holds.
    ///
    /// # Errors
    /// When it does not say which, or something that cannot be.
    pub fn resolve(
        self,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Share, ShareError> {
        let of = match self {
            Self::Given(share) => return Ok(share),
            Self::Auto(of) => of,
        };
        // An empty variable is how shells unset one for a command.
        let environment = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
        let found = SCHEDULERS.iter().find(|s| environment(s.index).is_some());
        found.ok_or(ShareError::NoScheduler)?.share(of, environment)
    }
}

impl Scheduler {
    fn share(
        &self,
        given: Option<u32>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Share, ShareError> {
        let number = |name: &'static str| match environment(name) {
            None => Ok(None),
            Some(text) => match text.trim().parse::<u64>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(ShareError::Variable(self.name, name, text)),
            },
        };
        let needed = |name| number(name)?.ok_or(ShareError::Missing(self.name, name));
        let task = needed(self.index)?;
        let told = self.count.map(number).transpose()?.flatten();
        // Part of an array that ran before, as `merge` asks for it: tasks are numbered as shards.
        if let (Some(of), Some(told), First::Variable(..)) = (given, told, &self.first)
            && u64::from(of) != told
            && (1..=u64::from(of)).contains(&task)
        {
            return Ok(Share { shard: task as u32, of });
        }
        let of = match (given, told) {
            (Some(of), Some(told)) if u64::from(of) != told => {
                return Err(ShareError::Differs(self.name, told, of));
            }
            (Some(of), _) => u64::from(of),
            (None, Some(told)) => told,
            (None, None) => {
                return Err(match self.count {
                    Some(count) => ShareError::Missing(self.name, count),
                    None => ShareError::NoCount(self.name),
                });
            }
        };
        let (first, step) = match self.first {
            First::Number(first) => (first, 1),
            First::Variable(first, step) => (needed(first)?, number(step)?.unwrap_or(1)),
        };
        let beyond = ShareError::Beyond(self.name, task, of);
        let from_first = task.checked_sub(first);
        let index = from_first.filter(|d| step > 0 && d % step == 0).map(|d| d / step);
        match index {
            Some(index) if index < of && of <= u64::from(MOST) => {
                Ok(Share { shard: index as u32 + 1, of: of as u32 })
            }
            Some(index) => Err(ShareError::Beyond(self.name, index, of)),
            None => Err(beyond),
        }
    }
}

impl Share {
    /// Everything.
    pub const ALL: Self = Self { shard: 1, of: 1 };

    /// Its rows or models, of so many: in turns, so that shares cost alike.
    pub fn part(self, all: u32) -> Vec<u32> {
        (self.shard - 1..all).step_by(self.of as usize).collect()
    }

    /// The file of this share of what `whole` is the file of: `NAME.shard-00003-of-00008.EXT`.
    pub fn path(self, whole: &Path) -> PathBuf {
        let stem = whole.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut name = format!("{stem}.shard-{:05}-of-{:05}", self.shard, self.of);
        if let Some(extension) = whole.extension() {
            name = format!("{name}.{}", extension.to_string_lossy());
        }
        whole.with_file_name(name)
    }

    /// The share that a file's name says it is of, and the file of the whole.
    pub fn of_path(path: &Path) -> Option<(Self, PathBuf)> {
        let name = path.file_name()?.to_str()?;
        let (stem, rest) = name.rsplit_once(".shard-")?;
        let (numbers, extension) = match rest.split_once('.') {
            Some((numbers, extension)) => (numbers, Some(extension)),
            None => (rest, None),
        };
        let (shard, of) = numbers.split_once("-of-")?;
        let digits = |text: &str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
        let share = Self { shard: shard.parse().ok()?, of: of.parse().ok()? };
        if !digits(shard) || !digits(of) || share.shard == 0 || share.shard > share.of {
            return None;
        }
        let whole = extension.map_or(stem.to_owned(), |extension| format!("{stem}.{extension}"));
        Some((share, path.with_file_name(whole)))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.shard, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share in an environment written as `NAME=VALUE` and spaces.
    fn auto(wanted: &str, environment: &str) -> Result<String, String> {
        let wanted: Wanted = wanted.parse().map_err(|e: ShareError| e.to_string())?;
        let find = |name: &str| {
            let pairs = environment.split(' ').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
        };
        wanted.resolve(find).map(|share| share.to_string()).map_err(|e| e.to_string())
    }

    #[test]
    fn every_scheduler_is_understood() {
        let slurm = "SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_STEP=1 SLURM_ARRAY_TASK_COUNT=8";
        for (wanted, environment, share) in [
            ("3/8", "RANK=0 WORLD_SIZE=2", "3/8"),
            (
                "auto",
                &format!("SLURM_ARRAY_TASK_ID=3 {slurm} SLURM_PROCID=0 SLURM_NTASKS=1"),
                "3/8",
            ),
            (
                "auto",
                "SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=4",
                "3/4",
            ),
            (
                "auto",
                "SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_COUNT=4",
                "1/4",
            ),
            ("auto/8", &format!("SLURM_ARRAY_TASK_ID=8 {slurm}"), "8/8"),
            // Two of eight, once more.
            (
                "auto/8",
                "SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_STEP=1 SLURM_ARRAY_TASK_COUNT=2",
                "5/8",
            ),
            ("auto", "SLURM_PROCID=3 SLURM_NTASKS=4 RANK=0 WORLD_SIZE=1", "4/4"),
            ("auto", "RANK=0 WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=3", "1/2"),
            ("auto", "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=3 PMI_RANK=0 PMI_SIZE=9", "2/3"),
            ("auto", "PMI_RANK=8 PMI_SIZE=9", "9/9"),
            ("auto/8", "JOB_COMPLETION_INDEX=7", "8/8"),
            ("auto/8", "HQ_TASK_ID=0", "1/8"),
            ("auto/8", "AWS_BATCH_JOB_ARRAY_INDEX=2", "3/8"),
            ("auto", "BATCH_TASK_INDEX=2 BATCH_TASK_COUNT=4", "3/4"),
            ("auto/4", "BATCH_TASK_INDEX=2", "3/4"),
            ("auto/8", "PARALLEL_SEQ=1", "1/8"),
            ("auto/8", "RANK= PARALLEL_SEQ=8", "8/8"),
        ] {
            assert_eq!(auto(wanted, environment), Ok(share.into()), "{wanted} {environment}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_sentence() {
        for (wanted, environment, sentence) in [
            ("0/8", "", "from 1/8 to 8/8"),
            ("9/8", "", "from 1/8 to 8/8"),
            ("1/0", "", "from 1/8 to 8/8"),
            ("-1/8", "", "from 1/8 to 8/8"),
            ("+1/8", "", "from 1/8 to 8/8"),
            ("3", "", "from 1/8 to 8/8"),
            ("a/b", "", "from 1/8 to 8/8"),
            ("auto/0", "", "from 1/8 to 8/8"),
            ("1/100000", "", "from 1/8 to 8/8"),
            ("auto", "", "no scheduler that is known"),
            ("auto/8", "HOME=/root", "no scheduler that is known"),
            ("auto", "JOB_COMPLETION_INDEX=1", "auto/N, such as auto/8"),
            ("auto", "HQ_TASK_ID=1", "HyperQueue numbers its tasks"),
            ("auto", "AWS_BATCH_JOB_ARRAY_INDEX=1", "AWS Batch numbers its tasks"),
            ("auto", "PARALLEL_SEQ=1", "GNU parallel numbers its tasks"),
            ("auto", "BATCH_TASK_INDEX=1", "set no BATCH_TASK_COUNT"),
            ("auto", "RANK=1", "set no WORLD_SIZE"),
            ("auto", "RANK=1 WORLD_SIZE=0", "task 1 (from 0) of 0"),
            ("auto", "RANK=2 WORLD_SIZE=2", "task 2 (from 0) of 2"),
            ("auto", "RANK=-1 WORLD_SIZE=2", "RANK=-1"),
            ("auto", "RANK=one WORLD_SIZE=2", "RANK=one"),
            ("auto", "SLURM_PROCID=0 SLURM_NTASKS=x", "SLURM_NTASKS=x"),
            ("auto", "SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=2", "no SLURM_ARRAY_TASK_MIN"),
            (
                "auto",
                "SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_COUNT=2",
                "cannot be",
            ),
            (
                "auto",
                "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_STEP=0 SLURM_ARRAY_TASK_COUNT=2",
                "cannot be",
            ),
            ("auto/8", "RANK=1 WORLD_SIZE=2", "there are 2 tasks"),
            ("auto/8", "PARALLEL_SEQ=0", "cannot be"),
            ("auto/8", "PARALLEL_SEQ=9", "cannot be"),
            ("auto/8", "JOB_COMPLETION_INDEX=99999999999999999999", "not a number"),
        ] {
            let refused = auto(wanted, environment).err().unwrap_or_default();
            assert!(refused.contains(sentence), "{wanted} {environment}: {refused}");
        }
    }

    #[test]
    fn files_are_named_after_their_shard() {
        let share = Share { shard: 3, of: 8 };
        for (whole, part) in [
            ("x.csv", "x.shard-00003-of-00008.csv"),
            ("a.b/my.grid.csv", "a.b/my.grid.shard-00003-of-00008.csv"),
            ("plain", "plain.shard-00003-of-00008"),
        ] {
            assert_eq!(share.path(Path::new(whole)), Path::new(part));
            assert_eq!(Share::of_path(Path::new(part)), Some((share, whole.into())));
        }
        assert_eq!(share.part(20), [2, 10, 18]);
        assert!(share.part(2).is_empty());
    }
}
