//! Runs that take long, kept by the browser: the same link offers to go on with them.

use super::bytes::Bytes;
use idb::{
    Database, DatabaseEvent, Error, Factory, ObjectStore, ObjectStoreParams, Transaction,
    TransactionMode,
};
use js_sys::{Array, Uint8Array};
use toy::Sweep;
use trainer::Kept;
use wasm_bindgen::{JsCast, JsValue};
use wire::Job;

/// The database, its version and its only store.
const NAME: &str = "superphase";
const VERSION: u32 = 1;
const RUNS: &str = "runs";
/// Most runs that are kept.
const MOST: u32 = 12;

/// What is kept of a run besides the checkpoints' bytes, which stand behind it in their order: the
/// version of the program, since another one may number or store things otherwise, and the rest.
type Head = (String, Kept<u32>);

/// Under what a run of these jobs is kept: whatever is trained, however it is shown.
fn key(jobs: &[Job]) -> JsValue {
    let name = |job: &Job| match job {
        Job::Sweep(sweep) => {
            let aggregate = Sweep::default().aggregate;
            format!("{:?}", Job::Sweep(Sweep { aggregate, ..sweep.clone() }))
        }
        job => format!("{job:?}"),
    };
    let names: Vec<String> = jobs.iter().map(name).collect();
    toy::fingerprint::Fingerprint::of_bytes(names.join("\n").as_bytes()).to_string().into()
}

async fn open() -> Result<Database, Error> {
    let mut request = Factory::new()?.open(NAME, Some(VERSION))?;
    request.on_upgrade_needed(|event| {
        // It fails where the store is there already.
        if let Ok(database) = event.database() {
            let _ = database.create_object_store(RUNS, ObjectStoreParams::new());
        }
    });
    request.await
}

async fn store(mode: TransactionMode) -> Result<(Database, Transaction, ObjectStore), Error> {
    let database = open().await?;
    let transaction = database.transaction(&[RUNS], mode)?;
    let store = transaction.object_store(RUNS)?;
    Ok((database, transaction, store))
}

/// What was kept of a run of these jobs.
///
/// # Errors
/// When there is no storage.
pub async fn find(jobs: &[Job]) -> Result<Option<Kept<Bytes>>, Error> {
    let (database, _transaction, store) = store(TransactionMode::ReadOnly).await?;
    let found = store.get(key(jobs))?.await?;
    database.close();
    let Some(parts) = found.and_then(|found| found.dyn_into::<Array>().ok()) else {
        return Ok(None);
    };
    let head = Uint8Array::new(&parts.get(0)).to_vec();
    let Ok((version, run)) = wire::decode::<Head>(&head) else { return Ok(None) };
    // Copied: shares that began as one have one array, and the first to let go of it would free it.
    let bytes = |place: &u32| {
        let array: Uint8Array = parts.get(1 + place).dyn_into().ok()?;
        Some(Bytes::new(array.slice(0, array.length())))
    };
    let kept = run.map(bytes);
    Ok(kept.filter(|_| version == env!("CARGO_PKG_VERSION")))
}

/// Keeps a run, in the place of what was kept of the same jobs.
///
/// # Errors
/// When there is no storage, or no room in it.
pub async fn keep(kept: &Kept<Bytes>) -> Result<(), Error> {
    let parts = Array::of1(&JsValue::NULL);
    let mut place = 0;
    let run = kept.clone().map(|bytes| {
        parts.push(bytes.array());
        place += 1;
        Some(place - 1)
    });
    let Some(run) = run else { return Ok(()) };
    let head: Head = (env!("CARGO_PKG_VERSION").into(), run);
    let head = wire::encode(&head).unwrap_or_default();
    parts.set(0, Uint8Array::from(head.as_slice()).into());
    let (database, transaction, store) = store(TransactionMode::ReadWrite).await?;
    if store.count(None)?.await? > MOST {
        store.clear()?.await?;
    }
    store.put(&parts, Some(&key(&kept.jobs)))?.await?;
    transaction.commit()?.await?;
    database.close();
    Ok(())
}

/// Forgets what was kept of these jobs.
///
/// # Errors
/// When there is no storage.
pub async fn forget(jobs: &[Job]) -> Result<(), Error> {
    let (database, transaction, store) = store(TransactionMode::ReadWrite).await?;
    store.delete(key(jobs))?.await?;
    transaction.commit()?.await?;
    database.close();
    Ok(())
}
