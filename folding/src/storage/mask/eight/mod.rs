//! Encoding of eight units side by side, by AVX-512 IFMA: what `mask::encode` does, with equal results.

mod field;
mod root;

use super::limbs::{canonical, scaled, to_bytes};
use super::{ELEMENT_BYTES, ELEMENTS, ENCODED_BYTES, ROUNDS, SIDE, constant, layer, place};
use crate::{curves::Fr, field::FIELD_BYTES, storage::tree::UNIT_BYTES};
use core::arch::x86_64::{__m512i, _mm512_set_epi64, _mm512_setzero_si512};
use ff::Field;
use field::{Eight, LIMBS, Narrow, add, all, dot, mul, narrow, wide};
use root::fifth_roots;
use std::sync::LazyLock;

/// Units that are encoded together.
pub const UNITS: usize = 8;
/// Bits of Montgomery form: of five limbs.
const FORM: u64 = 260;
/// Roots taken side by side.
const SIDE_BY_SIDE: usize = 2;

struct Constants {
  inverse: [[Narrow; SIDE]; SIDE],
  round: [[Narrow; ELEMENTS]; ROUNDS],
  into_form: Narrow,
}

static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| Constants {
  inverse: layer::inverse().map(|row| row.map(|entry| narrow(&scaled(&entry, FORM)))),
  round: std::array::from_fn(|round| std::array::from_fn(|at| narrow(&scaled(&constant(round, at), FORM)))),
  into_form: narrow(&scaled(&Fr::ONE, 2 * FORM)),
});

/// Whether this processor can.
pub fn is_there() -> bool {
  is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma")
}

/// Writes the encodings of eight units' bytes. Only where `is_there`.
pub fn units(keys: &[[Fr; 2]; UNITS], units: &[u8], out: &mut [u8]) {
  assert!(is_there());
  // SAFETY: the processor has what the function uses.
  unsafe { encode(keys, units, out) }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn encode(keys: &[[Fr; 2]; UNITS], units: &[u8], out: &mut [u8]) {
  let constants = &*CONSTANTS;
  let key = |which: usize| packed(|unit| narrow(&scaled(&keys[unit][which], FORM)));
  let [first, second] = [key(0), key(1)];
  let into_form = all(&constants.into_form);
  let mut state: Box<[Eight]> = (0..ELEMENTS)
    .map(|at| {
      let element = |unit: usize| &units[unit * UNIT_BYTES + at * ELEMENT_BYTES..][..ELEMENT_BYTES];
      mul(&packed(|unit| read(element(unit))), &into_form)
    })
    .collect();
  let mut next: Box<[Eight]> = state.clone();
  for (round, round_constants) in constants.round.iter().enumerate() {
    for (at, row) in constants.inverse.iter().enumerate() {
      let row: [Eight; SIDE] = std::array::from_fn(|k| all(&row[k]));
      for line in 0..SIDE {
        let values = std::array::from_fn(|k| &state[place(round, line, k)]);
        let element = place(round, line, at);
        // Below 1.3p; with a key below p and a product below 1.2p it is below 4p.
        let keyed = mul(&all(&round_constants[element]), &second);
        next[element] = add([&dot(row.each_ref(), values), &first, &keyed]);
      }
    }
    for some in next.as_chunks_mut::<SIDE_BY_SIDE>().0 {
      fifth_roots(some);
    }
    std::mem::swap(&mut state, &mut next);
  }
  let out_of_form = all(&[1, 0, 0, 0, 0]);
  for (at, element) in state.iter().enumerate() {
    for (unit, limbs) in unpacked(&mul(element, &out_of_form)).iter().enumerate() {
      out[unit * ENCODED_BYTES + at * FIELD_BYTES..][..FIELD_BYTES]
        .copy_from_slice(&to_bytes(&canonical(&wide(limbs))));
    }
  }
}

/// The bytes of an element of a unit as a number.
fn read(bytes: &[u8]) -> Narrow {
  let mut limbs = [0; 4];
  for (at, byte) in bytes.iter().enumerate() {
    limbs[at / 8] |= u64::from(*byte) << (8 * (at % 8));
  }
  narrow(&limbs)
}

#[target_feature(enable = "avx512f")]
fn packed(of: impl Fn(usize) -> Narrow) -> Eight {
  let numbers: [Narrow; UNITS] = std::array::from_fn(of);
  let mut out = [_mm512_setzero_si512(); LIMBS];
  for (limb, lanes) in out.iter_mut().enumerate() {
    let lane = |unit: usize| numbers[unit][limb].cast_signed();
    *lanes = _mm512_set_epi64(lane(7), lane(6), lane(5), lane(4), lane(3), lane(2), lane(1), lane(0));
  }
  out
}

/// Each with limbs below 2^52.
fn unpacked(numbers: &Eight) -> [Narrow; UNITS] {
  // SAFETY: a vector is eight numbers of 64 bits, and every bit pattern is one.
  let limbs = numbers.map(|lanes| unsafe { core::mem::transmute::<__m512i, [u64; UNITS]>(lanes) });
  std::array::from_fn(|unit| std::array::from_fn(|limb| limbs[limb][unit] & field::MASK))
}
