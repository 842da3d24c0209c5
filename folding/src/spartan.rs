//! Verification of nova-snark's direct Spartan (`spartan/snark.rs`, `batch_eval_verify` of `spartan/mod.rs`) with a key
//! that carries its digest and keeps its matrices compact. nova-snark's own key hashes some 40 MB before its first
//! verification and takes seconds to decode. The proof's bytes, the transcript and every check are nova-snark's, whose
//! own Spartan makes the proofs.

use crate::{
  bytes::Reader,
  raw,
  sparse::{self, Shape},
};
use ff::{Field, PrimeField};
use nova_snark::{
  errors::NovaError,
  r1cs::{R1CSShape, RelaxedR1CSInstance, RelaxedR1CSWitness},
  spartan::{polys::eq::EqPolynomial, sumcheck::SumcheckProof},
  traits::{
    Engine, TranscriptEngineTrait,
    commitment::CommitmentEngineTrait,
    evaluation::EvaluationEngineTrait,
    snark::{DigestHelperTrait, RelaxedR1CSSNARKTrait},
  },
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

type Commitment<E> = <<E as Engine>::CE as CommitmentEngineTrait<E>>::Commitment;

/// The proof: bytes as nova-snark's `RelaxedR1CSSNARK`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Spartan<E: Engine, EE: EvaluationEngineTrait<E>> {
  outer: SumcheckProof<E>,
  claims: (E::Scalar, E::Scalar, E::Scalar),
  error_value: E::Scalar,
  inner: SumcheckProof<E>,
  witness_value: E::Scalar,
  batch: SumcheckProof<E>,
  batch_values: Vec<E::Scalar>,
  argument: EE::EvaluationArgument,
}

/// What verifying needs of one circuit.
pub struct SpartanKey<E: Engine, EE: EvaluationEngineTrait<E>> {
  pub digest: E::Scalar,
  pub engine: EE::VerifierKey,
  pub shape: Shape<E::Scalar>,
}

/// nova-snark's relaxed instance, whose fields it keeps to itself.
#[derive(Deserialize)]
#[serde(bound = "")]
struct Instance<E: Engine> {
  witness: Commitment<E>,
  error: Commitment<E>,
  public: Vec<E::Scalar>,
  u: E::Scalar,
}

impl<E: Engine> Instance<E> {
  fn of(instance: &RelaxedR1CSInstance<E>) -> Result<Self, NovaError> {
    let bytes =
      bincode::serde::encode_to_vec(instance, bincode::config::legacy()).map_err(|_| NovaError::InternalError)?;
    let decoded = bincode::serde::decode_from_slice(&bytes, bincode::config::legacy());
    Ok(decoded.map_err(|_| NovaError::InternalError)?.0)
  }
}

fn check(holds: bool) -> Result<(), NovaError> {
  if holds {
    Ok(())
  } else {
    Err(NovaError::InvalidSumcheckProof)
  }
}

impl<E: Engine, EE: CompactEngine<E>> RelaxedR1CSSNARKTrait<E> for Spartan<E, EE> {
  type ProverKey = ();
  type VerifierKey = SpartanKey<E, EE>;

  fn setup(
    _: &<E::CE as CommitmentEngineTrait<E>>::CommitmentKey,
    _: &R1CSShape<E>,
  ) -> Result<((), SpartanKey<E, EE>), NovaError> {
    Err(NovaError::InternalError)
  }

  fn prove(
    _: &<E::CE as CommitmentEngineTrait<E>>::CommitmentKey,
    _: &(),
    _: &R1CSShape<E>,
    _: &RelaxedR1CSInstance<E>,
    _: &RelaxedR1CSWitness<E>,
  ) -> Result<Self, NovaError> {
    Err(NovaError::InternalError)
  }

  fn verify(&self, key: &SpartanKey<E, EE>, committed: &RelaxedR1CSInstance<E>) -> Result<(), NovaError> {
    let instance = Instance::of(committed)?;
    let rounds_x = key.shape.constraints.ilog2() as usize;
    let log_variables = key.shape.variables.ilog2() as usize;
    let mut transcript = E::TE::new(b"RelaxedR1CSSNARK");
    transcript.absorb(b"vk", &key.digest);
    transcript.absorb(b"U", committed);

    // Outer sum-check: Σₓ eq(τ, x)·(Az·Bz − u·Cz − E) = 0.
    let tau = (0..rounds_x)
      .map(|_| transcript.squeeze(b"t"))
      .collect::<Result<EqPolynomial<_>, _>>()?;
    let (claim, x) = self.outer.verify(E::Scalar::ZERO, rounds_x, 3, &mut transcript)?;
    let (az, bz, cz) = self.claims;
    check(claim == tau.evaluate(&x) * (az * bz - instance.u * cz - self.error_value))?;
    transcript.absorb(b"claims_outer", &[az, bz, cz, self.error_value].as_slice());

    // Inner sum-check: Az + r·Bz + r²·Cz as Σᵧ (A + r·B + r²·C)(x, y)·z(y).
    let r = transcript.squeeze(b"r")?;
    let (claim, y) = self
      .inner
      .verify(az + r * bz + r * r * cz, log_variables + 1, 2, &mut transcript)?;
    let z = {
      let public: Vec<_> = std::iter::once(instance.u).chain(instance.public).collect();
      let public_value = begun_with(&public, &y[1..]);
      (E::Scalar::ONE - y[0]) * self.witness_value + y[0] * public_value
    };
    check(claim == key.shape.evaluate(r, &x, &y) * z)?;
    transcript.absorb(b"w", &[self.witness_value].as_slice());

    // Both committed polynomials at one point.
    let openings = [
      Opening {
        commitment: instance.witness,
        point: y[1..].to_vec(),
        value: self.witness_value,
      },
      Opening {
        commitment: instance.error,
        point: x,
        value: self.error_value,
      },
    ];
    let joint = self.reduce(openings, &mut transcript)?;
    EE::verify(
      &key.engine,
      &mut transcript,
      &joint.commitment,
      &joint.point,
      &joint.value,
      &self.argument,
    )
  }
}

