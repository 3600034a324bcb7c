//! Links: a sweep as the query part of a URL, readable `key=value`, only what differs from the
//! default, with a version; and back, forgiving but never silent.

use crate::param::{GRID, PARAMS, Param, find, set};
use crate::{Sweep, preset};

/// Version of the link format, the value of `v`.
pub const VERSION: u32 = 1;

/// Name under which a link may give a preset to start from.
pub const PRESET: &str = "preset";

/// What a link says.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// A valid sweep, whatever the link said.
    pub sweep: Sweep,
    /// Keys that are not the sweep's, for whoever else reads the link (layer, view, engine).
    pub others: Vec<(String, String)>,
    /// What was ignored or changed, and why, a sentence each.
    pub notices: Vec<String>,
}

/// The sweep's part of a link: pairs that differ from the default, after the version.
pub fn pairs(sweep: &Sweep) -> Vec<(String, String)> {
    let default = Sweep::default();
    let mut pairs = vec![("v".to_owned(), VERSION.to_string())];
    let square = sweep.columns == sweep.rows;
    if square && sweep.columns != default.columns {
        pairs.push((GRID.to_owned(), sweep.columns.to_string()));
    }
    let differs = |p: &&Param| (p.get)(sweep) != (p.get)(&default);
    let folded = |p: &&Param| square && (p.name == "columns" || p.name == "rows");
    for param in PARAMS.iter().filter(|p| differs(p) && !folded(p)) {
        pairs.push((param.name.to_owned(), (param.get)(sweep)));
    }
    pairs
}

/// The query string of these pairs, without the question mark. The characters that make values
/// readable (`.`, `:`, `-`) are left as they are.
pub fn write(pairs: &[(String, String)]) -> String {
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    text.replace("%3A", ":").replace("%2C", ",")
}

/// Reads any string as a link.
pub fn read(query: &str) -> Opened {
    let query = query.trim_start_matches(['?', '#']);
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut opened = Opened { sweep: Sweep::default(), others: vec![], notices: vec![] };
    for (key, value) in pairs.iter().filter(|(key, _)| key == PRESET) {
        match preset::find(value) {
            Some(preset) => opened.sweep = (preset.sweep)(),
            None => opened.notices.push(format!("{key} {value} is not known and was ignored")),
        }
    }
    for (key, value) in &pairs {
        match key.as_str() {
            PRESET => {}
            "v" => {
                if value.parse::<u32>().is_ok_and(|v| v > VERSION) {
                    let notice = format!(
                        "the link is of version {value}, newer than {VERSION}; what is not known was ignored"
                    );
                    opened.notices.push(notice);
                }
            }
            name if name == GRID || find(name).is_some() => {
                if let Err(error) = set(&mut opened.sweep, name, value) {
                    opened.notices.push(format!("{error}; the default was kept"));
                }
            }
            _ => opened.others.push((key.clone(), value.clone())),
        }
    }
    if let Err(error) = opened.sweep.validate() {
        opened.notices.push(format!("{error}; the nearest allowed values were taken"));
        opened.sweep.repair();
    }
    opened
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_needs_only_a_version() {
        assert_eq!(write(&pairs(&Sweep::default())), "v=1");
    }

    #[test]
    fn a_preset_with_changes() {
        let opened = read("?preset=repro-superposition&grid=16&seed=7&layer=norm");
        assert_eq!((opened.sweep.columns, opened.sweep.seed), (16, 7));
        assert_eq!(opened.sweep.weight_decay, 0.01);
        assert_eq!(opened.others, [("layer".to_owned(), "norm".to_owned())]);
        assert!(opened.notices.is_empty());
        let text = write(&pairs(&opened.sweep));
        assert!(text.contains("init-std=packed:4096"), "{text}");
        assert_eq!(read(&text).sweep, opened.sweep);
    }

    #[test]
    fn bad_values_are_named_and_the_rest_kept() {
        let opened = read("features=1&lr=NaN&seed=5&hidden=7&preset=none");
        assert_eq!(opened.sweep.validate(), Ok(()));
        assert_eq!((opened.sweep.features, opened.sweep.seed), (2, 5));
        assert_eq!(opened.notices.len(), 4, "{:?}", opened.notices);
    }
}
