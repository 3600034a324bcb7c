//! Bytes of a file as text: UTF-8, or the UTF-16 that PowerShell and spreadsheets write.

use super::loaded::LoadError;
use std::borrow::Cow;

/// Beginnings of files that are no text, and what they are.
const BINARY: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "a spreadsheet's workbook or an archive; save the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet's workbook; save the table as CSV"),
    (b"\x1f\x8b", "compressed; unpack it first"),
    (b"\x93NUMPY", "an array of NumPy; write it with savetxt and a header"),
    (b"PAR1", "a Parquet table; write it as CSV"),
    (b"%PDF", "a PDF"),
];

/// Reads the text. Bytes that are none in UTF-8 become replacement characters: nothing that is
/// looked for has any.
///
/// # Errors
/// When it is a binary file.
pub(super) fn decode(file: &[u8]) -> Result<Cow<'_, str>, LoadError> {
    if let Some((_, what)) = BINARY.iter().find(|(magic, _)| file.starts_with(magic)) {
        return Err(LoadError(format!("it is {what}")));
    }
    match *file {
        [0xef, 0xbb, 0xbf, ..] => Ok(String::from_utf8_lossy(&file[3..])),
        [0xff, 0xfe, ..] => Ok(wide(&file[2..], u16::from_le_bytes)),
        [0xfe, 0xff, ..] => Ok(wide(&file[2..], u16::from_be_bytes)),
        // Without a mark: what is looked for begins with ASCII characters.
        [1..=255, 0, 1..=255, 0, ..] => Ok(wide(file, u16::from_le_bytes)),
        [0, 1..=255, 0, 1..=255, ..] => Ok(wide(file, u16::from_be_bytes)),
        _ if file.iter().take(4096).any(|&byte| byte == 0) => {
            Err(LoadError("it is a binary file, not a table or a run".into()))
        }
        _ => Ok(String::from_utf8_lossy(file)),
    }
}

/// UTF-16; half a character at the end of a file that was cut is left out.
fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, str> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
