//! The argument that a vector committed to on Grumpkin has a value as a multilinear extension (Bulletproofs, eprint
//! 2017/1066 §3): halving, two points a round.

use super::{sumcheck::eq_table, transcript::Transcript};
use crate::{curves::Fq, line::curve::H, msm::msm};
use ff::Field;
use halo2curves::{
  group::{Curve, Group},
  grumpkin::G1,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
  /// L and R of each round.
  pub sides: Vec<[H; 2]>,
  pub last: Fq,
}

/// Generators that are never folded: with m = points / weights, the i-th folded one is Σₜ weightsₜ·points₍ₜₘ₊ᵢ₎. A sum over
/// a thousand points costs less than folding them.
struct Bases<'a> {
  points: &'a [H],
  weights: Vec<Fq>,
}

impl Bases<'_> {
  /// Σᵢ aᵢ·Gᵢ over the upper or the lower half of the folded generators.
  fn commit(&self, a: &[Fq], upper: bool) -> G1 {
    let from = if upper { a.len() } else { 0 };
    let stretches = self.points.chunks_exact(2 * a.len());
    let points: Vec<H> = stretches.flat_map(|all| &all[from..from + a.len()]).copied().collect();
    let scalars: Vec<Fq> = self
      .weights
      .iter()
      .flat_map(|weight| a.iter().map(move |a| *weight * a))
      .collect();
    msm(&scalars, &points)
  }

  fn halve(&mut self, challenge: Fq, inverse: Fq) {
    self.weights = self
      .weights
      .iter()
      .flat_map(|weight| [*weight * inverse, *weight * challenge])
      .collect();
  }
}

/// The base of the inner product, from the key's own generator: fixed only after the claim.
fn begin(transcript: &mut Transcript, product: &H, commitment: &H, point: &[Fq], value: &Fq) -> G1 {
  transcript.scalars(b"point", point);
  transcript.scalars(b"value", std::slice::from_ref(value));
  transcript.h(b"P", commitment);
  *product * transcript.challenge::<Fq>(b"ipa")
}

fn challenge(transcript: &mut Transcript, [left, right]: &[H; 2]) -> Fq {
  transcript.h(b"L", left);
  transcript.h(b"R", right);
  transcript.challenge(b"r")
}

/// `point` by coordinate, coordinate 1 the lowest bit of an index.
pub fn prove(
  transcript: &mut Transcript,
  generators: &[H],
  product: &H,
  commitment: &H,
  vector: &[Fq],
  point: &[Fq],
  value: &Fq,
) -> Argument {
  let base = begin(transcript, product, commitment, point, value);
  let mut a = vector.to_vec();
  let mut b = eq_table(point);
  let mut bases = Bases {
    points: &generators[..a.len()],
    weights: vec![Fq::ONE],
  };
  let mut sides = Vec::with_capacity(point.len());
  while a.len() > 1 {
    let half = a.len() / 2;
    let ((a_low, a_high), (b_low, b_high)) = (a.split_at(half), b.split_at(half));
    let side: [H; 2] = [
      (bases.commit(a_low, true) + base * inner(a_low, b_high)).to_affine(),
      (bases.commit(a_high, false) + base * inner(a_high, b_low)).to_affine(),
    ];
    let r = challenge(transcript, &side);
    // A challenge of zero has probability 2^-254; the verifier refuses it.
    let inverse = r.invert().unwrap_or(Fq::ZERO);
    let folded = |low: &[Fq], high: &[Fq], for_low: Fq, for_high: Fq| -> Vec<Fq> {
      let pairs = low.iter().zip(high);
      pairs.map(|(low, high)| for_low * low + for_high * high).collect()
    };
    (a, b) = (folded(a_low, a_high, r, inverse), folded(b_low, b_high, inverse, r));
    bases.halve(r, inverse);
    sides.push(side);
  }
  Argument { sides, last: a[0] }
}

/// Whether the commitment's vector has the value at the point.
pub fn verify(
  transcript: &mut Transcript,
  generators: &[H],
  product: &H,
  commitment: &H,
  point: &[Fq],
  value: &Fq,
  argument: &Argument,
) -> bool {
  let base = begin(transcript, product, commitment, point, value);
  if argument.sides.len() != point.len() || generators.len() < 1 << point.len() {
    return false;
  }
  let challenges: Vec<Fq> = argument.sides.iter().map(|side| challenge(transcript, side)).collect();
  let Some(inverses) = challenges
    .iter()
    .map(|r| r.invert().into())
    .collect::<Option<Vec<Fq>>>()
  else {
    return false;
  };
  // The first round halves by the highest coordinate.
  let rounds = || challenges.iter().zip(&inverses);
  let b: Fq = rounds()
    .zip(point.iter().rev())
    .map(|((r, inverse), x)| (Fq::ONE - x) * inverse + *r * x)
    .product();
  let mut weights = vec![argument.last];
  for (r, inverse) in rounds().rev() {
    let upper: Vec<Fq> = weights.iter().map(|weight| *weight * r).collect();
    weights.iter_mut().for_each(|weight| *weight *= inverse);
    weights.extend(upper);
  }
  // P + v·B + Σ (r²·L + r⁻²·R) = Σ wᵢ·Gᵢ + last·b·B, in one sum.
  let mut points: Vec<H> = generators[..weights.len()].to_vec();
  let mut scalars: Vec<Fq> = weights.iter().map(|weight| -*weight).collect();
  for ((r, inverse), [left, right]) in rounds().zip(&argument.sides) {
    points.extend([left, right]);
    scalars.extend([r.square(), inverse.square()]);
  }
  points.push(base.to_affine());
  scalars.push(*value - argument.last * b);
  bool::from((msm(&scalars, &points) + commitment).is_identity())
}

fn inner(a: &[Fq], b: &[Fq]) -> Fq {
  a.iter().zip(b).map(|(a, b)| *a * b).sum()
}
