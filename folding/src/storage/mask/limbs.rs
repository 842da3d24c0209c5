//! Arithmetic of the mask: BN254's scalar field, order p, on four limbs, least significant first, in Montgomery form.
//!
//! Values are reduced only as far as they must be. 5p is below 2^256, so there is room for that, and a product of two
//! values below 2.1p is below 2p again: no comparison in between.

use crate::{curves::Fr, field};
use ff::{Field, PrimeField};

pub type Limbs = [u64; 4];

pub const P: Limbs = [
  0x43e1_f593_f000_0001,
  0x2833_e848_79b9_7091,
  0xb850_45b6_8181_585d,
  0x3064_4e72_e131_a029,
];
/// −p⁻¹ modulo 2^64.
pub const NEGATIVE_INVERSE: u64 = 0xc2e1_f593_efff_ffff;

/// Low and high half of a + b·c + carry.
#[inline(always)]
fn mac(a: u64, b: u64, c: u64, carry: u64) -> (u64, u64) {
  let sum = u128::from(a) + u128::from(b) * u128::from(c) + u128::from(carry);
  (sum as u64, (sum >> 64) as u64)
}

/// Adds a·b to five limbs that have room for it.
#[inline(always)]
fn add_product(sum: &mut [u64; 5], a: &Limbs, b: u64) {
  let mut carry = 0;
  for k in 0..4 {
    (sum[k], carry) = mac(sum[k], a[k], b, carry);
  }
  sum[4] += carry;
}

/// (sum + m·p)/2^64 for the m that makes it whole; sum + 2^64·p must be below 2^320.
#[inline(always)]
fn reduce(sum: &[u64; 5]) -> Limbs {
  let m = sum[0].wrapping_mul(NEGATIVE_INVERSE);
  let (_, mut carry) = mac(sum[0], m, P[0], 0);
  let mut out = [0; 4];
  for k in 1..4 {
    (out[k - 1], carry) = mac(sum[k], m, P[k], carry);
  }
  out[3] = sum[4] + carry;
  out
}

/// Σ aₖ·bₖ/2^256 modulo p, below that sum plus p. The aₖ together are at most 4p.
#[inline(always)]
pub fn dot<const N: usize>(a: [&Limbs; N], b: [&Limbs; N]) -> Limbs {
  let mut low = [0; 4];
  for i in 0..4 {
    let mut sum = [low[0], low[1], low[2], low[3], 0];
    for (a, b) in a.iter().zip(b) {
      add_product(&mut sum, a, b[i]);
    }
    low = reduce(&sum);
  }
  low
}

#[inline(always)]
pub fn mul(a: &Limbs, b: &Limbs) -> Limbs {
  dot([a], [b])
}

/// Σ factorₖ·vₖ/2^64 modulo p, for values below 3p and factors whose sum is below 0.37·2^64: the result is below 2.2p.
#[inline(always)]
pub fn narrow_dot<const N: usize>(factors: &[u64; N], values: [&Limbs; N]) -> Limbs {
  let mut sum = [0; 5];
  for k in 0..N {
    add_product(&mut sum, values[k], factors[k]);
  }
  reduce(&sum)
}

/// a + b, which must be below 2^256.
#[inline(always)]
pub fn add(a: &Limbs, b: &Limbs) -> Limbs {
  let mut out = [0; 4];
  let mut carry = 0;
  for k in 0..4 {
    (out[k], carry) = mac(a[k], b[k], 1, carry);
  }
  out
}

/// a, or a − p if that is not negative.
#[inline(always)]
pub fn less_p(a: &Limbs) -> Limbs {
  let mut out = [0; 4];
  let mut borrow = false;
  for k in 0..4 {
    let (difference, first) = a[k].overflowing_sub(P[k]);
    let (difference, second) = difference.overflowing_sub(u64::from(borrow));
    out[k] = difference;
    borrow = first || second;
  }
  if borrow { *a } else { out }
}

/// The canonical representative of a value below 2^256.
#[inline(always)]
pub fn canonical(a: &Limbs) -> Limbs {
  (0..5).fold(*a, |a, _| less_p(&a))
}

/// From 32 bytes, little-endian, plain; `None` unless canonical.
#[inline(always)]
pub fn from_bytes(bytes: &[u8; field::FIELD_BYTES]) -> Option<Limbs> {
  let mut out = [0; 4];
  for (limb, bytes) in out.iter_mut().zip(bytes.as_chunks().0) {
    *limb = u64::from_le_bytes(*bytes);
  }
  (less_p(&out) == out).then_some(out)
}

pub fn to_bytes(limbs: &Limbs) -> [u8; field::FIELD_BYTES] {
  let mut out = [0; field::FIELD_BYTES];
  for (bytes, limb) in out.as_chunks_mut().0.iter_mut().zip(limbs) {
    *bytes = limb.to_le_bytes();
  }
  out
}

/// value·2^power modulo p, canonical.
pub fn scaled(value: &Fr, power: u64) -> Limbs {
  let scaled = *value * Fr::from(2).pow_vartime([power]);
  let mut out = [0; 4];
  for (limb, bytes) in out.iter_mut().zip(scaled.to_repr().as_ref().as_chunks().0) {
    *limb = u64::from_le_bytes(*bytes);
  }
  out
}
