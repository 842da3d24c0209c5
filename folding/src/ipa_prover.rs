//! Prover of nova-snark's inner-product argument over Grumpkin, three times faster than nova-snark's: same equations,
//! same transcript, same bytes.
//!
//! In each round nova-snark folds its generators, G′ᵢ = r⁻¹·Gᵢ + r·Gᵢ₊ₘ, by two scalar multiplications a point, which
//! was half of compressing. Here a few rounds work on unfolded generators, whose weights are multiplied into the
//! scalars of that round's two commitments; then all these rounds' foldings are made up for at once. All points are
//! then multiplied by the same few scalars, so one chain of doublings serves them all and every step is a batch of
//! affine additions.

use crate::{
  affine::{BATCH, Point as Xy, Scratch},
  commitment::{Commitment, Committing},
  engine::{E2, Fq},
  grumpkin::HashedKey,
  ipa::{Ipa, IpaKey},
  msm::msm,
};
use ff::{Field, PrimeField};
use halo2curves::grumpkin::G1Affine;
use nova_snark::{
  errors::NovaError,
  provider::traits::DlogGroup,
  spartan::polys::eq::EqPolynomial,
  traits::{Engine, TranscriptEngineTrait, TranscriptReprTrait, evaluation::EvaluationEngineTrait},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

type Point = <E2 as Engine>::GE;
type Result<T> = std::result::Result<T, NovaError>;

/// Rounds before the generators are folded: each costs two sums over all of them, each saves doublings later.
const LAZY_ROUNDS: usize = 3;
/// Vectors this short are never folded again.
const SHORT: usize = 64;
/// Width of the signed digits in which weights are cut: odd, from −7 to 7.
const DIGIT: usize = 4;
/// Points that go through a folding together.
const STRIP: usize = BATCH / 2;

/// nova-snark's evaluation engine with another prover.
#[derive(Clone, Debug)]
pub struct LazyIpa;

/// The generator that commits to the inner product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProverKey {
  product: G1Affine,
}

/// Bytes as nova-snark's `ipa_pc::VerifierKey`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifierKey {
  vector: Generators,
  product: Generators,
}

/// Bytes as nova-snark's `pedersen::CommitmentKey`.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Generators {
  points: Vec<G1Affine>,
  blind: G1Affine,
}

impl From<HashedKey> for Generators {
  fn from(key: HashedKey) -> Self {
    Generators {
      points: key.points,
      blind: key.blind,
    }
  }
}

/// Bytes as nova-snark's `InnerProductArgument`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Argument {
  left: Vec<Side>,
  right: Vec<Side>,
  last: Fq,
}

/// A point that enters the transcript as nova-snark's `Commitment` does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Side(Point);

impl TranscriptReprTrait<Point> for Side {
  fn to_transcript_bytes(&self) -> Vec<u8> {
    let (x, y, infinity) = self.0.to_coordinates();
    let mut bytes = TranscriptReprTrait::<Point>::to_transcript_bytes(&x);
    bytes.extend(TranscriptReprTrait::<Point>::to_transcript_bytes(&y));
    bytes.push(infinity.into());
    bytes
  }
}

/// What the argument is about, as nova-snark's `InnerProductInstance`.
struct Statement<'a>(&'a Commitment<E2>, &'a Fq);

impl TranscriptReprTrait<Point> for Statement<'_> {
  fn to_transcript_bytes(&self) -> Vec<u8> {
    [
      self.0.to_transcript_bytes(),
      TranscriptReprTrait::<Point>::to_transcript_bytes(self.1),
    ]
    .concat()
  }
}

impl EvaluationEngineTrait<E2> for LazyIpa {
  type ProverKey = ProverKey;
  type VerifierKey = VerifierKey;
  type EvaluationArgument = Argument;

  fn setup(ck: &HashedKey) -> Result<(ProverKey, VerifierKey)> {
    let product = E2::generate(b"ipa", 1)?;
    let key = ProverKey {
      product: product.points[0],
    };
    Ok((
      key,
      VerifierKey {
        vector: ck.clone().into(),
        product: product.into(),
      },
    ))
  }

