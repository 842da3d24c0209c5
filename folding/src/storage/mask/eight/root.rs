//! Fifth roots of eight elements side by side, by the chain of `mask::root`.

use super::{
  super::root::{CHAIN, FIRST, POWERS},
  field::{Eight, mul, square},
};

/// Of `N` such elements at a time: the processor works on one while it waits for another. Below 4p, and 1.2p afterwards.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn fifth_roots<const N: usize>(values: &mut [Eight; N]) {
  let mut powers = [*values; POWERS];
  let squares: [Eight; N] = std::array::from_fn(|n| square(&values[n]));
  for at in 1..POWERS {
    for n in 0..N {
      powers[at][n] = mul(&powers[at - 1][n], &squares[n]);
    }
  }
  *values = powers[usize::from(FIRST / 2)];
  for (squarings, odd) in CHAIN {
    for _ in 0..squarings {
      for value in values.iter_mut() {
        *value = square(value);
      }
    }
    for n in 0..N {
      values[n] = mul(&values[n], &powers[usize::from(odd / 2)][n]);
    }
  }
}
