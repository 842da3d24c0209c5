//! Sum-checks whose rounds send two elements: constant and leading coefficient of a quadratic (folding-scheme §9). They
//! bind the highest coordinate first; the tables' index has coordinate 1 as its lowest bit.

use super::transcript::Transcript;
use ff::{FromUniformBytes, PrimeField};
use rayon::prelude::*;

pub trait Scalar: PrimeField + FromUniformBytes<64> {}
impl<F: PrimeField + FromUniformBytes<64>> Scalar for F {}

/// v(0) and the coefficient of X².
pub type Round<F> = [F; 2];

/// What a sum-check ends in.
#[derive(Clone, Debug)]
pub struct End<F> {
  /// By coordinate, the first element is coordinate 1's.
  pub point: Vec<F>,
  pub claim: F,
}

/// Why a sum-check is refused: a weight that is zero leaves v(1) free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZeroWeight;

/// Follows the rounds. `weights[j]`, where given, is coordinate j + 1's point of an eq that is kept apart (Gruen, eprint
/// 2024/108): the claim is (1 − w)·v(0) + w·v(1), without it v(0) + v(1).
pub fn verify<F: Scalar>(
  transcript: &mut Transcript,
  mut claim: F,
  rounds: &[Round<F>],
  weights: Option<&[F]>,
) -> Result<End<F>, ZeroWeight> {
  let mut point = vec![F::ZERO; rounds.len()];
  for (round, at) in rounds.iter().zip((0..rounds.len()).rev()) {
    (point[at], claim) = follow(transcript, claim, round, weights.map(|weights| weights[at]))?;
  }
  Ok(End { point, claim })
}

/// One round: the challenge and the next claim.
pub fn follow<F: Scalar>(
  transcript: &mut Transcript,
  claim: F,
  round: &Round<F>,
  weight: Option<F>,
) -> Result<(F, F), ZeroWeight> {
  let [zero, leading] = *round;
  let one = match weight {
    None => claim - zero,
    Some(weight) => {
      let inverse = Option::<F>::from(weight.invert()).ok_or(ZeroWeight)?;
      (claim - (F::ONE - weight) * zero) * inverse
    }
  };
  transcript.scalars(b"v", round);
  let challenge: F = transcript.challenge(b"rho");
  let value = zero + challenge * (one - zero - leading + challenge * leading);
  Ok((challenge, value))
}

/// Binds the highest coordinate of a table.
pub fn bind<F: Scalar>(table: &mut Vec<F>, challenge: F) {
  let half = table.len() / 2;
  let (low, high) = table.split_at_mut(half);
  low
    .par_iter_mut()
    .zip(high)
    .with_min_len(2048)
    .for_each(|(low, high)| *low += challenge * (*high - *low));
  table.truncate(half);
}

/// Σ over the first half of the tables of what `term` gives for two elements each, low and high.
pub fn sum_pairs<F: Scalar>(half: usize, term: impl Fn(usize) -> [F; 2] + Sync + Send) -> [F; 2] {
  (0..half)
    .into_par_iter()
    .with_min_len(2048)
    .map(term)
    .reduce(|| [F::ZERO; 2], |a, b| [a[0] + b[0], a[1] + b[1]])
}

/// Σ_i eq_i(weights)·(A·B − u·C − E)_i = claim, E absent where it is zero by itself. Leaves the tables bound: their
/// values at the end's point.
pub fn prove_rows<F: Scalar>(
  transcript: &mut Transcript,
  claim: F,
  weights: &[F],
  u: F,
  tables: &mut [Vec<F>; 3],
  mut error: Option<&mut Vec<F>>,
) -> Result<(Vec<Round<F>>, End<F>), ZeroWeight> {
  let mut eq = eq_table(&weights[..weights.len().saturating_sub(1)]);
  let mut claim = claim;
  let mut rounds = Vec::with_capacity(weights.len());
  let mut point = vec![F::ZERO; weights.len()];
  for at in (0..weights.len()).rev() {
    let half = tables[0].len() / 2;
    let [a, b, c] = &*tables;
    let round = sum_pairs(half, |i| {
      let mut zero = a[i] * b[i] - u * c[i];
      if let Some(error) = &error {
        zero -= error[i];
      }
      let leading = (a[half + i] - a[i]) * (b[half + i] - b[i]);
      [eq[i] * zero, eq[i] * leading]
    });
    let challenge;
    (challenge, claim) = follow(transcript, claim, &round, Some(weights[at]))?;
    for table in tables.iter_mut() {
      bind(table, challenge);
    }
    if let Some(error) = &mut error {
      bind(error, challenge);
    }
    // The sum over a coordinate of eq is eq without it.
    if half > 1 {
      let (low, high) = eq.split_at_mut(half / 2);
      low.iter_mut().zip(high).for_each(|(low, high)| *low += *high);
      eq.truncate(half / 2);
    }
    rounds.push(round);
    point[at] = challenge;
  }
  Ok((rounds, End { point, claim }))
}

/// Σ_i Σ_k A_k(i)·B_k(i) = claim over pairs of tables. Leaves the tables bound.
pub fn prove_products<F: Scalar>(
  transcript: &mut Transcript,
  claim: F,
  pairs: &mut [[Vec<F>; 2]],
) -> Result<(Vec<Round<F>>, End<F>), ZeroWeight> {
  let log = pairs.first().map_or(0, |pair| pair[0].len().ilog2() as usize);
  let mut claim = claim;
  let mut rounds = Vec::with_capacity(log);
  let mut point = vec![F::ZERO; log];
  for at in (0..log).rev() {
    let half = 1 << at;
    let round = {
      let pairs = &*pairs;
      sum_pairs(half, |i| {
        pairs.iter().fold([F::ZERO; 2], |[zero, leading], [a, b]| {
          [
            zero + a[i] * b[i],
            leading + (a[half + i] - a[i]) * (b[half + i] - b[i]),
          ]
        })
      })
    };
    let challenge;
    (challenge, claim) = follow(transcript, claim, &round, None)?;
    for table in pairs.iter_mut().flatten() {
      bind(table, challenge);
    }
    rounds.push(round);
    point[at] = challenge;
  }
  Ok((rounds, End { point, claim }))
}

/// eq_i(point) for every i, coordinate 1 the lowest bit.
pub fn eq_table<F: Scalar>(point: &[F]) -> Vec<F> {
  let mut table = vec![F::ONE];
  for coordinate in point {
    let upper: Vec<F> = table
      .par_iter()
      .with_min_len(4096)
      .map(|low| *low * coordinate)
      .collect();
    table
      .par_iter_mut()
      .with_min_len(4096)
      .zip(&upper)
      .for_each(|(low, high)| *low -= high);
    table.extend(upper);
  }
  table
}

/// Π_j (a_j·b_j + (1 − a_j)(1 − b_j)).
pub fn eq<F: Scalar>(a: &[F], b: &[F]) -> F {
  a.iter()
    .zip(b)
    .map(|(a, b)| (*a * b).double() + F::ONE - a - b)
    .product()
}
