//! Networks that readers bring: shown in the place of what was trained.

use super::found::Found;
use super::run::{Page, order};
use crate::bring::{Brought, Files, UNTIL};
use crate::experiment::{Film, Frame};
use crate::part::Why;
use files::networks::{self, LoadedNetworks};
use files::{Archive, FileError};
use leptos::prelude::GetUntracked;
use toy::evaluate::Effort;

/// Takes files of networks dropped anywhere on the page from now on.
pub fn listen(page: Page) -> Files {
    Files::listen(
        |_| ["The figure shows ", UNTIL],
        move |Brought { name, bytes, .. }| async move {
            let read = |bytes: &[u8]| -> Result<_, FileError> {
                networks::read(&Archive::read(bytes)?, Effort::Live)
            };
            let loaded = read(&bytes).map_err(|why| Why(why.to_string()))?;
            let LoadedNetworks { network, preset, step, initial, snapshots, notes } = loaded;
            let frames = vec![Frame { step: 0, snapshots: initial }];
            let film = Film { frames, now: Frame { step, snapshots } };
            let found = Found { network: network.clone(), film };
            // The run first: what it shows already need not be trained.
            page.run.adopt(order(&network, page.choice.get_untracked()), found, name);
            page.load((preset.name, network));
            Ok(notes)
        },
    )
}
