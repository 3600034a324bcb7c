//! How far each kind of tensor has moved from its start beyond what weight decay does.

use super::parts::drawable;
use crate::diagram::colour::BLUE;
use crate::diagram::number::three;
use crate::study::figures::sheet::{HEAD, SMALL, Sheet};
use toy::network::architecture::Architecture;
use toy::network::{Network, Snapshot};

/// Height of a bar and room for its name.
const PITCH: f64 = 16.0;
const NAMES: f64 = 130.0;

/// A bar a kind of tensor, the largest over blocks and networks; the place after it.
pub fn draw(sheet: &mut Sheet, network: &Network, now: &[&Snapshot], y: f64) -> f64 {
    sheet.text(0.0, y + 16.0, HEAD, "How far weights have moved, beyond weight decay");
    let tape = Architecture::new(network, 1).tape;
    let mut kinds: Vec<(String, f64)> = vec![];
    for (place, (tensor, _)) in tape.named().enumerate() {
        let kind = kind(&tensor.name);
        let moved = now.iter().filter_map(|s| s.measures.moved.get(place)).copied();
        let most = moved.map(drawable).fold(0.0, f64::max);
        match kinds.iter_mut().find(|(name, _)| *name == kind) {
            Some((_, known)) => *known = known.max(most),
            None => kinds.push((kind, most)),
        }
    }
    let largest = kinds.iter().map(|(_, most)| *most).fold(1e-9, f64::max);
    let room = (sheet.width - NAMES - 60.0).max(40.0);
    for (row, (name, most)) in kinds.iter().enumerate() {
        let at = y + 30.0 + PITCH * row as f64;
        sheet.text(0.0, at + 10.0, SMALL, name);
        let look = format!("class=\"moved\" fill=\"{}\"", BLUE.css());
        sheet.rect(NAMES, at + 2.0, room * most / largest, PITCH - 6.0, &look);
        let words = if *most < 1e-6 { "0".to_owned() } else { three(*most) };
        sheet.text(NAMES + room * most / largest + 5.0, at + 10.0, SMALL, &words);
    }
    sheet.notes(
        y + 46.0 + PITCH * kinds.len() as f64,
        "Root mean square over a tensor, the largest of all blocks and networks. With one token, queries and keys have no gradient.",
    ) + 8.0
}

/// A tensor's name without the block's number and `weight`.
fn kind(name: &str) -> String {
    let own = name.strip_prefix("blocks.").and_then(|rest| rest.split_once('.'));
    let own = own.map_or(name, |(_, rest)| rest);
    own.strip_suffix(".weight").unwrap_or(own).replace('.', " ")
}
