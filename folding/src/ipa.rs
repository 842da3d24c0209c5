//! Verification of nova-snark's inner-product argument over Grumpkin (`provider/ipa_pc.rs`), written anew for the
//! verifier's sake: its key decodes without a square root for each of 16,384 generators, the public vector enters by
//! its product form, and one multi-exponentiation is all that is left. Equations and transcript are nova-snark's.

use crate::{
  bytes::{Reader, put_point, read_point},
  commitment::Commitment,
  curves::{E2, Fq},
  error::{Error, Result},
  grumpkin::HashedKey,
  msm::msm,
  spartan::CompactEngine,
};
use ff::Field;
use halo2curves::grumpkin::G1Affine;
use nova_snark::{
  errors::NovaError,
  provider::traits::DlogGroup,
  spartan::batch_invert,
  traits::{Engine, TranscriptEngineTrait, TranscriptReprTrait, evaluation::EvaluationEngineTrait},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Two coordinates.
const POINT_BYTES: usize = 64;

type Point = <E2 as Engine>::GE;

/// The argument: bytes as nova-snark's `InnerProductArgument`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Argument {
  pub left: Vec<Commitment<E2>>,
  pub right: Vec<Commitment<E2>>,
  pub last: Fq,
}

/// Generators of the vector commitment and the one for the inner product.
#[derive(Clone, Debug)]
pub struct IpaKey {
  pub generators: Vec<G1Affine>,
  pub product: G1Affine,
}

impl IpaKey {
  pub fn encode(&self, out: &mut Vec<u8>) -> Result<()> {
    crate::bytes::put_number(out, self.generators.len() as u64);
    for point in self.generators.iter().chain([&self.product]) {
      put_point(out, point)?;
    }
    Ok(())
  }

  /// How many generators an encoded key has.
  pub fn generators(bytes: &[u8]) -> Result<usize> {
    Reader::new(bytes).count(POINT_BYTES)
  }

  /// Decodes a key, which must fill `bytes`.
  pub fn decode(bytes: &[u8]) -> Result<Self> {
    let mut reader = Reader::new(bytes);
    let count = reader.count(POINT_BYTES)?;
    let mut generators = Vec::with_capacity(count);
    for _ in 0..count {
      generators.push(read_point(&mut reader)?);
    }
    let product = read_point(&mut reader)?;
    if reader.left() != 0 {
      return Err(Error::key("bytes after the end of the verifying key"));
    }
    Ok(IpaKey { generators, product })
  }
}

/// nova-snark's trait asks for both; keys are written and read in their compact form only.
impl Serialize for IpaKey {
  fn serialize<S: Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
    Err(serde::ser::Error::custom("written in the compact form only"))
  }
}

impl<'de> Deserialize<'de> for IpaKey {
  fn deserialize<D: Deserializer<'de>>(_: D) -> std::result::Result<Self, D::Error> {
    Err(D::Error::custom("read from the compact form only"))
  }
}

impl CompactEngine<E2> for Ipa {
  fn read_key(bytes: &[u8]) -> Result<IpaKey> {
    IpaKey::decode(bytes)
  }
}

/// The evaluation engine, verifying only.
#[derive(Clone, Debug)]
pub struct Ipa;

impl EvaluationEngineTrait<E2> for Ipa {
  type ProverKey = ();
  type VerifierKey = IpaKey;
  type EvaluationArgument = Argument;

  fn setup(_: &HashedKey) -> std::result::Result<((), IpaKey), NovaError> {
    Err(NovaError::InternalError)
  }

  fn prove(
    _: &HashedKey,
    _: &(),
    _: &mut <E2 as Engine>::TE,
    _: &Commitment<E2>,
    _: &[Fq],
    _: &[Fq],
    _: &Fq,
  ) -> std::result::Result<Argument, NovaError> {
    Err(NovaError::InternalError)
  }

  fn verify(
    key: &IpaKey,
    transcript: &mut <E2 as Engine>::TE,
    commitment: &Commitment<E2>,
    point: &[Fq],
    value: &Fq,
    argument: &Argument,
  ) -> std::result::Result<(), NovaError> {
    let rounds = point.len();
    if rounds >= 32 || argument.left.len() != rounds || argument.right.len() != rounds {
      return Err(NovaError::InvalidInputLength);
    }
    let generators = key.generators.get(..1 << rounds).ok_or(NovaError::InvalidInputLength)?;

    transcript.dom_sep(b"IPA");
    transcript.absorb(b"U", &Statement(*commitment, *value));
    let base = Point::group(&key.product) * transcript.squeeze(b"r")?;
    let mut challenges = Vec::with_capacity(rounds);
    for (left, right) in argument.left.iter().zip(&argument.right) {
      transcript.absorb(b"L", left);
      transcript.absorb(b"R", right);
      challenges.push(transcript.squeeze(b"r")?);
    }
    let inverses = batch_invert(&challenges)?;

    // ⟨b, s⟩ for b = ⊗(1 − xⱼ, xⱼ) and s = ⊗(rⱼ⁻¹, rⱼ): the product of the factors' inner products.
    let product = point
      .iter()
      .zip(challenges.iter().zip(&inverses))
      .fold(Fq::ONE, |product, (x, (r, inverse))| {
        product * ((Fq::ONE - x) * inverse + *x * r)
      });

    // Σ rⱼ²·Lⱼ + Σ rⱼ⁻²·Rⱼ + P + value·base = last·⟨s, G⟩ + last·⟨b, s⟩·base.
    let squares: Vec<Fq> = challenges.iter().chain(&inverses).map(Fq::square).collect();
    let sides: Vec<G1Affine> = argument.left.iter().chain(&argument.right).map(affine).collect();
    let folded = msm(&squares, &sides) + Point::group(&affine(commitment)) + base * (*value - argument.last * product);
    let weights = tensor(argument.last, &challenges, &inverses);
    if folded == msm(&weights, generators) {
      Ok(())
    } else {
      Err(NovaError::InvalidPCS)
    }
  }
}

/// scale·⊗(rⱼ⁻¹, rⱼ), the first challenge deciding by the greatest bit.
fn tensor(scale: Fq, challenges: &[Fq], inverses: &[Fq]) -> Vec<Fq> {
  let mut weights = Vec::with_capacity(1 << challenges.len());
  weights.push(scale);
  for (r, inverse) in challenges.iter().zip(inverses).rev() {
    let upper: Vec<Fq> = weights.iter().map(|weight| *weight * r).collect();
    weights.iter_mut().for_each(|weight| *weight *= inverse);
    weights.extend(upper);
  }
  weights
}

fn affine(commitment: &Commitment<E2>) -> G1Affine {
  let (x, y, infinity) = nova_snark::traits::commitment::CommitmentTrait::to_coordinates(commitment);
  if infinity {
    G1Affine::default()
  } else {
    G1Affine { x, y }
  }
}

/// What the argument is about, as nova-snark's `InnerProductInstance` enters the transcript.
pub struct Statement(pub Commitment<E2>, pub Fq);

impl TranscriptReprTrait<Point> for Statement {
  fn to_transcript_bytes(&self) -> Vec<u8> {
    [
      self.0.to_transcript_bytes(),
      TranscriptReprTrait::<Point>::to_transcript_bytes(&self.1),
    ]
    .concat()
  }
}
