//! The linear layer: D[i][j] = L/(16 + i + j), a Cauchy matrix up to scale, so that every minor is non-zero. With L the
//! least common multiple of 1 … 46 its entries are integers below 2^60, and those of a row sum to less than 0.37·2^64.

use super::SIDE;
use crate::curves::Fr;
use ff::Field;

const SCALE: u64 = 9_419_588_158_802_421_600;

/// D.
pub const MATRIX: [[u64; SIDE]; SIDE] = {
  let mut out = [[0; SIDE]; SIDE];
  let mut i = 0;
  while i < SIDE {
    let mut j = 0;
    while j < SIDE {
      out[i][j] = SCALE / (SIDE + i + j) as u64;
      j += 1;
    }
    i += 1;
  }
  out
};

/// D⁻¹, by Cauchy's formula: for C[i][j] = 1/(xᵢ + yⱼ), C⁻¹[i][j] is the product over k of (xⱼ + yₖ)·(xₖ + yᵢ), over
/// (xⱼ + yᵢ)·Π_{k≠j}(xⱼ − xₖ)·Π_{k≠i}(yᵢ − yₖ). Here x is 16 … 31 and y is 0 … 15.
pub fn inverse() -> [[Fr; SIDE]; SIDE] {
  let number = |value: usize| Fr::from(value as u64);
  let others = |of: usize| -> Fr {
    let factors = (0..SIDE).filter(|k| *k != of);
    factors.map(|k| number(of) - number(k)).product()
  };
  std::array::from_fn(|i| {
    std::array::from_fn(|j| {
      let above: Fr = (0..SIDE).map(|k| number(SIDE + j + k) * number(SIDE + k + i)).product();
      let below = Fr::from(SCALE) * number(SIDE + j + i) * others(j) * others(i);
      // A product of numbers that are not multiples of p.
      above * below.invert().unwrap_or(Fr::ZERO)
    })
  })
}
