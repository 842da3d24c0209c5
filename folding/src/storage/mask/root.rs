//! Fifth roots: x to the inverse of 5 modulo p − 1, which exists since 5 does not divide p − 1.

use super::limbs::{Limbs, mul};

/// The exponent from its top on: square so often, then multiply by so odd a power of x. The fewest steps there are with
/// odd powers up to 25 and windows of at most five bits.
#[rustfmt::skip]
pub const CHAIN: [(u8, u8); 47] = [
  (5, 11), (5, 13), (5, 9), (5, 9), (6, 17), (5, 13), (9, 19), (4, 13), (5, 19), (6, 21), (6, 9), (6, 13), (5, 25),
  (4, 11), (6, 21), (4, 15), (6, 3), (5, 7), (5, 19), (6, 21), (5, 13), (6, 5), (4, 13), (6, 19), (6, 23), (5, 5),
  (5, 25), (4, 13), (5, 7), (5, 5), (6, 9), (6, 17), (5, 13), (6, 1), (4, 11), (5, 19), (4, 15), (5, 19), (4, 15),
  (4, 11), (4, 13), (6, 19), (8, 25), (5, 19), (7, 25), (5, 19), (6, 13),
];
/// The odd power that the chain begins with.
pub const FIRST: u8 = 19;
/// Odd powers that are kept: 1, 3, … 25.
pub const POWERS: usize = 13;

/// Fifth roots of `N` values in Montgomery form, below 2p, side by side: a processor works on one while it waits for
/// another.
pub fn fifth_roots<const N: usize>(values: &[Limbs; N]) -> [Limbs; N] {
  let square = times(values, values);
  let mut powers = [*values; POWERS];
  for at in 1..POWERS {
    powers[at] = times(&powers[at - 1], &square);
  }
  let power = |odd: u8| &powers[usize::from(odd / 2)];
  CHAIN.iter().fold(*power(FIRST), |mut root, (squarings, odd)| {
    for _ in 0..*squarings {
      root = times(&root, &root);
    }
    times(&root, power(*odd))
  })
}

#[inline(always)]
fn times<const N: usize>(a: &[Limbs; N], b: &[Limbs; N]) -> [Limbs; N] {
  std::array::from_fn(|at| mul(&a[at], &b[at]))
}

#[cfg(test)]
mod tests {
  use super::*;
  use crate::curves::Fr;
  use ff::Field;

  /// The same chain over exponents: what it computes times 5 is 1 modulo p − 1.
  #[test]
  fn the_chain_is_the_inverse_of_five() {
    let x = Fr::from(7);
    let root = CHAIN
      .iter()
      .fold(x.pow_vartime([u64::from(FIRST)]), |root, (squarings, odd)| {
        root.pow_vartime([1 << squarings]) * x.pow_vartime([u64::from(*odd)])
      });
    assert_eq!(root.pow_vartime([5]), x);
    let squarings: usize = CHAIN.iter().map(|(squarings, _)| usize::from(*squarings)).sum();
    // Beside them a square and twelve multiplications for the powers.
    assert_eq!((squarings + 1, CHAIN.len() + POWERS - 1), (250, 59));
  }
}
