//! Decoding of one unit.
//!
//! The entries of D are small, so that a line's sums are reduced by one limb only, which divides them by 2^64. For that to
//! change nothing between rounds, elements are kept as x·2^272: a fifth power by Montgomery's products (each divides by
//! 2^256) is x⁵·2^336, keys are added in that form, and a line's sums are of the form of before.

use super::{
  ELEMENT_BYTES, ELEMENTS, ROUNDS, SIDE, constant, layer,
  limbs::{Limbs, add, canonical, dot, from_bytes, mul, narrow_dot, scaled, to_bytes},
  place,
};
use crate::{curves::Fr, field};
use ff::Field;
use std::sync::LazyLock;

/// Bits of Montgomery's products.
const MONTGOMERY: u64 = 256;
/// An element is kept as x·2^272 …
const FORM: u64 = 272;
/// … and its fifth power comes out as x⁵·2^336, 5·272 less 4·256.
const POWER_FORM: u64 = 5 * FORM - 4 * MONTGOMERY;

struct Constants {
  /// −c[r, i], to be multiplied by k₂ in Montgomery form.
  round: [[Limbs; ELEMENTS]; ROUNDS],
  into_form: Limbs,
  /// 2^−16: a product with it takes an element out of the form.
  out_of_form: Limbs,
}

static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| {
  let half = Fr::from(2).invert().unwrap_or(Fr::ONE);
  Constants {
    round: std::array::from_fn(|round| std::array::from_fn(|at| scaled(&-constant(round, at), POWER_FORM))),
    into_form: scaled(&Fr::ONE, FORM + MONTGOMERY),
    out_of_form: scaled(&half.pow_vartime([FORM - MONTGOMERY]), 0),
  }
});

/// Writes the bytes whose encoding this is; whether there are any.
pub fn unit(keys: [Fr; 2], encoded: &[u8], out: &mut [u8]) -> bool {
  let constants = &*CONSTANTS;
  let first = scaled(&-keys[0], POWER_FORM);
  let second = scaled(&keys[1], MONTGOMERY);
  let mut state = [[0; 4]; ELEMENTS];
  for (element, bytes) in state.iter_mut().zip(encoded.as_chunks::<{ field::FIELD_BYTES }>().0) {
    let Some(limbs) = from_bytes(bytes) else {
      return false;
    };
    *element = mul(&limbs, &constants.into_form);
  }
  for (round, round_constants) in constants.round.iter().enumerate().rev() {
    for (element, constant) in state.iter_mut().zip(round_constants) {
      *element = power(element, constant, &first, &second);
    }
    for line in 0..SIDE {
      let values: [Limbs; SIDE] = std::array::from_fn(|at| state[place(round, line, at)]);
      for (at, row) in layer::MATRIX.iter().enumerate() {
        state[place(round, line, at)] = narrow_dot(row, values.each_ref());
      }
    }
  }
  for (element, bytes) in state.iter().zip(out.chunks_exact_mut(ELEMENT_BYTES)) {
    let decoded = to_bytes(&canonical(&mul(element, &constants.out_of_form)));
    bytes.copy_from_slice(&decoded[..ELEMENT_BYTES]);
    if decoded[ELEMENT_BYTES] != 0 {
      out.fill(0);
      return false;
    }
  }
  true
}

/// x⁵ − k₁ − c·k₂, from x below 2.2p: the result is below 3p.
#[inline(always)]
fn power(x: &Limbs, constant: &Limbs, first: &Limbs, second: &Limbs) -> Limbs {
  let square = mul(x, x);
  let fourth = mul(&square, &square);
  // Fourth power below 2p, constant below p; the sum of both products is below 2p.
  add(&dot([&fourth, constant], [x, second]), first)
}
