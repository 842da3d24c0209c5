//! Reading of untrusted bytes: every number is bounded, every length is covered by what is left.

use crate::error::{Error, Result};
use ff::PrimeField;
use halo2curves::CurveAffine;

/// Appends a number as LEB128.
pub fn put_number(out: &mut Vec<u8>, mut value: u64) {
  while value >= 0x80 {
    out.push(value as u8 | 0x80);
    value >>= 7;
  }
  out.push(value as u8);
}

/// Appends a field element, 32 bytes little-endian.
pub fn put_field<F: PrimeField>(out: &mut Vec<u8>, value: &F) {
  out.extend_from_slice(value.to_repr().as_ref());
}

/// Appends a text with its length.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
  put_number(out, text.len() as u64);
  out.extend_from_slice(text.as_bytes());
}

/// Largest key that is looked at: the bus's has 1.4 MB, one of four million different terms some 16.
pub const MAX_KEY: usize = 16 << 20;

/// A cursor over a key's bytes; every failure is `E_KEY`.
pub struct Reader<'a> {
  bytes: &'a [u8],
  at: usize,
}

impl<'a> Reader<'a> {
  pub fn new(bytes: &'a [u8]) -> Self {
    Reader { bytes, at: 0 }
  }

  /// Over a whole verifying key, after the magic that it must begin with.
  pub fn of_key(compact: &'a [u8], magic: &[u8]) -> Result<Self> {
    if compact.len() > MAX_KEY {
      let length = compact.len();
      return Err(Error::key(format!(
        "verifying key has {length} bytes, at most {MAX_KEY} are looked at"
      )));
    }
    if !compact.starts_with(magic) {
      return Err(Error::key("not a verifying key of this kind"));
    }
    Ok(Reader {
      bytes: compact,
      at: magic.len(),
    })
  }

  pub fn position(&self) -> usize {
    self.at
  }

  /// What has been read since `start`.
  pub fn since(&self, start: usize) -> &'a [u8] {
    &self.bytes[start..self.at]
  }

  pub fn left(&self) -> usize {
    self.bytes.len() - self.at
  }

  pub fn take(&mut self, length: usize) -> Result<&'a [u8]> {
    let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len());
    let end = end.ok_or_else(|| Error::key("verifying key ends early"))?;
    let taken = &self.bytes[self.at..end];
    self.at = end;
    Ok(taken)
  }

  /// A LEB128 number of at most `limit`, in its shortest form.
  pub fn number(&mut self, limit: u64) -> Result<u64> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
      let byte = *self
        .bytes
        .get(self.at)
        .ok_or_else(|| Error::key("verifying key ends early"))?;
      self.at += 1;
      value |= u64::from(byte & 0x7f) << shift;
      if byte & 0x80 == 0 {
        if byte == 0 && shift > 0 {
          return Err(Error::key("number not in its shortest form"));
        }
        return if value <= limit {
          Ok(value)
        } else {
          Err(Error::key("number out of range"))
        };
      }
    }
    Err(Error::key("number out of range"))
  }

  /// A count of things that take at least `each` bytes and follow at once: it never asks for more memory than that.
  pub fn count(&mut self, each: usize) -> Result<usize> {
    let count = self.number(u64::from(u32::MAX))? as usize;
    if count > self.left() / each {
      return Err(Error::key("verifying key ends early"));
    }
    Ok(count)
  }

  /// A text that must be `expected`; `what` says of what it is the name.
  pub fn expect_text(&mut self, what: &str, expected: &str) -> Result<()> {
    let length = self.count(1)?.min(64);
    let text = self.take(length)?;
    if text == expected.as_bytes() {
      return Ok(());
    }
    let found = String::from_utf8_lossy(text);
    Err(Error::key(format!(
      "verifying key is for {what} {found:?}, this verifier for {expected:?}"
    )))
  }

  pub fn field<F: PrimeField>(&mut self) -> Result<F> {
    let mut repr = F::Repr::default();
    let width = repr.as_ref().len();
    repr.as_mut().copy_from_slice(self.take(width)?);
    Option::from(F::from_repr(repr)).ok_or_else(|| Error::key("a value is no field element"))
  }
}

/// Appends a point, not the identity, as its two coordinates.
pub fn put_point<C: CurveAffine>(out: &mut Vec<u8>, point: &C) -> Result<()>
where
  C::Base: PrimeField,
{
  let coordinates = Option::<halo2curves::Coordinates<C>>::from(point.coordinates());
  let coordinates = coordinates.ok_or_else(|| Error::internal("the identity among a key's points"))?;
  put_field(out, coordinates.x());
  put_field(out, coordinates.y());
  Ok(())
}

/// Reads a point other than the identity, of a curve of prime order (BN254's G1, Grumpkin): on the curve means in the
/// group. With the identity for a generator commitments would not bind, or not hide.
pub fn read_point<C: CurveAffine>(reader: &mut Reader<'_>) -> Result<C>
where
  C::Base: PrimeField,
{
  let (x, y) = (reader.field()?, reader.field()?);
  // halo2curves counts (0, 0), its identity, as on the curve.
  let point = Option::from(C::from_xy(x, y)).filter(|point: &C| !bool::from(point.is_identity()));
  point.ok_or_else(|| Error::key("a point is the identity or not on its curve"))
}
