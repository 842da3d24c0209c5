//! A key that is ready to verify, and verifying.

use super::{Encoded, key_id, read};
use crate::{
  engine::{E1, E2, EE1, Fr},
  error::{Code, Error, Result},
  field,
  ipa::Ipa,
  proof::ProofShape,
  ptau,
  quiet::quietly,
  spartan::{CompactEngine, Spartan, SpartanKeyBytes},
  step::CircomStep,
};
use bincode::error::DecodeError;
use halo2curves::bn256::{G1Affine, G2Affine};
use nova_snark::{nova, traits::evaluation::EvaluationEngineTrait};
use serde::Serialize;

type Primary = Spartan<E1, EE1>;
type Secondary = Spartan<E2, Ipa>;
type Proof = nova::CompressedSNARK<E1, E2, CircomStep, Primary, Secondary>;
type Key = nova::VerifierKey<E1, E2, CircomStep, Primary, Secondary>;

/// What the powers of tau under a key rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupKind {
  /// τ·G2 is the pinned ceremony's.
  Ceremony,
  /// Anything else: somebody may know τ.
  InsecureDev,
}

impl SetupKind {
  pub const fn as_str(self) -> &'static str {
    match self {
      SetupKind::Ceremony => "ceremony",
      SetupKind::InsecureDev => "insecure-dev",
    }
  }
}

/// A decoded verifying key.
pub struct Verifier {
  pub key_id: [u8; 32],
  pub setup: SetupKind,
  pub arity: usize,
  shape: ProofShape,
  key: Key,
}

impl Verifier {
  /// Decodes a compact key. `ceremony` replaces the pinned τ·G2 (`ptau::encode_g2`'s form), for tests.
  pub fn load(compact: &[u8], ceremony: Option<&[u8]>) -> Result<Self> {
    let pin = match ceremony {
      Some(bytes) if bytes.len() == ptau::G2_BYTES => bytes,
      Some(_) => return Err(Error::key(format!("a ceremony's τ·G2 has {} bytes", ptau::G2_BYTES))),
      None => &ptau::CEREMONY_TAU_G2,
    };
    // Reading a G2 point checks its group, which prints (`quiet`).
    quietly(|| {
      let parts = read(compact)?;
      let [primary, secondary] = parts.sizes()?;
      let ceremony = ptau::encode_g2(&parts.tau_g2)[..] == *pin;
      Ok(Verifier {
        key_id: key_id(compact),
        setup: if ceremony {
          SetupKind::Ceremony
        } else {
          SetupKind::InsecureDev
        },
        arity: parts.arity,
        shape: ProofShape {
          arity: parts.arity,
          primary,
          secondary,
        },
        key: assemble(&parts)?,
      })
    })
  }

  /// Bytes of every proof under this key.
  pub fn proof_len(&self) -> usize {
    self.shape.proof_len()
  }

  /// The state after `steps` steps from `z0`, if the proof proves it. States are canonical elements of 32 bytes.
  pub fn verify(&self, proof: &[u8], steps: u64, z0: &[u8]) -> Result<Vec<u8>> {
    let invalid = |what: String| Error::new(Code::ProofInvalid, what);
    let steps = usize::try_from(steps).ok().filter(|steps| *steps > 0);
    let steps = steps.ok_or_else(|| invalid("the number of steps is not a positive integer".into()))?;
    let z0: Vec<Fr> = match field::decode_vec(z0) {
      Some(z0) if z0.len() == self.arity => z0,
      _ => {
        return Err(invalid(format!(
          "a start state is {} canonical elements of 32 bytes",
          self.arity
        )));
      }
    };
    let proof: Proof = self.shape.decode_as(proof)?;
    let state = proof
      .verify(&self.key, steps, &z0)
      .map_err(|error| invalid(error.to_string()))?;
    Ok(field::encode_vec(&state))
  }
}

impl CompactEngine<E1> for EE1 {
  fn read_key(bytes: &[u8]) -> Result<<EE1 as EvaluationEngineTrait<E1>>::VerifierKey> {
    let decoded = bincode::serde::decode_from_slice(bytes, bincode::config::legacy());
    Ok(decoded.map_err(|_| Error::key("τ·G2 is not in its group"))?.0)
  }
}

/// nova-snark's key around ours: its fields are private, but it can be deserialised.
fn assemble(parts: &Encoded<'_>) -> Result<Key> {
  let mut bytes = Vec::new();
  put(&mut bytes, &parts.arity)?;
  put(&mut bytes, &parts.oracle_primary)?;
  put(&mut bytes, &parts.oracle_secondary)?;
  put(&mut bytes, &parts.parameter_digest)?;
  let mut kzg = Vec::new();
  put(&mut kzg, &(G1Affine::generator(), G2Affine::generator(), parts.tau_g2))?;
  put(
    &mut bytes,
    &SpartanKeyBytes {
      digest: &parts.primary_digest,
      engine: &kzg,
      shape: parts.primary,
    },
  )?;
  put(
    &mut bytes,
    &SpartanKeyBytes {
      digest: &parts.secondary_digest,
      engine: parts.ipa,
      shape: parts.secondary,
    },
  )?;
  put(&mut bytes, &parts.blind_primary)?;
  put(&mut bytes, &parts.blind_secondary)?;
  let decoded = bincode::serde::decode_from_slice(&bytes, bincode::config::legacy());
  let (key, _) = decoded.map_err(|error| match error {
    DecodeError::OtherString(reason) => Error::key(reason),
    other => Error::key(other.to_string()),
  })?;
  Ok(key)
}

fn put<T: Serialize>(out: &mut Vec<u8>, value: &T) -> Result<()> {
  bincode::serde::encode_into_std_write(value, out, bincode::config::legacy())
    .map(|_| ())
    .map_err(|e| Error::internal(e.to_string()))
}
