//! safetensors and npz: what is written is read back, and nothing that is read can do harm.

use files::{Archive, Format, Tensor, Values};
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const FORMATS: [Format; 2] = [Format::Safetensors, Format::Npz];

fn values(count: usize) -> impl Strategy<Value = Values> {
    prop_oneof![
        proptest::collection::vec(any::<f32>(), count).prop_map(Values::F32),
        proptest::collection::vec(any::<f64>(), count).prop_map(Values::F64),
        proptest::collection::vec(any::<i64>(), count).prop_map(Values::I64),
    ]
}

fn archives() -> impl Strategy<Value = Archive> {
    let tensor = proptest::collection::vec(0usize..4, 0..4)
        .prop_flat_map(|shape| (Just(shape.clone()), values(shape.iter().product())));
    let tensors = proptest::collection::vec(tensor, 1..4);
    let texts = proptest::collection::btree_map("[a-z]{1,8}_text", "[^\0]{0,20}", 0..3);
    (tensors, texts).prop_map(|(tensors, metadata)| {
        let named = tensors.into_iter().enumerate();
        let tensors = named.map(|(i, (shape, v))| Tensor::new(&format!("t{i}/x"), &shape, v));
        Archive { tensors: tensors.collect(), metadata }
    })
}

/// Equal bit for bit, also where a number is none; the order of arrays does not matter.
fn same(a: &Archive, b: &Archive) -> bool {
    let bits = |values: &Values| match values {
        Values::F32(all) => all.iter().map(|x| u64::from(x.to_bits())).collect::<Vec<_>>(),
        Values::F64(all) => all.iter().map(|x| x.to_bits()).collect(),
        Values::I64(all) => all.iter().map(|&x| x as u64).collect(),
        Values::Text(all) => all.iter().map(|x| x.len() as u64).collect(),
    };
    a.metadata == b.metadata
        && a.tensors.len() == b.tensors.len()
        && a.tensors.iter().all(|own| {
            b.tensor(&own.name).is_some_and(|other| {
                own.shape == other.shape
                    && own.values.kind() == other.values.kind()
                    && bits(&own.values) == bits(&other.values)
            })
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(archive in archives()) {
        for format in FORMATS {
            let bytes = archive.write(format).unwrap();
            prop_assert!(Archive::is(&bytes));
            prop_assert_eq!(&archive.write(format).unwrap(), &bytes);
            prop_assert!(same(&Archive::read(&bytes).unwrap(), &archive));
        }
    }

    #[test]
    fn a_file_cut_off_anywhere_is_refused(archive in archives(), at in 0.0..1f64) {
        for format in FORMATS {
            let bytes = archive.write(format).unwrap();
            let cut = (bytes.len() as f64 * at) as usize;
            prop_assert!(Archive::read(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        archive in archives(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        for format in FORMATS {
            let mut bytes = archive.write(format).unwrap();
            for (place, byte) in &changes {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            // Either is well; only a panic would not be.
            let _ = Archive::read(&bytes);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Archive::read(&bytes);
        let _ = Archive::read(&[b"PK\x03\x04", &bytes[..]].concat());
    }
}

/// A zip archive of one member.
fn zipped(name: &str, data: &[u8], method: CompressionMethod) -> Vec<u8> {
    let mut file = ZipWriter::new(Cursor::new(vec![]));
    file.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
    file.write_all(data).unwrap();
    file.finish().unwrap().into_inner()
}

fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{header}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}

fn header(kind: &str, shape: &str) -> String {
    format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}")
}

fn refusal(bytes: &[u8]) -> String {
    Archive::read(bytes).map(|_| "read").expect_err("refused").to_string()
}

#[test]
fn promises_a_file_does_not_keep_cost_no_memory() {
    let stored = |header: &str, data: &[u8]| {
        refusal(&zipped("w.npy", &npy(header, data), CompressionMethod::Stored))
    };
    let huge = stored(&header("<f4", "(1000000, 1000000)"), &[]);
    assert_eq!(huge, "w of shape (1000000, 1000000) is larger than the 1 GiB that are read");
    let overflow = stored(&header("<f8", "(9223372036854775807, 9)"), &[]);
    assert!(overflow.contains("larger than the 1 GiB"), "{overflow}");
    assert_eq!(stored(&header("<f4", "(100000000,)"), &[0; 8]), "w is cut off");
    assert_eq!(stored(&header("<f4", "(1,)"), &[0; 8]), "w has more bytes than its shape says");
    assert!(stored(&header("<c8", "(1,)"), &[0; 8]).starts_with("w is of type <c8; floats of 16"));
    assert!(stored(&header("<f2", "(-1,)"), &[]).contains("header that is not understood"));
    assert_eq!(stored("", &[]), "w has a header that is not understood");
    let plain = zipped("w.npy", b"no array, this", CompressionMethod::Stored);
    assert_eq!(refusal(&plain), "w is no NumPy array");
    let other = zipped("readme.txt", b"hello", CompressionMethod::Stored);
    assert_eq!(refusal(&other), "it is a zip archive without NumPy arrays");
    let length = zipped("w.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\xff", CompressionMethod::Stored);
    assert!(refusal(&length).contains("header of 4294967295 bytes; at most 65536"));

    let mut safetensors = u64::MAX.to_le_bytes().to_vec();
    safetensors.extend(b"{}");
    assert!(refusal(&safetensors).contains("header too large"));
    let lies = br#"{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#;
    let file = [&(lies.len() as u64).to_le_bytes()[..], lies, &[0; 4]].concat();
    assert!(refusal(&file).starts_with("it is neither an npz file nor a whole safetensors file"));
    let kind = br#"{"w":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]}}"#;
    let file = [&(kind.len() as u64).to_le_bytes()[..], kind, &[0; 4]].concat();
    assert!(refusal(&file).contains("w is of type BOOL; F16, BF16"));
    assert!(refusal(&[]).contains("whole safetensors file"));
}

/// Compressed members may unfold to far more than they are; no more of them is read than fits.
#[test]
fn a_zip_bomb_is_not_unfolded() {
    let zeros = npy(&header("<f4", "(2,)"), &vec![0; 64 << 20]);
    let bomb = zipped("w.npy", &zeros, CompressionMethod::Deflated);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(refusal(&bomb), "w has more bytes than its shape says");
    let fits = zipped("w.npy", &npy(&header("<f4", "(3,)"), &[0; 12]), CompressionMethod::Deflated);
    let read = Archive::read(&fits).unwrap();
    assert_eq!(read.tensor("w").unwrap().values, Values::F32(vec![0.0; 3]));
}

#[test]
fn half_floats_and_other_byte_orders_are_read() {
    let read = |kind: &str, data: &[u8]| {
        let file = npy(&header(kind, &format!("({},)", data.len() / 2)), data);
        Archive::read(&zipped("w.npy", &file, CompressionMethod::Stored)).unwrap().tensors[0]
            .values
            .clone()
    };
    assert_eq!(read("<f2", &[0, 0x3c, 0, 0xc0]), Values::F32(vec![1.0, -2.0]));
    assert_eq!(read(">f2", &[0x3c, 0, 0xc0, 0]), Values::F32(vec![1.0, -2.0]));
    assert_eq!(read(">u2", &[1, 0]), Values::I64(vec![256]));
    let brain = br#"{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#;
    let file = [&(brain.len() as u64).to_le_bytes()[..], brain, &[0x80, 0x3f, 0, 0xc0]].concat();
    let read = Archive::read(&file).unwrap();
    assert_eq!(read.tensors[0].values, Values::F32(vec![1.0, -2.0]));
}

#[test]
fn texts_go_into_npz_alone() {
    let words = Values::Text(vec!["dedicated".into(), String::new(), "über".into()]);
    let tensors = vec![Tensor::new("phase", &[3], words)];
    let archive = Archive { tensors, ..Archive::default() };
    let bytes = archive.write(Format::Npz).unwrap();
    assert!(same(&Archive::read(&bytes).unwrap(), &archive));
    let why = archive.write(Format::Safetensors).unwrap_err().to_string();
    assert_eq!(why, "phase holds texts, which safetensors has no place for; npz has");
    assert!(Format::of("w.pt").unwrap_err().to_string().contains(".safetensors or .npz"));
    assert_eq!(Format::of("A.NPZ"), Ok(Format::Npz));
}
