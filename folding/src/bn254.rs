//! BN254 for nova-snark: its own engine with our commitments. Mercury and HyperKZG are nova-snark's, reached by handing
//! them the same points and the same transcript.

use crate::{
  commitment::{Commitment, Committing, committing_engine},
  msm::msm,
  raw,
};
use halo2curves::bn256::{G1Affine, G2Affine};
use nova_snark::{
  errors::NovaError,
  provider::{
    Bn256EngineKZG, hyperkzg,
    keccak::Keccak256Transcript,
    ptau::{PtauFileError, read_ptau},
    traits::DlogGroup,
  },
  traits::{Engine, TranscriptEngineTrait, TranscriptReprTrait, commitment::Len, evaluation::EvaluationEngineTrait},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{
  io::{Read, Seek},
  marker::PhantomData,
};

/// nova-snark's engine for the curve.
type Stock = Bn256EngineKZG;

committing_engine!(
  /// BN254 with our commitments.
  Bn254, from Stock, transcript Transcript
);

/// Powers of tau as a commitment key.
#[derive(Clone, Debug)]
pub struct PowersKey(hyperkzg::CommitmentKey<Stock>);

impl Len for PowersKey {
  fn length(&self) -> usize {
    self.0.length()
  }
}

/// As one byte string: H, τ·G2 and the powers in their form in memory. It is what is kept and what nova-snark's digest
/// of the parameters covers; nova-snark's own form takes a square root a point to read.
impl Serialize for PowersKey {
  fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity(raw::G1 + raw::G2 + self.0.length() * raw::G1);
    raw::put(&mut bytes, &[*self.0.h()]);
    raw::put(&mut bytes, &[*self.0.tau_H()]);
    raw::put(&mut bytes, self.0.ck());
    serializer.serialize_bytes(&bytes)
  }
}

impl<'de> Deserialize<'de> for PowersKey {
  fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
    let bytes = raw::bytes(deserializer)?;
    let read = || {
      let (blind, rest) = bytes.split_at_checked(raw::G1)?;
      let (tau, powers) = rest.split_at_checked(raw::G2)?;
      let blind: Vec<G1Affine> = raw::take(blind, raw::G1)?;
      let tau: Vec<G2Affine> = raw::take(tau, raw::G2)?;
      hyperkzg::CommitmentKey::new(raw::take(powers, raw::G1)?, blind[0], tau[0]).ok()
    };
    read()
      .map(PowersKey)
      .ok_or_else(|| D::Error::custom("a point of the commitment key is no generator of its group"))
  }
}

impl Committing for Bn254 {
  type Key = PowersKey;

  fn points(key: &PowersKey) -> &[G1Affine] {
    key.0.ck()
  }

  fn blind(key: &PowersKey) -> G1Affine {
    *key.0.h()
  }

  fn generate(_: &'static [u8], _: usize) -> Result<PowersKey, NovaError> {
    Err(NovaError::SetupError("BN254 needs powers of tau".into()))
  }

  fn load(reader: &mut (impl Read + Seek), label: &'static [u8], n: usize) -> Result<PowersKey, PtauFileError> {
    let (powers, g2): (Vec<G1Affine>, Vec<G2Affine>) = read_ptau(reader, n.next_power_of_two(), 2)?;
    let blind = <Self as Engine>::GE::from_label(label, 1)[0];
    hyperkzg::CommitmentKey::new(powers, blind, g2[1])
      .map(PowersKey)
      .map_err(|_| PtauFileError::PointNotOnCurve)
  }

  fn msm(scalars: &[Self::Scalar], points: &[G1Affine]) -> Self::GE {
    msm(scalars, points)
  }
}

/// nova-snark's transcript under our engine's name.
pub struct Transcript(Keccak256Transcript<Stock>);

impl TranscriptEngineTrait<Bn254> for Transcript {
  fn new(label: &'static [u8]) -> Self {
    Transcript(Keccak256Transcript::new(label))
  }

  fn squeeze(&mut self, label: &'static [u8]) -> Result<<Bn254 as Engine>::Scalar, NovaError> {
    self.0.squeeze(label)
  }

  fn squeeze_bits(
    &mut self,
    label: &'static [u8],
    bits: usize,
    start_with_one: bool,
  ) -> Result<<Bn254 as Engine>::Scalar, NovaError> {
    self.0.squeeze_bits(label, bits, start_with_one)
  }

  fn absorb<T: TranscriptReprTrait<<Bn254 as Engine>::GE>>(&mut self, label: &'static [u8], value: &T) {
    self.0.absorb(label, value);
  }

  fn dom_sep(&mut self, bytes: &'static [u8]) {
    self.0.dom_sep(bytes);
  }
}

/// One of nova-snark's evaluation arguments for BN254, under our engine.
#[derive(Clone, Copy, Debug)]
pub struct Borrowed<A>(PhantomData<A>);

impl<A: EvaluationEngineTrait<Stock>> EvaluationEngineTrait<Bn254> for Borrowed<A> {
  type ProverKey = A::ProverKey;
  type VerifierKey = A::VerifierKey;
  type EvaluationArgument = A::EvaluationArgument;

  fn setup(key: &PowersKey) -> Result<(A::ProverKey, A::VerifierKey), NovaError> {
    A::setup(&key.0)
  }

  fn prove(
    key: &PowersKey,
    prover: &A::ProverKey,
    transcript: &mut Transcript,
    commitment: &Commitment<Bn254>,
    polynomial: &[<Bn254 as Engine>::Scalar],
    point: &[<Bn254 as Engine>::Scalar],
    value: &<Bn254 as Engine>::Scalar,
  ) -> Result<A::EvaluationArgument, NovaError> {
    let commitment = hyperkzg::Commitment::new(commitment.0);
    A::prove(&key.0, prover, &mut transcript.0, &commitment, polynomial, point, value)
  }

  fn verify(
    verifier: &A::VerifierKey,
    transcript: &mut Transcript,
    commitment: &Commitment<Bn254>,
    point: &[<Bn254 as Engine>::Scalar],
    value: &<Bn254 as Engine>::Scalar,
    argument: &A::EvaluationArgument,
  ) -> Result<(), NovaError> {
    let commitment = hyperkzg::Commitment::new(commitment.0);
    A::verify(verifier, &mut transcript.0, &commitment, point, value, argument)
  }
}
