//! TensorBoard's event files: scalars and histograms by step.
//!
//! A file is a row of records: length, checksum of the length, a protobuf message, checksum of the
//! message. Field numbers are those of TensorFlow's `event.proto` and `summary.proto`.

use crate::archive::{FileError, error};
use prost::Message;
use std::io::{self, Write};

/// What the first event says the file is.
const FILE_VERSION: &str = "brain.Event:2";
/// Buckets of a histogram, all of one width.
pub const BUCKETS: usize = 30;
/// Longest record that is read, in bytes.
const LONGEST: u64 = 1 << 24;

/// Something that happened at a step.
#[derive(Clone, PartialEq, Message)]
pub struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    /// The training step.
    #[prost(int64, tag = "2")]
    pub step: i64,
    /// Of the first event alone: the version of the format.
    #[prost(string, optional, tag = "3")]
    pub file_version: Option<String>,
    /// Values of the step.
    #[prost(message, optional, tag = "5")]
    pub summary: Option<Summary>,
}

/// Values of a step.
#[derive(Clone, PartialEq, Message)]
pub struct Summary {
    /// The values.
    #[prost(message, repeated, tag = "1")]
    pub values: Vec<Value>,
}

/// A value with its tag: either a scalar or a histogram.
#[derive(Clone, PartialEq, Message)]
pub struct Value {
    /// Its name; slashes group names.
    #[prost(string, tag = "1")]
    pub tag: String,
    /// A scalar.
    #[prost(float, optional, tag = "2")]
    pub scalar: Option<f32>,
    /// A histogram.
    #[prost(message, optional, tag = "5")]
    pub histogram: Option<Histogram>,
}

/// How numbers are distributed.
#[derive(Clone, PartialEq, Message)]
pub struct Histogram {
    /// The smallest.
    #[prost(double, tag = "1")]
    pub min: f64,
    /// The largest.
    #[prost(double, tag = "2")]
    pub max: f64,
    /// How many.
    #[prost(double, tag = "3")]
    pub count: f64,
    /// Their sum.
    #[prost(double, tag = "4")]
    pub sum: f64,
    /// The sum of their squares.
    #[prost(double, tag = "5")]
    pub sum_squares: f64,
    /// Upper end of each bucket.
    #[prost(double, repeated, tag = "6")]
    pub limits: Vec<f64>,
    /// Numbers in each bucket.
    #[prost(double, repeated, tag = "7")]
    pub buckets: Vec<f64>,
}

impl Histogram {
    /// The histogram of these numbers, those that are none left out; `None` when none are left.
    pub fn of(numbers: impl Iterator<Item = f32> + Clone) -> Option<Self> {
        let finite = || numbers.clone().map(f64::from).filter(|x| x.is_finite());
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut count, mut sum, mut sum_squares) = (0.0, 0.0, 0.0);
        for x in finite() {
            (min, max) = (min.min(x), max.max(x));
            (count, sum, sum_squares) = (count + 1.0, sum + x, sum_squares + x * x);
        }
        if count == 0.0 {
            return None;
        }
        // Numbers that are all the same have a bucket around them.
        let width = if max > min { (max - min) / BUCKETS as f64 } else { 1.0 / BUCKETS as f64 };
        let limits = (1..=BUCKETS).map(|i| min + width * i as f64).collect();
        let mut buckets = vec![0.0; BUCKETS];
        for x in finite() {
            let bucket = ((x - min) / width) as usize;
            buckets[bucket.min(BUCKETS - 1)] += 1.0;
        }
        Some(Self { min, max, count, sum, sum_squares, limits, buckets })
    }
}

/// The name of an event file; TensorBoard finds files by it.
pub fn file_name(seconds: u64, host: &str, process: u32) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    let host: String = host.chars().map(plain).collect();
    format!("events.out.tfevents.{seconds}.{host}.{process}.0")
}

/// Writes an event file.
pub struct Events<W: Write> {
    out: W,
}

