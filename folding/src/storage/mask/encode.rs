//! Encoding of one unit.

use super::{
  ELEMENT_BYTES, ELEMENTS, ROUNDS, SIDE, constant, layer,
  limbs::{Limbs, add, canonical, dot, less_p, mul, scaled, to_bytes},
  place,
  root::fifth_roots,
};
use crate::{curves::Fr, field};
use ff::Field;
use std::sync::LazyLock;

/// Bits of Montgomery form.
const FORM: u64 = 256;
/// Roots taken side by side.
const SIDE_BY_SIDE: usize = 4;

struct Constants {
  inverse: [[Limbs; SIDE]; SIDE],
  round: [[Limbs; ELEMENTS]; ROUNDS],
  /// 2^512: a product with it brings a value into Montgomery form.
  into_form: Limbs,
}

static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| Constants {
  inverse: layer::inverse().map(|row| row.map(|entry| scaled(&entry, FORM))),
  round: std::array::from_fn(|round| std::array::from_fn(|at| scaled(&constant(round, at), FORM))),
  into_form: scaled(&Fr::ONE, 2 * FORM),
});

/// Writes the encoding of a unit's bytes.
pub fn unit(keys: [Fr; 2], unit: &[u8], out: &mut [u8]) {
  let constants = &*CONSTANTS;
  let [first, second] = keys.map(|key| scaled(&key, FORM));
  let mut state = [[0; 4]; ELEMENTS];
  for (element, bytes) in state.iter_mut().zip(unit.chunks_exact(ELEMENT_BYTES)) {
    let mut limbs = [0; 4];
    for (at, byte) in bytes.iter().enumerate() {
      limbs[at / 8] |= u64::from(*byte) << (8 * (at % 8));
    }
    *element = mul(&limbs, &constants.into_form);
  }
  for (round, round_constants) in constants.round.iter().enumerate() {
    for line in 0..SIDE {
      let values = std::array::from_fn(|at| less_p(&state[place(round, line, at)]));
      for (at, row) in constants.inverse.iter().enumerate() {
        state[place(round, line, at)] = product(row, &values);
      }
    }
    for (element, constant) in state.iter_mut().zip(round_constants) {
      // Below p, and below 1.2p and p: together below 2^256, and a root takes what is below 2p.
      *element = less_p(&less_p(&add(&add(element, &mul(constant, &second)), &first)));
    }
    for four in state.as_chunks_mut::<SIDE_BY_SIDE>().0 {
      *four = fifth_roots(four);
    }
  }
  for (element, bytes) in state.iter().zip(out.as_chunks_mut::<{ field::FIELD_BYTES }>().0) {
    *bytes = to_bytes(&canonical(&mul(element, &[1, 0, 0, 0])));
  }
}

/// A row of the inverse times canonical values, canonical.
fn product(row: &[Limbs; SIDE], values: &[Limbs; SIDE]) -> Limbs {
  let mut sum = [0; 4];
  // Four products are below 1.8p together: less p once, four such sums are below 4p.
  for (a, b) in row.as_chunks::<4>().0.iter().zip(values.as_chunks::<4>().0) {
    sum = add(&sum, &less_p(&dot(a.each_ref(), b.each_ref())));
  }
  canonical(&sum)
}
