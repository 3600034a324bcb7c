//! Pixels as a PNG inside a text, without a browser. They are stored, not packed: a diagram has few.

/// Most bytes in a stored block.
const BLOCK: usize = 0xFFFF;

/// RGBA bytes, row after row, as a PNG file.
pub fn encode(columns: u32, rgba: &[u8]) -> Vec<u8> {
    let width = 4 * columns as usize;
    let rows = rgba.len().checked_div(width).unwrap_or(0) as u32;
    let mut raw = Vec::with_capacity(rgba.len() + rows as usize);
    for row in rgba.chunks_exact(width.max(1)) {
        // Each row says how it is filtered: not at all.
        raw.push(0);
        raw.extend_from_slice(row);
    }
    let mut packed = vec![0x78, 0x01];
    let mut blocks = raw.chunks(BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        packed.push(blocks.peek().is_none().into());
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend_from_slice(block);
    }
    packed.extend(adler(&raw).to_be_bytes());

    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [columns.to_be_bytes(), rows.to_be_bytes()].concat();
    // Eight bits a channel, with colour and alpha.
    header.extend([8, 6, 0, 0, 0]);
    for (name, data) in [(b"IHDR", &header), (b"IDAT", &packed), (b"IEND", &vec![])] {
        file.extend((data.len() as u32).to_be_bytes());
        let body = [name.as_slice(), data].concat();
        file.extend_from_slice(&body);
        file.extend(crc(&body).to_be_bytes());
    }
    file
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 },
        )
    })
}

/// Bytes in base 64.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let byte = |i: usize| u32::from(part.get(i).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= part.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_and_digits_are_the_known_ones() {
        assert_eq!(crc(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler(b"Wikipedia"), 0x11E6_0398);
        let words: [&[u8]; 4] = [b"", b"f", b"fo", b"foo"];
        assert_eq!(words.map(base64), ["", "Zg==", "Zm8=", "Zm9v"]);
    }

    #[test]
    fn a_file_has_size_and_pixels() {
        let file = encode(2, &[7; 2 * 3 * 4]);
        assert_eq!(file[16..24], [0, 0, 0, 2, 0, 0, 0, 3]);
        assert!(file.ends_with(b"IEND\xaeB`\x82"));
        // More than one block.
        assert!(encode(200, &[1; 200 * 200 * 4]).len() > 160_000);
        assert!(encode(0, &[]).len() > 8);
    }
}