impl<W: Write> Events<W> {
    /// Begins a file at a time, in seconds since 1970.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(out: W, wall_time: f64) -> io::Result<Self> {
        let mut events = Self { out };
        let file_version = Some(FILE_VERSION.into());
        events.write(&Event { wall_time, step: 0, file_version, summary: None })?;
        Ok(events)
    }

    /// Adds the values of a step.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add(&mut self, wall_time: f64, step: u32, values: Vec<Value>) -> io::Result<()> {
        let summary = Some(Summary { values });
        self.write(&Event { wall_time, step: step.into(), file_version: None, summary })
    }

    fn write(&mut self, event: &Event) -> io::Result<()> {
        let message = event.encode_to_vec();
        let length = (message.len() as u64).to_le_bytes();
        self.out.write_all(&length)?;
        self.out.write_all(&masked(&length).to_le_bytes())?;
        self.out.write_all(&message)?;
        self.out.write_all(&masked(&message).to_le_bytes())?;
        self.out.flush()
    }
}

/// A scalar with its tag.
pub fn scalar(tag: &str, value: f32) -> Value {
    Value { tag: tag.into(), scalar: Some(value), histogram: None }
}

/// A histogram with its tag; `None` when no number is finite.
pub fn histogram(tag: &str, numbers: impl Iterator<Item = f32> + Clone) -> Option<Value> {
    let histogram = Some(Histogram::of(numbers)?);
    Some(Value { tag: tag.into(), scalar: None, histogram })
}

/// A checksum that is not mistaken for one of bytes that hold checksums.
fn masked(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Reads a file, checksums and all.
///
/// # Errors
/// Where it is damaged or cut off, with the record's number.
pub fn read(mut bytes: &[u8]) -> Result<Vec<Event>, FileError> {
    let mut events = vec![];
    while !bytes.is_empty() {
        let number = events.len() + 1;
        let damaged = |what: &str| FileError(format!("record {number} {what}"));
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(|| damaged("is cut off"))?;
        let (check, rest) = rest.split_first_chunk::<4>().ok_or_else(|| damaged("is cut off"))?;
        if u32::from_le_bytes(*check) != masked(length) {
            return Err(damaged("has a damaged length"));
        }
        let length = u64::from_le_bytes(*length);
        if length > LONGEST {
            return Err(damaged("is too long"));
        }
        let (message, rest) =
            rest.split_at_checked(length as usize).ok_or_else(|| damaged("is cut off"))?;
        let (check, rest) = rest.split_first_chunk::<4>().ok_or_else(|| damaged("is cut off"))?;
        if u32::from_le_bytes(*check) != masked(message) {
            return Err(damaged("is damaged"));
        }
        events.push(Event::decode(message).map_err(|e| damaged(&format!("is no event: {e}")))?);
        bytes = rest;
    }
    match events.first() {
        Some(Event { file_version: Some(version), .. }) if version == FILE_VERSION => Ok(events),
        _ => error("it is no event file of a known version"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checksum of nine digits is the algorithm's check value, 0xe3069283.
    #[test]
    fn checksums_are_masked_crc32c() {
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(masked(b"123456789"), 0xc78a_b0e5);
    }

    #[test]
    fn histograms_count_every_number_once() {
        let found = Histogram::of([0.0, 1.0, 0.5, f32::NAN, 1.0].into_iter()).expect("numbers");
        assert_eq!((found.min, found.max, found.count, found.sum), (0.0, 1.0, 4.0, 2.5));
        assert_eq!((found.buckets[0], found.buckets[BUCKETS - 1]), (1.0, 2.0));
        assert_eq!(found.buckets.iter().sum::<f64>(), 4.0);
        assert!(Histogram::of([f32::NAN].into_iter()).is_none());
        let same = Histogram::of([3.0; 5].into_iter()).expect("numbers");
        assert_eq!(same.buckets[0], 5.0);
    }
}
