//! 256-bit numbers and field elements, as the generator computes with them.

use crate::curves::Fr;
use ff::Field;

pub fn fr(limbs: [u64; 4]) -> Fr {
  let shift = Fr::from(u64::MAX) + Fr::ONE;
  limbs
    .iter()
    .rev()
    .fold(Fr::ZERO, |sum, limb| sum * shift + Fr::from(*limb))
}

pub fn fr_signed(value: i64) -> Fr {
  if value < 0 {
    -Fr::from(value.unsigned_abs())
  } else {
    Fr::from(value as u64)
  }
}

pub fn power(bits: u64) -> Fr {
  Fr::from(2).pow([bits])
}

pub fn select(choose: bool, yes: u64, no: u64) -> u64 {
  if choose { yes } else { no }
}

/// 32 bits of a packed element.
pub fn field32(limbs: &[u64; 4], index: usize, shift: usize) -> u64 {
  let at = shift + 32 * index;
  let low = limbs[at / 64] >> (at % 64);
  let high = if at % 64 > 32 {
    limbs[at / 64 + 1] << (64 - at % 64)
  } else {
    0
  };
  (low | high) & 0xffff_ffff
}

/// Quotient and remainder of a 256-bit number by a small one.
pub fn divide(value: [u64; 4], by: u64) -> ([u64; 4], u64) {
  let mut quotient = [0; 4];
  let mut rest = 0u128;
  for i in (0..4).rev() {
    let part = rest << 64 | u128::from(value[i]);
    quotient[i] = (part / u128::from(by)) as u64;
    rest = part % u128::from(by);
  }
  (quotient, rest as u64)
}

pub fn shift_right(value: &[u64; 4], bits: usize) -> [u64; 4] {
  std::array::from_fn(|i| {
    let at = i + bits / 64;
    let low = value.get(at).map_or(0, |v| v >> (bits % 64));
    let high = value
      .get(at + 1)
      .filter(|_| !bits.is_multiple_of(64))
      .map_or(0, |v| v << (64 - bits % 64));
    low | high
  })
}

/// Quotient (its low 128 bits) and remainder of 2^144 by a number below 2^255.
pub fn long_division_of_2_144(divisor: &[u64; 4]) -> (u128, [u64; 4]) {
  let less = |a: &[u64; 4], b: &[u64; 4]| a.iter().rev().lt(b.iter().rev());
  let mut rest = [1u64, 0, 0, 0];
  let mut quotient = 0u128;
  if *divisor == [0; 4] {
    return (0, rest);
  }
  for step in 0..=144 {
    if step > 0 {
      rest = std::array::from_fn(|i| rest[i] << 1 | if i > 0 { rest[i - 1] >> 63 } else { 0 });
      quotient <<= 1;
    }
    if !less(&rest, divisor) {
      let mut borrow = false;
      for i in 0..4 {
        let (value, first) = rest[i].overflowing_sub(divisor[i]);
        let (value, second) = value.overflowing_sub(u64::from(borrow));
        rest[i] = value;
        borrow = first || second;
      }
      quotient |= 1;
    }
  }
  (quotient, rest)
}
