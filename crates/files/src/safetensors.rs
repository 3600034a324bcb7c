//! safetensors: a length, a JSON header of names, types, shapes and places, then the bytes.

use crate::archive::{Archive, FileError, LARGEST, Tensor, Values, error, words};
use safetensors::{Dtype, SafeTensors};
use serde_json::{Map, Value, json};

/// Key of the header under which texts stand.
const METADATA: &str = "__metadata__";

/// Writes an archive. The header is put together here, since the crate's own has its texts in an
/// order that differs from run to run.
pub(crate) fn write(archive: &Archive) -> Result<Vec<u8>, FileError> {
    let mut header = Map::new();
    if !archive.metadata.is_empty() {
        header.insert(METADATA.into(), json!(archive.metadata));
    }
    let mut data = vec![];
    // Readers want the entries of wide types to start where such a type may.
    let mut tensors: Vec<&Tensor> = archive.tensors.iter().collect();
    tensors.sort_by_key(|tensor| matches!(tensor.values, Values::F32(_)));
    for tensor in tensors {
        let start = data.len();
        let dtype = match &tensor.values {
            Values::F32(all) => {
                all.iter().for_each(|x| data.extend(x.to_le_bytes()));
                "F32"
            }
            Values::F64(all) => {
                all.iter().for_each(|x| data.extend(x.to_le_bytes()));
                "F64"
            }
            Values::I64(all) => {
                all.iter().for_each(|x| data.extend(x.to_le_bytes()));
                "I64"
            }
            Values::Text(_) => {
                return error(format!(
                    "{} holds texts, which safetensors has no place for; npz has",
                    tensor.name
                ));
            }
        };
        let place = json!({
            "dtype": dtype,
            "shape": tensor.shape,
            "data_offsets": [start, data.len()],
        });
        header.insert(tensor.name.clone(), place);
    }
    let mut text = Value::Object(header).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut file = (text.len() as u64).to_le_bytes().to_vec();
    file.append(&mut text);
    file.append(&mut data);
    Ok(file)
}

/// Reads a file.
pub(crate) fn read(bytes: &[u8]) -> Result<Archive, FileError> {
    let why = |e: safetensors::SafeTensorError| {
        FileError(format!("it is neither an npz file nor a whole safetensors file ({e})"))
    };
    if bytes.len() > LARGEST {
        return error("it is larger than 1 GiB");
    }
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(why)?;
    let all = SafeTensors::deserialize(bytes).map_err(why)?;
    let metadata = header.metadata().iter().flatten();
    let metadata = metadata.map(|(key, text)| (key.clone(), text.clone())).collect();
    let mut tensors = vec![];
    for name in header.offset_keys() {
        let view = all.tensor(&name).map_err(why)?;
        let bytes = view.data();
        let values = match view.dtype() {
            Dtype::F32 => Values::F32(words(bytes, f32::from_le_bytes)),
            Dtype::F64 => Values::F64(words(bytes, f64::from_le_bytes)),
            Dtype::F16 => Values::F32(words(bytes, |word| half::f16::from_le_bytes(word).to_f32())),
            Dtype::BF16 => {
                Values::F32(words(bytes, |word| half::bf16::from_le_bytes(word).to_f32()))
            }
            Dtype::I64 => Values::I64(words(bytes, i64::from_le_bytes)),
            Dtype::I32 => Values::I64(words(bytes, |word| i32::from_le_bytes(word).into())),
            Dtype::U8 => Values::I64(bytes.iter().map(|&x| x.into()).collect()),
            other => {
                return error(format!(
                    "{name} is of type {other}; F16, BF16, F32, F64, U8, I32 and I64 can be read"
                ));
            }
        };
        tensors.push(Tensor { name, shape: view.shape().to_vec(), values });
    }
    Ok(Archive { tensors, metadata })
}
