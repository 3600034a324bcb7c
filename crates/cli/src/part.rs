//! Parts: the file that one shard of a run writes, and what it says of itself.
//!
//! A part of a table is the table of the shard's rows or models, between two lines more:
//!
//! ```text
//! # {"format":"superphase-part","version":1,"table":"sweep.out","link":"?v=1&grid=8", ...}
//! log_sparsity_index,log_weight_index, ...
//! 2,0, ...
//! # end {"lines":8,"sum":"0123456789abcdef"}
//! ```
//!
//! The last line says how many lines of the table there are below its header, and the fingerprint
//! of all bytes before it. Row or model `k` of the whole run is in shard `k mod N`, counted from 0,
//! in order, and has `lines` lines: so the whole is made of the parts by taking lines in turns,
//! whatever they are about.
//!
//! A part of a JSON document is the document of the shard's models, each in a line of its own, with
//! a first member `"part"` (the header) and a last one `"end"`, each in a line of its own, too.

use crate::share::Share;
use serde::{Deserialize, Serialize};
use toy::fingerprint::Fingerprint;

/// The value of `format`.
pub const FORMAT: &str = "superphase-part";
/// Version of the format.
pub const VERSION: u32 = 1;
/// What the last line of a table's part begins with.
const END: &str = "# end ";

/// What a part belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Which file of which command it is, such as `sweep.out` or `study.losses`.
    pub table: String,
    /// A link that opens the run.
    pub link: String,
    /// Fingerprint of what is trained or computed, and of the flags that change the file.
    pub hash: String,
    /// Version of the program.
    pub program: String,
    /// What trained it: kind and instruction set or adapter. Others round differently.
    pub engine: String,
    /// Number of the shard, from 1.
    pub shard: u32,
    /// Number of shards.
    pub of: u32,
    /// Rows or models of the whole run.
    pub units: u32,
    /// Lines of each of them in this file.
    pub lines: u32,
}

/// How a part ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Lines of the shard's rows or models.
    pub lines: u64,
    /// Fingerprint of all bytes before the line (of a document: the member) that says so.
    pub sum: String,
}

impl Header {
    /// A header that says nothing yet but which shard of what it is.
    pub fn new(share: Share, hash: Fingerprint) -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            table: String::new(),
            link: String::new(),
            hash: hash.to_string(),
            program: env!("CARGO_PKG_VERSION").into(),
            engine: String::new(),
            shard: share.shard,
            of: share.of,
            units: 0,
            lines: 0,
        }
    }

    /// The first line of a table's part, with its end.
    pub fn line(&self) -> String {
        format!("# {}\n", json(self))
    }

    /// The member of a document's part, with its end.
    pub fn member(&self) -> String {
        format!("  \"part\": {},\n", json(self))
    }

    /// The header that a first line holds, or the line of a member; `None` if it is neither, or not
    /// of this version.
    pub fn read(line: &str) -> Option<Self> {
        let line = line.trim_end();
        let text = line
            .strip_prefix("# ")
            .or_else(|| line.trim_start().strip_prefix("\"part\": ")?.strip_suffix(','))?;
        let header: Self = serde_json::from_str(text).ok()?;
        let known = header.format == FORMAT && header.version == VERSION;
        (known && header.shard > 0 && header.shard <= header.of).then_some(header)
    }

    /// Lines that the shard's rows or models have in the file.
    pub fn all_lines(&self) -> u64 {
        let (shard, of) = (u64::from(self.shard), u64::from(self.of));
        let units = (u64::from(self.units) + of).saturating_sub(shard) / of.max(1);
        units * u64::from(self.lines)
    }
}

impl End {
    /// The end of a part of so many lines and these bytes.
    pub fn new(lines: u64, before: Fingerprint) -> Self {
        Self { lines, sum: before.to_string() }
    }

    /// The last line of a table's part, with its end.
    pub fn line(&self) -> String {
        format!("{END}{}\n", json(self))
    }

    /// The last member of a document's part, with its end.
    pub fn member(&self) -> String {
        format!("  \"end\": {}\n", json(self))
    }

    /// What a last line or member says; `None` if it is neither.
    pub fn read(line: &str) -> Option<Self> {
        let line = line.trim_end();
        let member = || line.trim_start().strip_prefix("\"end\": ");
        serde_json::from_str(line.strip_prefix(END).or_else(member)?).ok()
    }
}

/// Plain data as one line of JSON, which cannot fail.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_say_what_they_belong_to() {
        let header = Header {
            format: FORMAT.into(),
            version: VERSION,
            table: "sweep.out".into(),
            link: "?v=1&seed=\"3\"".into(),
            hash: Fingerprint(7).to_string(),
            program: "0.1.0".into(),
            engine: "Cpu, AVX2".into(),
            shard: 3,
            of: 8,
            units: 20,
            lines: 5,
        };
        assert_eq!(Header::read(&header.line()), Some(header.clone()));
        assert_eq!(Header::read(&header.member()), Some(header.clone()));
        assert_eq!(header.all_lines(), 15);
        let last = Header { shard: 5, ..header.clone() };
        assert_eq!(last.all_lines(), 10);
        let newer = Header { version: 2, ..header };
        assert_eq!(Header::read(&newer.line()), None);
        assert_eq!(Header::read("log_sparsity_index,log_weight_index\n"), None);
        let end = End::new(15, Fingerprint::of_bytes(b"before"));
        assert_eq!(End::read(&end.line()), Some(end.clone()));
        assert_eq!(End::read(&end.member()), Some(end));
    }
}
