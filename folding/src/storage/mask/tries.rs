//! Tries of sampling over units as they are kept under the mask, many in one call: what is drawn before the first read,
//! between both, and after the second.
//!
//! (α, β₁) = P²(21; net, hi(c), lo(c), hi(key), lo(key), first, t); e is the polynomial whose coefficients are the 256
//! elements of a unit, at α; β₂ = P(22; β₁, e₁); the ticket is P(23; β₁, e₁, e₂) modulo 2^128.

use super::{ELEMENTS, ENCODED_BYTES, SIDE};
use crate::{
  curves::Fr,
  error::Error,
  field::{self, FIELD_BYTES},
  storage::hash,
};
use ff::Field;
use std::ops::Range;

const SEED_TAG: u64 = 21;
const SECOND_TAG: u64 = 22;
const TICKET_TAG: u64 = 23;

/// Elements that say what the tries are about: net, hi(c), lo(c), hi(key), lo(key), first.
pub const CHALLENGE_ELEMENTS: usize = 6;
/// Bytes of two elements: α and β₁, or e₁ and β₂.
pub const PAIR_BYTES: usize = 2 * FIELD_BYTES;
/// Bytes of a ticket, little-endian.
pub const TICKET_BYTES: usize = 16;

/// α and β₁ of each try of `numbers`: 64 bytes each.
pub fn seeds(challenge: &[u8], numbers: Range<u32>) -> Result<Vec<u8>, Error> {
  let mut inputs = field::decode_vec(challenge)
    .filter(|inputs| inputs.len() == CHALLENGE_ELEMENTS)
    .ok_or_else(|| Error::internal("a challenge is six canonical elements"))?;
  inputs.push(Fr::ZERO);
  let mut out = Vec::with_capacity(numbers.len() * PAIR_BYTES);
  for number in numbers {
    inputs[CHALLENGE_ELEMENTS] = Fr::from(u64::from(number));
    for element in drawn(SEED_TAG, &inputs)? {
      out.extend(field::encode(&element));
    }
  }
  Ok(out)
}

/// e₁ and β₂ of each try, 64 bytes each, then a byte for each, 1 where it has them. It has none, and zeros, where its unit
/// is not at hand or is no 256 canonical elements: no proof could speak of that.
pub fn seconds<Unit: AsRef<[u8]>>(seeds: &[u8], units: &[Option<Unit>]) -> Result<Vec<u8>, Error> {
  some(seeds, units, PAIR_BYTES, |number, out| {
    let [alpha, beta] = pair(seeds, number)?;
    let Some(sum) = units[number].as_ref().and_then(|unit| at(alpha, unit.as_ref())) else {
      return Ok(false);
    };
    let [second, _] = drawn(SECOND_TAG, &[beta, sum])?;
    out[..FIELD_BYTES].copy_from_slice(&field::encode(&sum));
    out[FIELD_BYTES..].copy_from_slice(&field::encode(&second));
    Ok(true)
  })
}

/// The ticket of each try, 16 bytes each, then a byte for each, 1 where it has one: that is where `seconds` gave e₁ and
/// the second unit is at hand and 256 canonical elements.
pub fn tickets<Unit: AsRef<[u8]>>(seeds: &[u8], seconds: &[u8], units: &[Option<Unit>]) -> Result<Vec<u8>, Error> {
  let (pairs, has) = seconds.split_at(seconds.len().min(units.len() * PAIR_BYTES));
  if pairs.len() != units.len() * PAIR_BYTES || has.len() != units.len() {
    return Err(Error::internal("e₁ and β₂ of each try, then a byte for each"));
  }
  some(seeds, units, TICKET_BYTES, |number, out| {
    let [alpha, beta] = pair(seeds, number)?;
    let second = units[number].as_ref().filter(|_| has[number] == 1);
    let Some(sum) = second.and_then(|unit| at(alpha, unit.as_ref())) else {
      return Ok(false);
    };
    let [first, _] = pair(pairs, number)?;
    let [ticket, _] = drawn(TICKET_TAG, &[beta, first, sum])?;
    out.copy_from_slice(&field::encode(&ticket)[..TICKET_BYTES]);
    Ok(true)
  })
}

/// `each` bytes a try, then a byte for each, 1 where `one` wrote them.
fn some<Unit>(
  seeds: &[u8],
  units: &[Option<Unit>],
  each: usize,
  mut one: impl FnMut(usize, &mut [u8]) -> Result<bool, Error>,
) -> Result<Vec<u8>, Error> {
  if seeds.len() != units.len() * PAIR_BYTES {
    return Err(Error::internal("α and β₁ of each try, and its unit"));
  }
  let mut out = vec![0; units.len() * (each + 1)];
  let (values, has) = out.split_at_mut(units.len() * each);
  for (number, (value, has)) in values.chunks_exact_mut(each).zip(has).enumerate() {
    *has = u8::from(one(number, value)?);
  }
  Ok(out)
}

fn pair(pairs: &[u8], number: usize) -> Result<[Fr; 2], Error> {
  let pair = pairs.get(number * PAIR_BYTES..(number + 1) * PAIR_BYTES);
  let elements = pair.and_then(field::decode_vec);
  let elements = elements.and_then(|elements| <[Fr; 2]>::try_from(elements).ok());
  elements.ok_or_else(|| Error::internal("two canonical elements a try"))
}

fn drawn(tag: u64, inputs: &[Fr]) -> Result<[Fr; 2], Error> {
  hash::of_some(tag, inputs).ok_or_else(|| Error::internal("so many elements are not drawn by"))
}

/// Σ αʲ·zⱼ over the elements of an encoded unit; `None` unless they are 256 and canonical.
fn at(alpha: Fr, encoded: &[u8]) -> Option<Fr> {
  if encoded.len() != ENCODED_BYTES {
    return None;
  }
  let mut powers = [Fr::ONE; SIDE];
  for i in 1..SIDE {
    powers[i] = powers[i - 1] * alpha;
  }
  let step = powers[SIDE - 1] * alpha;
  // Products of one line do not wait for each other, as those of Horner's rule alone would.
  let mut sum = Fr::ZERO;
  for line in encoded.chunks_exact(ENCODED_BYTES / ELEMENTS * SIDE).rev() {
    sum *= step;
    for (power, element) in powers.iter().zip(line.chunks_exact(FIELD_BYTES)) {
      sum += *power * field::decode(element)?;
    }
  }
  Some(sum)
}