/// The multilinear extension of these values followed by zeroes, at a point. nova-snark's `SparsePolynomial` panics where
/// the values fill more than half of what the point's dimension holds.
fn begun_with<F: PrimeField>(values: &[F], point: &[F]) -> F {
  let (zeroes, last) = point.split_at(point.len() - values.len().next_power_of_two().ilog2() as usize);
  let weights = EqPolynomial::evals_from_points(last);
  let sum: F = values.iter().zip(&weights).map(|(value, weight)| *value * weight).sum();
  zeroes.iter().fold(sum, |sum, coordinate| sum * (F::ONE - coordinate))
}

/// A claim that a committed multilinear polynomial has a value at a point.
struct Opening<E: Engine> {
  commitment: Commitment<E>,
  point: Vec<E::Scalar>,
  value: E::Scalar,
}

impl<E: Engine, EE: EvaluationEngineTrait<E>> Spartan<E, EE> {
  /// nova-snark's `batch_eval_verify` for two claims: by one more sum-check both become claims at the same point, and
  /// a random combination makes them one. The shorter polynomial counts as padded with zeroes.
  fn reduce(&self, openings: [Opening<E>; 2], transcript: &mut E::TE) -> Result<Opening<E>, NovaError> {
    let [first, second] = &openings;
    let values: [E::Scalar; 2] = self
      .batch_values
      .as_slice()
      .try_into()
      .map_err(|_| NovaError::InvalidSumcheckProof)?;
    let weights = [E::Scalar::ONE, transcript.squeeze(b"r")?];
    let rounds = [first.point.len(), second.point.len()];
    let most = rounds[0].max(rounds[1]);
    let (claim, point) = self
      .batch
      .verify_batch(&[first.value, second.value], &rounds, &weights, 2, transcript)?;
    let expected: E::Scalar = (0..2)
      .map(|i| {
        let upper = point[most - rounds[i]..].to_vec();
        EqPolynomial::new(upper).evaluate(&openings[i].point) * values[i] * weights[i]
      })
      .sum();
    check(claim == expected)?;
    transcript.absorb(b"l", &values.as_slice());
    let c = transcript.squeeze(b"c")?;
    let padded = |i: usize| -> E::Scalar {
      let padding: E::Scalar = point[..most - rounds[i]].iter().map(|r| E::Scalar::ONE - r).product();
      padding * values[i]
    };
    let value = padded(0) + c * padded(1);
    Ok(Opening {
      commitment: first.commitment + second.commitment * c,
      point,
      value,
    })
  }
}

impl<E: Engine, EE: EvaluationEngineTrait<E>> DigestHelperTrait<E> for SpartanKey<E, EE> {
  fn digest(&self) -> E::Scalar {
    self.digest
  }
}

/// A Spartan key on its way through nova-snark's derived `Deserialize`: digest, engine key and shape as byte strings,
/// the latter two still encoded.
pub struct SpartanKeyBytes<'a, F> {
  pub digest: &'a F,
  pub engine: &'a [u8],
  pub shape: &'a [u8],
}

impl<F: PrimeField> Serialize for SpartanKeyBytes<'_, F> {
  fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity(40 + self.engine.len() + self.shape.len());
    bytes.extend_from_slice(self.digest.to_repr().as_ref());
    bytes.extend_from_slice(&(self.engine.len() as u64).to_le_bytes());
    bytes.extend_from_slice(self.engine);
    bytes.extend_from_slice(self.shape);
    serializer.serialize_bytes(&bytes)
  }
}

/// An evaluation engine whose key can be read from its part of a compact key.
pub trait CompactEngine<E: Engine>: EvaluationEngineTrait<E> {
  fn read_key(bytes: &[u8]) -> crate::error::Result<Self::VerifierKey>;
}

impl<'de, E: Engine, EE: CompactEngine<E>> Deserialize<'de> for SpartanKey<E, EE> {
  fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
    let bytes = raw::bytes(deserializer)?;
    let read = || {
      let mut reader = Reader::new(&bytes);
      let digest = reader.field()?;
      let mut length = [0; 8];
      length.copy_from_slice(reader.take(8)?);
      let engine = EE::read_key(reader.take(u64::from_le_bytes(length) as usize)?)?;
      let shape = sparse::decode(reader.take(reader.left())?)?;
      Ok::<_, crate::error::Error>(SpartanKey { digest, engine, shape })
    };
    read().map_err(|error| D::Error::custom(error.message))
  }
}

/// nova-snark's trait asks for it, but keys are written by `key::encode` alone.
impl<E: Engine, EE: EvaluationEngineTrait<E>> Serialize for SpartanKey<E, EE> {
  fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
    Err(serde::ser::Error::custom(
      "a verifying key is written in its compact form only",
    ))
  }
}
