//! Results of runs that take minutes, which come with the page: the command computed them
//! (`make results`). Each is a file that is fetched when somebody looks at what it is the result of.

use crate::decode::read;
use crate::format::{count, duration, plural};
use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Response;
use toy::load::{FoundStudy, Loaded};
use toy::phase::Thresholds;
use toy::spec::link;
use toy::{Study, Sweep};
use trainer::Stage;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// What each file is: the link that repeats it, the seconds it took, on how many cores.
const RECIPES: &str = include_str!("../www/results/recipes.tsv");
/// A diagram may be shown by one of so many times fewer columns and rows.
const COARSEST: u32 = 8;

/// A result that comes with the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Shipped {
    file: &'static str,
    link: &'static str,
    seconds: f64,
    cores: u64,
    /// The columns and rows of a diagram that has fewer than the one asked for.
    grid: Option<(u32, u32)>,
}

impl Shipped {
    /// All there are.
    fn all() -> impl Iterator<Item = Self> {
        RECIPES.lines().skip(1).filter_map(|line| {
            let mut cells = line.split('\t');
            let (file, link) = (cells.next()?, cells.next()?);
            let (seconds, cores) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
            Some(Self { file, link, seconds, cores, grid: None })
        })
    }

    /// The result of a diagram, perhaps with fewer pixels.
    pub fn diagram(asked: &Sweep) -> Option<Self> {
        let own = Self::all().filter(|all| !link::names_preset::<Study>(all.link));
        let mut fitting = own.filter_map(|own| {
            let Sweep { columns, rows, .. } = fitting(&link::read(own.link).spec, asked)?;
            let fewer = (columns, rows) != (asked.columns, asked.rows);
            Some(Self { grid: fewer.then_some((columns, rows)), ..own })
        });
        fitting.next()
    }

    /// The result of a study.
    pub fn study(asked: &Study) -> Option<Self> {
        let mut own = Self::all().filter(|all| link::names_preset::<Study>(all.link));
        own.find(|own| link::read::<Study>(own.link).spec == *asked)
    }

    /// What it is, in a few words: `computed earlier, 5 min on 2 cores`.
    pub fn words(&self) -> String {
        let on = format!("{} on {}", duration(self.seconds), plural(self.cores, "core"));
        let count = |side: u32| count(side.into());
        match self.grid {
            Some((columns, rows)) => {
                format!("computed earlier on {} × {} pixels, {on}", count(columns), count(rows))
            }
            None => format!("computed earlier, {on}"),
        }
    }

    /// Fetches a diagram; nothing where the host does not have it, or has something else.
    pub async fn fetch_diagram(self) -> Option<Loaded> {
        let bytes = self.fetch().await?;
        read(bytes, Sweep::default(), Thresholds::DEFAULT).await.ok()
    }

    /// Fetches a study; nothing where the host does not have it, or has something else.
    pub async fn fetch_study(self) -> Option<FoundStudy> {
        toy::load::study(&self.fetch().await?).ok()
    }

    async fn fetch(&self) -> Option<Vec<u8>> {
        let answer = window().fetch_with_str(&format!("results/{}", self.file));
        let answer: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
        let bytes = JsFuture::from(answer.array_buffer().ok().filter(|_| answer.ok())?).await;
        Some(Uint8Array::new(&bytes.ok()?).to_vec())
    }
}

/// While a run waits to be asked for, shows its result if one comes with the page: `find` says which,
/// `fetch` gets it and `show` shows it.
pub fn follow<T: 'static, F: Future<Output = Option<T>> + 'static>(
    stage: RwSignal<Stage>,
    find: impl Fn() -> Option<Shipped> + Send + Sync + 'static,
    fetch: impl Fn(Shipped) -> F + Copy + Send + Sync + 'static,
    show: impl Fn(T, Shipped) + Copy + Send + Sync + 'static,
) {
    let there = Memo::new(move |_| waits(&stage.get()).then(&find).flatten());
    Effect::new(move || {
        let Some(shipped) = there.get() else { return };
        spawn_local(async move {
            let found = fetch(shipped.clone()).await;
            // The reader may have gone on meanwhile.
            let asked = there.try_get_untracked().flatten().as_ref() == Some(&shipped);
            if let Some(found) = found.filter(|_| asked) {
                show(found, shipped);
            }
        });
    });
}

/// Whether a run waits to be asked for.
pub const fn waits(stage: &Stage) -> bool {
    matches!(stage, Stage::Asking(_) | Stage::Offered(_))
}

/// The diagram, if it is the one asked for or the same with fewer columns and rows.
fn fitting(own: &Sweep, asked: &Sweep) -> Option<Sweep> {
    (1..=COARSEST).map(|factor| asked.coarse(factor)).find(|coarse| coarse == own)
}

/// Whether a diagram that came with the page stands for the one asked for.
pub fn stands_for(own: &Sweep, asked: &Sweep) -> bool {
    fitting(own, asked).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::spec::Spec;

    /// Every preset of the diagram that takes minutes has its result, and the default has none.
    #[test]
    fn results_are_found_by_what_is_asked_for() {
        let preset = |name| (Sweep::preset(name).expect("a preset").spec)();
        let paper = Shipped::diagram(&preset("paper")).expect("a result");
        assert_eq!((paper.file, paper.grid), ("paper.json", None));
        assert!(paper.words().starts_with("computed earlier, "), "{}", paper.words());
        let published = preset("repro-superposition");
        let coarse = Shipped::diagram(&published).expect("a result");
        assert_eq!(coarse.grid, Some((64, 64)));
        assert!(coarse.words().contains(" on 64 × 64 pixels, "), "{}", coarse.words());
        assert!(stands_for(&published.coarse(4), &published));
        for other in [Sweep::default(), Sweep { seed: 1, ..preset("paper") }] {
            assert_eq!(Shipped::diagram(&other), None);
        }
        let study = |name| (Study::preset(name).expect("a preset").spec)();
        assert!(Shipped::study(&study("attacked")).is_some());
        assert_eq!(Shipped::study(&Study::default()), None);
    }

    #[test]
    fn every_recipe_is_read() {
        assert_eq!(Shipped::all().count(), RECIPES.lines().count() - 1);
        for own in Shipped::all() {
            assert!(own.seconds >= 1.0 && own.cores >= 1, "{own:?}");
            let notices = match link::names_preset::<Study>(own.link) {
                true => link::read::<Study>(own.link).notices,
                false => link::read::<Sweep>(own.link).notices,
            };
            assert_eq!(notices, [""; 0], "{own:?}");
        }
    }
}
