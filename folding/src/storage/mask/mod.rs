//! The mask: how a provider keeps a unit, as 256 field elements that only much work makes from it.
//!
//! A round of encoding takes the inverse of a Cauchy matrix on each of sixteen lines of sixteen elements (rows in even
//! rounds, columns in odd ones), adds k₁ + c·k₂ with a constant c of round and place, and takes the fifth root of every
//! element. A root costs 309 multiplications, the fifth power that decodes it three. The keys k₁, k₂ follow from provider,
//! blob and the unit's number in it. Nothing here is secret, so nothing needs to run in constant time.

mod decode;
#[cfg(target_arch = "x86_64")]
mod eight;
mod encode;
pub mod layer;
mod limbs;
mod root;
pub mod tries;

use crate::{
  curves::Fr,
  error::Error,
  field,
  storage::{hash, tree::UNIT_BYTES},
};
use ff::{Field, PrimeField};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Elements of a unit.
pub const ELEMENTS: usize = 256;
/// Bytes of an encoded unit: 256 elements of 32 bytes, little-endian, canonical.
pub const ENCODED_BYTES: usize = ELEMENTS * field::FIELD_BYTES;
/// Rounds, on every network.
pub const ROUNDS: usize = 4;

const ELEMENT_BYTES: usize = UNIT_BYTES / ELEMENTS;
pub const SIDE: usize = 16;
pub const KEYS_TAG: u64 = 18;

/// c[r, i]: the low 248 bits, little-endian, of SHA-256("wsc/storage/mask/1" ‖ byte r ‖ i as two bytes, little-endian).
pub fn constant(round: usize, place: usize) -> Fr {
  let mut hash = Sha256::new();
  hash.update(b"wsc/storage/mask/1");
  hash.update([round as u8]);
  hash.update((place as u16).to_le_bytes());
  let mut bytes: [u8; field::FIELD_BYTES] = hash.finalize().into();
  bytes[ELEMENT_BYTES..].fill(0);
  // Below 2^248 every number is canonical.
  Fr::from_repr(bytes.into()).unwrap_or(Fr::ZERO)
}

/// k₁ and k₂ of a unit: P²(18; base, number).
fn keys(base: &Fr, number: u32) -> [Fr; 2] {
  hash::of_two(KEYS_TAG, &[*base, Fr::from(u64::from(number))])
}

/// Place of element `at` of a line in round `round`, among the 256.
pub fn place(round: usize, line: usize, at: usize) -> usize {
  if round.is_multiple_of(2) {
    SIDE * line + at
  } else {
    SIDE * at + line
  }
}

/// Units that one call of `encode_some` takes: as many as this processor encodes side by side.
fn together() -> usize {
  #[cfg(target_arch = "x86_64")]
  if eight::is_there() {
    return eight::UNITS;
  }
  1
}

/// At most as many as `together` says.
fn encode_some(base: &Fr, numbers: &[u32], units: &[u8], out: &mut [u8]) {
  #[cfg(target_arch = "x86_64")]
  if let Ok(numbers) = <&[u32; eight::UNITS]>::try_from(numbers) {
    return eight::units(&numbers.map(|number| keys(base, number)), units, out);
  }
  let places = out.chunks_exact_mut(ENCODED_BYTES);
  let units = numbers.iter().zip(units.chunks_exact(UNIT_BYTES));
  for ((number, unit), out) in units.zip(places) {
    encode::unit(keys(base, *number), unit, out);
  }
}

/// Units encoded: k·7,936 bytes in, k·8,192 out. `base` is of provider and blob, `numbers` are those of the units in the
/// blob. On all cores if `parallel`, else on the caller's own.
pub fn encode(base: &Fr, numbers: &[u32], units: &[u8], parallel: bool) -> Result<Vec<u8>, Error> {
  fits(numbers, units, UNIT_BYTES)?;
  let mut out = vec![0; numbers.len() * ENCODED_BYTES];
  let some = together();
  if parallel {
    let places = out.par_chunks_mut(some * ENCODED_BYTES);
    let units = numbers.par_chunks(some).zip(units.par_chunks(some * UNIT_BYTES));
    units
      .zip(places)
      .for_each(|((numbers, units), out)| encode_some(base, numbers, units, out));
  } else {
    let places = out.chunks_mut(some * ENCODED_BYTES);
    let units = numbers.chunks(some).zip(units.chunks(some * UNIT_BYTES));
    units
      .zip(places)
      .for_each(|((numbers, units), out)| encode_some(base, numbers, units, out));
  }
  Ok(out)
}

/// Units decoded: k·8,192 bytes in; k·7,936 bytes out, then a byte for each unit, 1 where it is the encoding of bytes.
/// Where it is not (an element that is not canonical, or decodes to 2^248 or more) the byte is 0 and the unit zeros.
pub fn decode(base: &Fr, numbers: &[u32], encoded: &[u8], parallel: bool) -> Result<Vec<u8>, Error> {
  fits(numbers, encoded, ENCODED_BYTES)?;
  let mut out = vec![0; numbers.len() * (UNIT_BYTES + 1)];
  let (units, whole) = out.split_at_mut(numbers.len() * UNIT_BYTES);
  let one = |number: u32, encoded: &[u8], unit: &mut [u8]| u8::from(decode::unit(keys(base, number), encoded, unit));
  if parallel {
    let places = units.par_chunks_exact_mut(UNIT_BYTES).zip(whole);
    let encoded = numbers.par_iter().zip(encoded.par_chunks_exact(ENCODED_BYTES));
    (encoded.zip(places)).for_each(|((number, encoded), (unit, whole))| *whole = one(*number, encoded, unit));
  } else {
    let places = units.chunks_exact_mut(UNIT_BYTES).zip(whole);
    let encoded = numbers.iter().zip(encoded.chunks_exact(ENCODED_BYTES));
    (encoded.zip(places)).for_each(|((number, encoded), (unit, whole))| *whole = one(*number, encoded, unit));
  }
  Ok(out)
}

fn fits(numbers: &[u32], bytes: &[u8], each: usize) -> Result<(), Error> {
  if numbers.len().checked_mul(each) == Some(bytes.len()) {
    return Ok(());
  }
  Err(Error::internal(format!(
    "{} bytes for {} units of {each}",
    bytes.len(),
    numbers.len()
  )))
}
