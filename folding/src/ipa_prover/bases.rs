//! The generators of the inner-product argument while it is proved.
//!
//! In each round nova-snark folds its generators, G′ᵢ = r⁻¹·Gᵢ + r·Gᵢ₊ₘ, by two scalar multiplications a point, which
//! was half of compressing. Here a few rounds work on unfolded generators, whose weights are multiplied into the
//! scalars of that round's two commitments; then all these rounds' foldings are made up for at once. All points are
//! then multiplied by the same few scalars, so one chain of doublings serves them all and every step is a batch of
//! affine additions.

use super::Point;
use crate::{
  affine::{BATCH, Point as Xy, Scratch},
  curves::Fq,
  msm::msm,
};
use ff::{Field, PrimeField};
use halo2curves::grumpkin::G1Affine;
use rayon::prelude::*;

/// Rounds before the generators are folded: each costs two sums over all of them, each saves doublings later.
const LAZY_ROUNDS: usize = 3;
/// Vectors this short are never folded again.
const SHORT: usize = 64;
/// Width of the signed digits in which weights are cut: odd, from −7 to 7.
const DIGIT: usize = 4;
/// Points that go through a folding together.
const STRIP: usize = BATCH / 2;

/// Generators not yet folded: with m = points / weights, the i-th folded one is Σₜ weightsₜ·points₍ₜₘ₊ᵢ₎.
pub struct Bases {
  points: Vec<G1Affine>,
  weights: Vec<Fq>,
}

impl Bases {
  pub fn new(points: Vec<G1Affine>) -> Self {
    Bases {
      points,
      weights: vec![Fq::ONE],
    }
  }

  /// Number of folded generators.
  fn len(&self) -> usize {
    self.points.len() / self.weights.len()
  }

  /// Σᵢ aᵢ·Gᵢ over the upper or the lower half of the folded generators.
  pub fn commit(&self, a: &[Fq], upper: bool) -> Point {
    let from = if upper { a.len() } else { 0 };
    let stretches = || {
      self
        .points
        .chunks_exact(self.len())
        .map(|stretch| &stretch[from..from + a.len()])
    };
    let points: Vec<G1Affine> = stretches().flatten().copied().collect();
    let scalars: Vec<Fq> = self
      .weights
      .iter()
      .flat_map(|weight| a.iter().map(move |a| *weight * a))
      .collect();
    msm(&scalars, &points)
  }

  /// Takes note of one folding.
  pub fn halve(&mut self, challenge: Fq, inverse: Fq) {
    self.weights = self
      .weights
      .iter()
      .flat_map(|weight| [*weight * inverse, *weight * challenge])
      .collect();
    if self.weights.len() == 1 << LAZY_ROUNDS && self.len() >= SHORT {
      self.points = fold(&self.points, &self.weights);
      self.weights = vec![Fq::ONE];
    }
  }
}

/// Σₜ weightsₜ·points₍ₜₘ₊ᵢ₎ for every i.
fn fold(points: &[G1Affine], weights: &[Fq]) -> Vec<G1Affine> {
  let m = points.len() / weights.len();
  let digits: Vec<Vec<i8>> = weights.iter().map(digits).collect();
  let strips: Vec<Vec<G1Affine>> = (0..m)
    .step_by(STRIP)
    .collect::<Vec<_>>()
    .into_par_iter()
    .map(|start| {
      let range = start..m.min(start + STRIP);
      let strip: Vec<&[G1Affine]> = points.chunks_exact(m).map(|stretch| &stretch[range.clone()]).collect();
      fold_strip(&strip, &digits)
    })
    .collect();
  strips.concat()
}

fn fold_strip(stretches: &[&[G1Affine]], digits: &[Vec<i8>]) -> Vec<G1Affine> {
  let mut scratch = Scratch::default();
  let n = stretches[0].len();
  // Odd multiples 1, 3, 5, 7 of every point.
  let tables: Vec<Vec<Vec<Xy<_>>>> = stretches
    .iter()
    .map(|stretch| {
      let single: Vec<_> = stretch.iter().map(Xy::of).collect();
      let mut double = single.clone();
      scratch.add(single.iter().map(|p| (*p, *p)), |i, sum| double[i] = sum);
      let mut table = vec![single];
      for k in 1..1 << (DIGIT - 2) {
        let mut next = double.clone();
        scratch.add((0..n).map(|i| (table[k - 1][i], double[i])), |i, sum| next[i] = sum);
        table.push(next);
      }
      table
    })
    .collect();
  let mut sums = vec![Xy::NEUTRAL; n];
  let mut before = sums.clone();
  let longest = digits.iter().map(Vec::len).max().unwrap_or(0);
  for bit in (0..longest).rev() {
    before.copy_from_slice(&sums);
    scratch.add(before.iter().map(|p| (*p, *p)), |i, sum| sums[i] = sum);
    for (table, digits) in tables.iter().zip(digits) {
      let digit = digits.get(bit).copied().unwrap_or(0);
      if digit == 0 {
        continue;
      }
      let multiples = &table[usize::from(digit.unsigned_abs() / 2)];
      let signed = |p: &Xy<_>| if digit < 0 { p.negated() } else { *p };
      before.copy_from_slice(&sums);
      scratch.add(
        before.iter().zip(multiples).map(|(sum, p)| (*sum, signed(p))),
        |i, sum| sums[i] = sum,
      );
    }
  }
  sums.into_iter().map(|Xy { x, y }| G1Affine { x, y }).collect()
}

/// Signed digits of width `DIGIT`, lowest first, all zero or odd, with at least `DIGIT` − 1 zeroes between two.
fn digits(value: &Fq) -> Vec<i8> {
  let mut bytes = [0u8; 33];
  bytes[..32].copy_from_slice(value.to_repr().as_ref());
  let mut rest: Vec<u8> = (0..8 * bytes.len()).map(|i| bytes[i / 8] >> (i % 8) & 1).collect();
  let mut out = vec![0i8; rest.len()];
  let mut at = 0;
  while at + DIGIT <= rest.len() {
    if rest[at] == 0 {
      at += 1;
      continue;
    }
    let low: i8 = (0..DIGIT).map(|i| (rest[at + i] as i8) << i).sum();
    rest[at..at + DIGIT].fill(0);
    out[at] = low;
    if low >= 1 << (DIGIT - 1) {
      out[at] = low - (1 << DIGIT);
      // Carry: there is room, values are below 2^254.
      let mut carry = at + DIGIT;
      while rest[carry] == 1 {
        rest[carry] = 0;
        carry += 1;
      }
      rest[carry] = 1;
    }
    at += DIGIT;
  }
  out.truncate(out.iter().rposition(|d| *d != 0).map_or(0, |top| top + 1));
  out
}

#[cfg(test)]
mod tests {
  use super::*;
  use rand_core::SeedableRng;

  #[test]
  fn digits_recompose() {
    let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(8);
    for value in [
      Fq::ZERO,
      Fq::ONE,
      -Fq::ONE,
      Fq::from(8),
      Fq::random(&mut random),
      Fq::random(&mut random),
    ] {
      let sum = digits(&value).iter().rev().fold(Fq::ZERO, |sum, digit| {
        let part = Fq::from(u64::from(digit.unsigned_abs()));
        sum.double() + if *digit < 0 { -part } else { part }
      });
      assert_eq!(sum, value);
    }
  }
}
