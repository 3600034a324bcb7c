//! JSON as other programs rewrite it: numbers as floats or words, gaps, and parts of other types. A
//! part of a wrong type counts as missing; lists and maps are bounded.

use crate::sweep::MAX_MODELS;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// Most members of a map that is kept.
const MEMBERS: usize = 1000;

/// A plain value that can be read from whatever JSON holds in its place.
pub(super) trait Plain: Sized {
    fn number(value: f64) -> Self;
    fn text(value: &str) -> Self;
    /// Nothing, or something of another type.
    fn missing() -> Self;
}

/// Any one value.
#[derive(Clone, Debug)]
pub(super) struct One<T>(pub T);

impl<T: Plain> Default for One<T> {
    fn default() -> Self {
        Self(T::missing())
    }
}

/// A list, `None` if there is none.
#[derive(Clone, Debug)]
pub(super) struct List<T>(pub Option<Vec<T>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// Members of an object in their order, `None` if there is none.
#[derive(Clone, Debug)]
pub(super) struct Members<V>(pub Option<Vec<(String, V)>>);

impl<V> Default for Members<V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<V> Members<V> {
    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.0.as_ref()?.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// What becomes of each kind of JSON value; by default it is missing.
trait Take<'de>: Sized {
    fn missing() -> Self;
    fn number(_: f64) -> Self {
        Self::missing()
    }
    fn text(_: &str) -> Self {
        Self::missing()
    }
    fn list<A: SeqAccess<'de>>(mut from: A) -> Result<Self, A::Error> {
        while from.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::missing())
    }
    fn members<A: MapAccess<'de>>(mut from: A) -> Result<Self, A::Error> {
        while from.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::missing())
    }
}

struct Any<T>(PhantomData<T>);

impl<'de, T: Take<'de>> Visitor<'de> for Any<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::text(if value { "on" } else { "off" }))
    }
    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::number(value as f64))
    }
    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::number(value as f64))
    }
    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok(T::number(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(T::text(value))
    }
    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::missing())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<T, A::Error> {
        T::list(from)
    }
    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<T, A::Error> {
        T::members(from)
    }
}

impl<'de, T: Plain> Take<'de> for One<T> {
    fn missing() -> Self {
        Self::default()
    }
    fn number(value: f64) -> Self {
        Self(T::number(value))
    }
    fn text(value: &str) -> Self {
        Self(T::text(value))
    }
}

impl<'de, T: Plain> Take<'de> for List<T> {
    fn missing() -> Self {
        Self(None)
    }
    fn list<A: SeqAccess<'de>>(mut from: A) -> Result<Self, A::Error> {
        let mut list = vec![];
        while let Some(One(value)) = from.next_element()? {
            if list.len() as u64 == MAX_MODELS {
                return Err(A::Error::custom(format_args!(
                    "a list has more than {MAX_MODELS} values"
                )));
            }
            list.push(value);
        }
        Ok(Self(Some(list)))
    }
}

impl<'de, V: Deserialize<'de>> Take<'de> for Members<V> {
    fn missing() -> Self {
        Self(None)
    }
    fn members<A: MapAccess<'de>>(mut from: A) -> Result<Self, A::Error> {
        let mut members = vec![];
        while let Some(member) = from.next_entry()? {
            if members.len() == MEMBERS {
                return Err(A::Error::custom(format_args!(
                    "an object has more than {MEMBERS} members"
                )));
            }
            members.push(member);
        }
        Ok(Self(Some(members)))
    }
}

impl<'de, T: Plain> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any(PhantomData))
    }
}

impl<'de, T: Plain> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any(PhantomData))
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Members<V> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any(PhantomData))
    }
}

/// A name, word or number as text, empty if it is neither.
impl Plain for String {
    fn number(value: f64) -> Self {
        // Some writers turn whole numbers into 2.0.
        if value.fract() == 0.0 && value.abs() < 1e15 {
            (value as i64).to_string()
        } else {
            value.to_string()
        }
    }
    fn text(value: &str) -> Self {
        value.into()
    }
    fn missing() -> Self {
        Self::new()
    }
}

impl Plain for Option<f64> {
    fn number(value: f64) -> Self {
        Some(value)
    }
    fn text(value: &str) -> Self {
        value.trim().parse().ok()
    }
    fn missing() -> Self {
        None
    }
}

/// A measure: `NaN` is one of a diverged model, nothing is nothing.
impl Plain for Option<f32> {
    fn number(value: f64) -> Self {
        Some(value as f32)
    }
    fn text(value: &str) -> Self {
        value.trim().parse().ok()
    }
    fn missing() -> Self {
        None
    }
}

impl Plain for Option<u32> {
    fn number(value: f64) -> Self {
        (value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value))
            .then_some(value as u32)
    }
    fn text(value: &str) -> Self {
        value.trim().parse().ok().and_then(Self::number)
    }
    fn missing() -> Self {
        None
    }
}

impl Plain for Option<crate::phase::Phase> {
    fn number(_: f64) -> Self {
        None
    }
    fn text(value: &str) -> Self {
        value.parse().ok()
    }
    fn missing() -> Self {
        None
    }
}
