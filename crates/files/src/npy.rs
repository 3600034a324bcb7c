//! One array of an npz file: a short header, which is a Python dictionary of three known keys, then
//! the entries. A reader of all that Python can write would be larger than the rest of this crate,
//! and would recurse as deep as a header says.

use crate::archive::{FileError, LARGEST, Tensor, Values, count, error, shape_text, words};
use std::io::Read;

/// How every array begins.
const MAGIC: &[u8] = b"\x93NUMPY";
/// Longest header that is read, in bytes.
const LONGEST: usize = 1 << 16;

/// What a header says.
#[derive(Clone, Debug, PartialEq)]
struct Header {
    /// Type of the entries, such as `<f4`.
    kind: String,
    /// Whether the first axis is the fastest.
    fortran: bool,
    shape: Vec<usize>,
}

/// Writes an array.
pub(crate) fn write(tensor: &Tensor) -> Vec<u8> {
    let mut data = vec![];
    let kind = match &tensor.values {
        Values::F32(all) => {
            all.iter().for_each(|x| data.extend(x.to_le_bytes()));
            "<f4".into()
        }
        Values::F64(all) => {
            all.iter().for_each(|x| data.extend(x.to_le_bytes()));
            "<f8".into()
        }
        Values::I64(all) => {
            all.iter().for_each(|x| data.extend(x.to_le_bytes()));
            "<i8".into()
        }
        Values::Text(all) => {
            let width = all.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(1);
            for text in all {
                let letters = text.chars().map(u32::from).chain(std::iter::repeat(0));
                letters.take(width).for_each(|letter| data.extend(letter.to_le_bytes()));
            }
            format!("<U{width}")
        }
    };
    let shape = shape_text(&tensor.shape);
    let mut text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    // Entries start at a multiple of 64 bytes, after 10 bytes before the text and a line feed.
    let pad = (text.len() + 11).next_multiple_of(64) - text.len() - 11;
    text.extend(std::iter::repeat_n(' ', pad));
    text.push('\n');
    let mut file = MAGIC.to_vec();
    file.extend([1, 0]);
    file.extend((text.len() as u16).to_le_bytes());
    file.extend(text.into_bytes());
    file.append(&mut data);
    file
}

/// Reads an array of at most `room` bytes, and takes what it needs from the room.
pub(crate) fn read(name: &str, from: &mut dyn Read, room: &mut usize) -> Result<Tensor, FileError> {
    let cut = || FileError(format!("{name} is cut off"));
    let mut start = [0; 8];
    from.read_exact(&mut start).map_err(|_| cut())?;
    if !start.starts_with(MAGIC) {
        return error(format!("{name} is no NumPy array"));
    }
    let length = if start[6] == 1 {
        let mut word = [0; 2];
        from.read_exact(&mut word).map_err(|_| cut())?;
        u16::from_le_bytes(word).into()
    } else {
        let mut word = [0; 4];
        from.read_exact(&mut word).map_err(|_| cut())?;
        u32::from_le_bytes(word) as usize
    };
    if length > LONGEST {
        return error(format!("{name} has a header of {length} bytes; at most {LONGEST} are read"));
    }
    let mut text = vec![0; length];
    from.read_exact(&mut text).map_err(|_| cut())?;
    let text = String::from_utf8_lossy(&text);
    let header = header(&text)
        .ok_or_else(|| FileError(format!("{name} has a header that is not understood")))?;
    let wide = width(&header.kind).ok_or_else(|| {
        let kind = &header.kind;
        FileError(format!(
            "{name} is of type {kind}; floats of 16, 32 and 64 bits, whole numbers and texts can be read"
        ))
    })?;
    let bytes = count(&header.shape).and_then(|entries| entries.checked_mul(wide));
    let Some(bytes) = bytes.filter(|&bytes| bytes <= *room) else {
        let (shape, most) = (shape_text(&header.shape), LARGEST >> 30);
        return error(format!(
            "{name} of shape {shape} is larger than the {most} GiB that are read"
        ));
    };
    *room -= bytes;
    // Memory is taken as bytes come, not as the header promises.
    let mut data = vec![];
    from.take(bytes as u64 + 1).read_to_end(&mut data).map_err(|_| cut())?;
    match data.len() {
        found if found < bytes => return Err(cut()),
        found if found > bytes => {
            return error(format!("{name} has more bytes than its shape says"));
        }
        _ => {}
    }
    let values = values(&header, wide, &data)
        .ok_or_else(|| FileError(format!("{name} holds a number or letter that is none")))?;
    let Header { shape, fortran, .. } = header;
    let values = if fortran { turned(values, &shape) } else { values };
    Ok(Tensor { name: name.into(), shape, values })
}

/// Bytes an entry of a type; `None` for types that are not read.
fn width(kind: &str) -> Option<usize> {
    let (order, rest) = kind.split_at_checked(1)?;
    let (letter, size) = rest.split_at_checked(1)?;
    let size: usize = size.parse().ok()?;
    let known = match letter {
        "f" => matches!(size, 2 | 4 | 8),
        "i" | "u" => matches!(size, 1 | 2 | 4 | 8),
        "U" => return size.checked_mul(4).filter(|_| matches!(order, "<" | ">")),
        _ => false,
    };
    (known && matches!(order, "<" | ">" | "|" | "=")).then_some(size)
}