  fn prove(
    ck: &HashedKey,
    key: &ProverKey,
    transcript: &mut <E2 as Engine>::TE,
    commitment: &Commitment<E2>,
    vector: &[Fq],
    point: &[Fq],
    value: &Fq,
  ) -> Result<Argument> {
    let mut b = EqPolynomial::new(point.to_vec()).evals();
    let mut a = vector.to_vec();
    let generators = ck.points.get(..b.len()).ok_or(NovaError::InvalidCommitmentKeyLength)?;
    if a.len() != b.len() {
      return Err(NovaError::InvalidInputLength);
    }
    transcript.dom_sep(b"IPA");
    transcript.absorb(b"U", &Statement(commitment, value));
    let base = Point::group(&key.product) * transcript.squeeze(b"r")?;

    let mut bases = Bases {
      points: generators.to_vec(),
      weights: vec![Fq::ONE],
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    while a.len() > 1 {
      let half = a.len() / 2;
      let ((a_low, a_high), (b_low, b_high)) = (a.split_at(half), b.split_at(half));
      let (l, r) = rayon::join(
        || bases.commit(a_low, true) + base * inner(a_low, b_high),
        || bases.commit(a_high, false) + base * inner(a_high, b_low),
      );
      transcript.absorb(b"L", &Side(l));
      transcript.absorb(b"R", &Side(r));
      left.push(Side(l));
      right.push(Side(r));
      let challenge = transcript.squeeze(b"r")?;
      let inverse: Fq = Option::from(challenge.invert()).ok_or(NovaError::InternalError)?;
      let folded = |low: &[Fq], high: &[Fq], for_low: Fq, for_high: Fq| -> Vec<Fq> {
        low
          .iter()
          .zip(high)
          .map(|(low, high)| for_low * low + for_high * high)
          .collect()
      };
      (a, b) = (
        folded(a_low, a_high, challenge, inverse),
        folded(b_low, b_high, inverse, challenge),
      );
      bases.halve(challenge, inverse);
    }
    Ok(Argument {
      left,
      right,
      last: a[0],
    })
  }

  /// By the verifier in `ipa.rs`.
  fn verify(
    key: &VerifierKey,
    transcript: &mut <E2 as Engine>::TE,
    commitment: &Commitment<E2>,
    point: &[Fq],
    value: &Fq,
    argument: &Argument,
  ) -> Result<()> {
    let config = bincode::config::legacy();
    let bytes = bincode::serde::encode_to_vec(argument, config).map_err(|_| NovaError::InternalError)?;
    let (argument, _) = bincode::serde::decode_from_slice(&bytes, config).map_err(|_| NovaError::InvalidPCS)?;
    let key = IpaKey {
      generators: key.vector.points.clone(),
      product: key.product.points[0],
    };
    Ipa::verify(&key, transcript, commitment, point, value, &argument)
  }
}

fn inner(a: &[Fq], b: &[Fq]) -> Fq {
  a.iter().zip(b).map(|(a, b)| *a * b).sum()
}

/// Generators not yet folded: with m = points / weights, the i-th folded one is Σₜ weightsₜ·points₍ₜₘ₊ᵢ₎.
struct Bases {
  points: Vec<G1Affine>,
  weights: Vec<Fq>,
}

impl Bases {
  /// Number of folded generators.
  fn len(&self) -> usize {
    self.points.len() / self.weights.len()
  }

  /// Σᵢ aᵢ·Gᵢ over the upper or the lower half of the folded generators.
  fn commit(&self, a: &[Fq], upper: bool) -> Point {
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
  fn halve(&mut self, challenge: Fq, inverse: Fq) {
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
  use nova_snark::{
    provider::{GrumpkinEngine, ipa_pc},
    spartan::polys::multilinear::MultilinearPolynomial,
    traits::commitment::CommitmentEngineTrait,
  };
  use rand_core::SeedableRng;

  /// Arguments equal nova-snark's byte for byte, and both verifiers accept them.
  #[test]
  fn same_argument_as_nova_snark() {
    type Stock = GrumpkinEngine;
    type StockIpa = ipa_pc::EvaluationEngine<Stock>;
    let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(7);
    let config = bincode::config::legacy();
    for rounds in [1usize, 3, 6, 9, 10, 11] {
      let n = 1 << rounds;
      let vector: Vec<Fq> = (0..n).map(|_| Fq::random(&mut random)).collect();
      let point: Vec<Fq> = (0..rounds).map(|_| Fq::random(&mut random)).collect();
      let value = MultilinearPolynomial::evaluate_with(&vector, &point);

      let ck = E2::generate(b"ck", n).unwrap();
      let (key, verifier) = LazyIpa::setup(&ck).unwrap();
      let commitment = <E2 as Engine>::CE::commit(&ck, &vector, &Fq::ZERO);
      let transcript = || <E2 as Engine>::TE::new(b"test");
      let ours = LazyIpa::prove(&ck, &key, &mut transcript(), &commitment, &vector, &point, &value).unwrap();
      LazyIpa::verify(&verifier, &mut transcript(), &commitment, &point, &value, &ours).unwrap();

      let ck = <Stock as Engine>::CE::setup(b"ck", n).unwrap();
      let (key, verifier) = StockIpa::setup(&ck).unwrap();
      let commitment = <Stock as Engine>::CE::commit(&ck, &vector, &Fq::ZERO);
      let transcript = || <Stock as Engine>::TE::new(b"test");
      let theirs = StockIpa::prove(&ck, &key, &mut transcript(), &commitment, &vector, &point, &value).unwrap();
      let bytes = bincode::serde::encode_to_vec(&ours, config).unwrap();
      assert_eq!(bytes, bincode::serde::encode_to_vec(&theirs, config).unwrap());
      let (ours, _) = bincode::serde::decode_from_slice(&bytes, config).unwrap();
      StockIpa::verify(&verifier, &mut transcript(), &commitment, &point, &value, &ours).unwrap();
    }
  }

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
