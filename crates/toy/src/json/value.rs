//! JSON as a tree that borrows from its text. Numbers stay text, so that each reader can take as
//! many digits as it needs.

use std::borrow::Cow;

/// Deepest nesting that is followed.
const DEPTH: usize = 32;

/// Any JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written.
    Number(&'a str),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Self>),
    /// An object, in the order written.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Value<'a> {
    /// Reads a whole text; `Err` holds the byte at which it is not JSON.
    pub fn parse(text: &'a str) -> Result<Self, usize> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        if reader.peek().is_none() { Ok(value) } else { Err(reader.at) }
    }

    /// The member of this name, of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The string, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one that `T` can hold.
    pub fn number<T: std::str::FromStr>(&self) -> Option<T> {
        if let Self::Number(text) = self { text.parse().ok() } else { None }
    }

    /// The elements, of an array.
    pub fn list(&self) -> Option<&[Self]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The next byte that is not a space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), usize> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.at)
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, usize> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.at)
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, usize> {
        if depth > DEPTH {
            return Err(self.at);
        }
        match self.peek() {
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'"') => self.string().map(Value::Text),
            Some(b'[') => {
                let mut list = vec![];
                self.members(b']', |reader| {
                    list.push(reader.value(depth + 1)?);
                    Ok(())
                })?;
                Ok(Value::List(list))
            }
            Some(b'{') => {
                let mut object = vec![];
                self.members(b'}', |reader| {
                    reader.peek();
                    let key = reader.string()?;
                    reader.expect(b':')?;
                    object.push((key, reader.value(depth + 1)?));
                    Ok(())
                })?;
                Ok(Value::Object(object))
            }
            Some(b'-' | b'0'..=b'9') => {
                let rest = &self.text[self.at..];
                let digit = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
                let number = rest.split_once(|c| !digit(c)).map_or(rest, |(number, _)| number);
                number.parse::<f64>().map_err(|_| self.at)?;
                self.at += number.len();
                Ok(Value::Number(number))
            }
            _ => Err(self.at),
        }
    }

    /// What stands between brackets, with commas between.
    fn members(
        &mut self,
        end: u8,
        mut member: impl FnMut(&mut Self) -> Result<(), usize>,
    ) -> Result<(), usize> {
        self.at += 1;
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(());
        }
        loop {
            member(self)?;
            if self.peek() == Some(b',') {
                self.at += 1;
            } else {
                return self.expect(end);
            }
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, usize> {
        self.expect(b'"')?;
        let mut text = Cow::Borrowed("");
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(['"', '\\']).ok_or(self.at)?;
            match &mut text {
                // Most strings have no escapes and need no copy.
                Cow::Borrowed("") => text = Cow::Borrowed(&rest[..plain]),
                text => text.to_mut().push_str(&rest[..plain]),
            }
            self.at += plain + 1;
            if rest.as_bytes()[plain] == b'"' {
                return Ok(text);
            }
            text.to_mut().push(self.escape()?);
        }
    }

    /// The character after a backslash.
    fn escape(&mut self) -> Result<char, usize> {
        let byte = self.text.as_bytes().get(self.at).copied().ok_or(self.at)?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let high = self.hex()?;
                let code = if (0xD800..0xDC00).contains(&high) {
                    let pair = self.text[self.at..].starts_with("\\u");
                    self.at += if pair { 2 } else { return Err(self.at) };
                    let low = self.hex()?.wrapping_sub(0xDC00);
                    0x10000 + ((high - 0xD800) << 10) + (low & 0x3FF)
                } else {
                    high
                };
                char::from_u32(code).ok_or(self.at)?
            }
            _ => return Err(self.at),
        })
    }

    fn hex(&mut self) -> Result<u32, usize> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(self.at)?;
        let code = u32::from_str_radix(digits, 16).map_err(|_| self.at)?;
        self.at += 4;
        Ok(code)
    }
}

/// A string as JSON writes it.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_read() {
        let value =
            Value::parse(r#" {"a": [1, -2.5e3, null, true], "b\u00e9\ud83d\ude00": "x\n"} "#);
        let value = value.unwrap();
        let list = value.get("a").and_then(Value::list).unwrap();
        assert_eq!((list[0].number(), list[1].number()), (Some(1u32), Some(-2500.0f64)));
        assert_eq!(value.get("bé😀").and_then(Value::text), Some("x\n"));
        assert_eq!(Value::parse("[]"), Ok(Value::List(vec![])));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in ["", "{", "[1,]", "{\"a\"}", "\"\\u12", "1 2", "nul", "\"\\ud800x\"", "[\"é"] {
            assert!(Value::parse(text).is_err(), "{text}");
        }
        assert!(Value::parse(&"[".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn any_string_survives(text in ".*") {
            let written = quoted(&text);
            let read = Value::parse(&written);
            prop_assert_eq!(read, Ok(Value::Text(Cow::Borrowed(text.as_str()))));
        }

        #[test]
        fn no_text_panics(text in "[\\[\\]{}\",:\\\\u0-9eE.\\- é]{0,40}") {
            let _ = Value::parse(&text);
        }
    }
}
