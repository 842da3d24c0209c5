//! Σ sᵢ·Pᵢ by Pippenger's buckets with batched affine additions.
//!
//! halo2curves' `msm_best` shares an inversion among 64 additions. Here every scalar is made small by sign, cut into signed
//! digits, and costs one addition for each digit that is not zero: bits, bytes and full-size numbers all take the same
//! way. A window's points are sorted by bucket and summed pairwise, level by level, so that a batch is as large as wanted.

mod buckets;

pub use buckets::weighted;

use crate::affine::{Affine, BATCH};
use ff::PrimeField;
use halo2curves::group::Group;
use rayon::prelude::*;

/// Bits of a scalar after the choice of sign: both curves' orders are below 2^254.
pub const BITS: usize = 253;
/// Below this many points sorting does not pay.
const FEW: usize = 24;
/// What one step of the bucket reduction costs, in batched additions.
const REDUCTION: usize = 5;
/// Widest digit tried; a bucket's number must fit 16 bits.
const WIDEST: usize = 15;

/// A scalar's absolute value, little-endian limbs, and its sign.
#[derive(Clone, Copy, Default)]
pub struct Signed {
  limbs: [u64; 4],
  negative: bool,
}

fn limbs<F: PrimeField>(value: &F) -> [u64; 4] {
  let repr = value.to_repr();
  let bytes = repr.as_ref();
  std::array::from_fn(|i| {
    let mut limb = [0; 8];
    limb.copy_from_slice(&bytes[8 * i..8 * i + 8]);
    u64::from_le_bytes(limb)
  })
}

/// The order of the scalars.
pub fn modulus<F: PrimeField>() -> [u64; 4] {
  let mut minus_one = limbs(&-F::ONE);
  minus_one[0] += 1; // no carry: both orders end in ...0001
  minus_one
}

impl Signed {
  /// `modulus`: the order of the scalars.
  pub fn of<F: PrimeField>(scalar: &F, modulus: &[u64; 4]) -> Self {
    let limbs = limbs(scalar);
    let mut rest = [0u64; 4];
    let mut borrow = false;
    for i in 0..4 {
      let (difference, first) = modulus[i].overflowing_sub(limbs[i]);
      let (difference, second) = difference.overflowing_sub(u64::from(borrow));
      rest[i] = difference;
      borrow = first || second;
    }
    if limbs.iter().rev().lt(rest.iter().rev()) {
      Signed { limbs, negative: false }
    } else {
      Signed {
        limbs: rest,
        negative: true,
      }
    }
  }

  fn bits(&self) -> usize {
    let top = self.limbs.iter().rposition(|limb| *limb != 0);
    top.map_or(0, |i| 64 * i + 64 - self.limbs[i].leading_zeros() as usize)
  }

  /// Digit of the window of `width` bits that starts at bit `start`, by Booth's recoding: from −2^(width−1) to
  /// 2^(width−1), and no carry from window to window.
  #[inline(always)]
  pub fn digit(&self, start: usize, width: usize) -> i32 {
    let low = start.saturating_sub(1);
    let (limb, shift) = (low / 64, low % 64);
    let mut bits = self.limbs.get(limb).map_or(0, |l| l >> shift);
    if shift != 0 {
      bits |= self.limbs.get(limb + 1).map_or(0, |l| l << (64 - shift));
    }
    if start == 0 {
      bits <<= 1;
    }
    let bits = (bits & ((1 << (width + 1)) - 1)) as i32;
    let digit = ((bits + 1) >> 1) - ((bits >> width) << width);
    if self.negative { -digit } else { digit }
  }
}

/// The width of digits that costs least for scalars of these lengths.
fn best_width(scalars: &[Signed], longest: usize) -> usize {
  let mut histogram = [0usize; BITS + 2];
  for scalar in scalars {
    histogram[scalar.bits()] += 1;
  }
  let cost = |width: usize| {
    let additions: usize = histogram
      .iter()
      .enumerate()
      .map(|(bits, n)| n * bits.div_ceil(width))
      .sum();
    additions + (longest + 1).div_ceil(width) * (REDUCTION << (width - 1))
  };
  (2..=WIDEST).min_by_key(|width| cost(*width)).unwrap_or(WIDEST)
}

/// Σ scalarsᵢ·basesᵢ; both of the same length.
pub fn msm<C: Affine>(scalars: &[C::ScalarExt], bases: &[C]) -> C::CurveExt {
  assert_eq!(scalars.len(), bases.len());
  if scalars.len() <= FEW {
    return scalars.iter().zip(bases).map(|(s, p)| *p * *s).sum();
  }
  let modulus = modulus::<C::ScalarExt>();
  let signed: Vec<Signed> = scalars
    .par_iter()
    .with_min_len(BATCH)
    .map(|s| Signed::of(s, &modulus))
    .collect();
  let longest = signed.iter().map(Signed::bits).max().unwrap_or(0);
  let width = best_width(&signed, longest);
  let windows: Vec<C::CurveExt> = (0..(longest + 1).div_ceil(width))
    .into_par_iter()
    .map(|w| window(&signed, bases, w * width, width))
    .collect();
  windows.into_iter().rev().fold(C::CurveExt::identity(), |sum, window| {
    (0..width).fold(sum, |sum, _| sum.double()) + window
  })
}

/// Σ digitᵢ·Pᵢ for the digits of one window.
fn window<C: Affine>(scalars: &[Signed], bases: &[C], start: usize, width: usize) -> C::CurveExt {
  let digits: Vec<i16> = scalars.iter().map(|scalar| scalar.digit(start, width) as i16).collect();
  weighted(
    &digits,
    1 << (width - 1),
    |index| index as u32,
    |place| &bases[place as usize],
  )
}

#[cfg(test)]
mod tests {
  use super::*;
  use ff::Field;
  use halo2curves::{bn256, grumpkin};
  use rand_core::{RngCore, SeedableRng};

  fn agrees<C: Affine>(seed: u64) {
    let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
    for n in [0usize, 1, 25, 100, 3000] {
      let mut bases: Vec<C> = (0..n)
        .map(|_| (C::generator() * C::ScalarExt::random(&mut random)).into())
        .collect();
      let scalars: Vec<C::ScalarExt> = (0..n)
        .map(|i| match i % 7 {
          0 => C::ScalarExt::ZERO,
          1 => C::ScalarExt::ONE,
          2 => -C::ScalarExt::ONE,
          3 => C::ScalarExt::from(u64::from(random.next_u32())),
          4 => -C::ScalarExt::from(random.next_u64()),
          _ => C::ScalarExt::random(&mut random),
        })
        .collect();
      // Equal, opposite and neutral points must not disturb the batched additions.
      for i in 0..n / 5 {
        bases[5 * i] = match i % 3 {
          0 => bases[5 * i + 1],
          1 => -bases[5 * i + 1],
          _ => C::identity(),
        };
      }
      let expected: C::CurveExt = scalars.iter().zip(&bases).map(|(s, p)| *p * *s).sum();
      assert_eq!(msm(&scalars, &bases), expected);
      let ones = vec![C::ScalarExt::ONE; n];
      assert_eq!(msm(&ones, &bases), bases.iter().map(|p| p.to_curve()).sum());
      let same = vec![C::generator(); n];
      assert_eq!(
        msm(&scalars, &same),
        C::generator() * scalars.iter().sum::<C::ScalarExt>()
      );
    }
  }

  #[test]
  fn agrees_with_scalar_multiplication() {
    agrees::<bn256::G1Affine>(1);
    agrees::<grumpkin::G1Affine>(2);
  }
}
