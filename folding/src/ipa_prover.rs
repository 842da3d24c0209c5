//! Prover of nova-snark's inner-product argument over Grumpkin, three times faster than nova-snark's: same equations,
//! same transcript, same bytes. The generators' folding is what is faster (`bases.rs`).

mod bases;

use crate::{
  commitment::{Commitment, Committing},
  curves::{E2, Fq},
  grumpkin::HashedKey,
  ipa::{Argument, Ipa, IpaKey, Statement},
};
use bases::Bases;
use ff::Field;
use halo2curves::grumpkin::G1Affine;
use nova_snark::{
  errors::NovaError,
  provider::traits::DlogGroup,
  spartan::polys::eq::EqPolynomial,
  traits::{Engine, TranscriptEngineTrait, evaluation::EvaluationEngineTrait},
};
use serde::{Deserialize, Serialize};

type Point = <E2 as Engine>::GE;
type Result<T> = std::result::Result<T, NovaError>;

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
  pub vector: Generators,
  pub product: Generators,
}

/// Bytes as nova-snark's `pedersen::CommitmentKey`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Generators {
  pub points: Vec<G1Affine>,
  pub blind: G1Affine,
}

impl From<HashedKey> for Generators {
  fn from(key: HashedKey) -> Self {
    Generators {
      points: key.points,
      blind: key.blind,
    }
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
    transcript.absorb(b"U", &Statement(*commitment, *value));
    let base = Point::group(&key.product) * transcript.squeeze(b"r")?;

    let mut bases = Bases::new(generators.to_vec());
    let (mut left, mut right) = (Vec::new(), Vec::new());
    while a.len() > 1 {
      let half = a.len() / 2;
      let ((a_low, a_high), (b_low, b_high)) = (a.split_at(half), b.split_at(half));
      let (l, r) = rayon::join(
        || bases.commit(a_low, true) + base * inner(a_low, b_high),
        || bases.commit(a_high, false) + base * inner(a_high, b_low),
      );
      let (l, r) = (Commitment(l), Commitment(r));
      transcript.absorb(b"L", &l);
      transcript.absorb(b"R", &r);
      left.push(l);
      right.push(r);
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
    let key = IpaKey {
      generators: key.vector.points.clone(),
      product: key.product.points[0],
    };
    Ipa::verify(&key, transcript, commitment, point, value, argument)
  }
}

fn inner(a: &[Fq], b: &[Fq]) -> Fq {
  a.iter().zip(b).map(|(a, b)| *a * b).sum()
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
}