/// The entries, from bytes that are as many as they need.
fn values(header: &Header, wide: usize, data: &[u8]) -> Option<Values> {
    let mut swapped;
    let mut data = data;
    let letters = header.kind.contains('U');
    if header.kind.starts_with('>') {
        swapped = data.to_vec();
        let word = if letters { 4 } else { wide };
        swapped.chunks_exact_mut(word).for_each(<[u8]>::reverse);
        data = &swapped;
    }
    Some(match (&header.kind[1..2], wide) {
        ("f", 2) => Values::F32(words(data, |word| half::f16::from_le_bytes(word).to_f32())),
        ("f", 4) => Values::F32(words(data, f32::from_le_bytes)),
        ("f", _) => Values::F64(words(data, f64::from_le_bytes)),
        ("i", 1) => Values::I64(words(data, |word| i8::from_le_bytes(word).into())),
        ("i", 2) => Values::I64(words(data, |word| i16::from_le_bytes(word).into())),
        ("i", 4) => Values::I64(words(data, |word| i32::from_le_bytes(word).into())),
        ("i", _) => Values::I64(words(data, i64::from_le_bytes)),
        ("u", 1) => Values::I64(words(data, |word| u8::from_le_bytes(word).into())),
        ("u", 2) => Values::I64(words(data, |word| u16::from_le_bytes(word).into())),
        ("u", 4) => Values::I64(words(data, |word| u32::from_le_bytes(word).into())),
        ("u", _) => {
            let all: Vec<u64> = words(data, u64::from_le_bytes);
            Values::I64(all.into_iter().map(|x| x.try_into().ok()).collect::<Option<_>>()?)
        }
        _ => {
            let entries = count(&header.shape)?;
            let text = |bytes: &[u8]| -> Option<String> {
                let letters: Vec<u32> = words(bytes, u32::from_le_bytes);
                letters.into_iter().take_while(|&l| l != 0).map(char::from_u32).collect()
            };
            if wide == 0 {
                // Texts of no letters take no bytes, however many there are said to be.
                return (entries <= LONGEST).then(|| Values::Text(vec![String::new(); entries]));
            }
            Values::Text(data.chunks_exact(wide).map(text).collect::<Option<_>>()?)
        }
    })
}

/// The entries in our order, of which the first axis was the fastest.
fn turned(values: Values, shape: &[usize]) -> Values {
    fn turn<T: Clone>(from: Vec<T>, shape: &[usize]) -> Vec<T> {
        let mut strides = vec![1; shape.len()];
        for axis in 1..shape.len() {
            strides[axis] = strides[axis - 1] * shape[axis - 1];
        }
        let place = |mut index: usize| {
            let mut at = 0;
            for (&length, stride) in shape.iter().zip(&strides).rev() {
                at += index % length * stride;
                index /= length;
            }
            at
        };
        (0..from.len()).map(|index| from[place(index)].clone()).collect()
    }
    match values {
        Values::F32(all) => Values::F32(turn(all, shape)),
        Values::F64(all) => Values::F64(turn(all, shape)),
        Values::I64(all) => Values::I64(turn(all, shape)),
        Values::Text(all) => Values::Text(turn(all, shape)),
    }
}

/// Reads a header; `None` when it is not such a dictionary.
fn header(text: &str) -> Option<Header> {
    let mut text = Text(text.trim());
    let (mut kind, mut fortran, mut shape) = (None, None, None);
    text.skip("{")?;
    while text.skip("}").is_none() {
        let key = text.quoted()?;
        text.skip(":")?;
        match key {
            "descr" => kind = Some(text.quoted()?.to_owned()),
            "fortran_order" => {
                let yes = text.skip("True").is_some();
                fortran = Some(yes);
                if !yes {
                    text.skip("False")?;
                }
            }
            "shape" => shape = Some(text.numbers()?),
            _ => return None,
        }
        if text.skip(",").is_none() {
            text.skip("}")?;
            break;
        }
    }
    text.0.is_empty().then_some(Header { kind: kind?, fortran: fortran?, shape: shape? })
}

/// What is left of a header.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    /// Goes past a word, if it comes next, and the white space behind it.
    fn skip(&mut self, word: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?.trim_start();
        Some(())
    }

    fn quoted(&mut self) -> Option<&'a str> {
        let quote = self.0.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (text, rest) = self.0[1..].split_once(quote)?;
        self.0 = rest.trim_start();
        Some(text)
    }

    /// Numbers in brackets.
    fn numbers(&mut self) -> Option<Vec<usize>> {
        self.skip("(")?;
        let mut all = vec![];
        while self.skip(")").is_none() {
            let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
            let (digits, rest) = self.0.split_at(end);
            all.push(digits.parse().ok()?);
            // As Python 2 wrote long numbers.
            self.0 = rest.strip_prefix('L').unwrap_or(rest).trim_start();
            if self.skip(",").is_none() {
                self.skip(")")?;
                break;
            }
        }
        // More axes than NumPy itself allows would only be a burden.
        (all.len() <= 64).then_some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_as_numpy_writes_them() {
        for (text, kind, fortran, shape) in [
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  \n",
                "<f4",
                false,
                vec![3, 4],
            ),
            ("{'descr': '|u1', 'fortran_order': True, 'shape': (3,)}", "|u1", true, vec![3]),
            ("{\"shape\": (), 'fortran_order': False, 'descr': '<U7'}", "<U7", false, vec![]),
            (
                "{'descr': '>f8', 'fortran_order': False, 'shape': (10L, 2L), }",
                ">f8",
                false,
                vec![10, 2],
            ),
        ] {
            let expected = Header { kind: kind.into(), fortran, shape };
            assert_eq!(header(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "{",
            "{}",
            "{'descr': '<f4'}",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} and more",
        ] {
            assert_eq!(header(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_axis_may_be_the_fastest() {
        let found = turned(Values::I64(vec![0, 3, 1, 4, 2, 5]), &[2, 3]);
        assert_eq!(found, Values::I64(vec![0, 1, 2, 3, 4, 5]));
    }
}
