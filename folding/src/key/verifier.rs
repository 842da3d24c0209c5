//! A key that is ready to verify, and verifying.

use super::{Encoded, key_id, read};
use crate::{
  engine::{E1, E2, EE1, Fr},
  error::{Code, Error, Result},
  field,
  ipa::Ipa,
  kzg_key::KzgKey,
  proof::ProofShape,
  quiet::quietly,
  setup_kind::SetupKind,
  spartan::{Spartan, SpartanKeyBytes},
  step::CircomStep,
  verifying::{KeyInfo, VerifyingKey},
};
use bincode::error::DecodeError;
use nova_snark::nova;
use serde::Serialize;

type Primary = Spartan<E1, EE1>;
type Secondary = Spartan<E2, Ipa>;
type Proof = nova::CompressedSNARK<E1, E2, CircomStep, Primary, Secondary>;
type Key = nova::VerifierKey<E1, E2, CircomStep, Primary, Secondary>;

/// A decoded verifying key.
pub struct Verifier {
  pub key_id: [u8; 32],
  /// What the key shares with every key of its circuit, under whatever powers (`key.rs`).
  pub circuit_id: [u8; 32],
  pub setup: SetupKind,
  pub arity: usize,
  shape: ProofShape,
  key: Key,
}

impl VerifyingKey for Verifier {
  fn load(compact: &[u8], ceremony: Option<&[u8]>) -> Result<Self> {
    // Reading a G2 point checks its group, which prints (`quiet`).
    quietly(|| {
      let read = read(compact)?;
      let circuit_id = read.circuit_id();
      let parts = read.parts;
      let [primary, secondary] = parts.sizes()?;
      Ok(Verifier {
        key_id: key_id(compact),
        circuit_id,
        setup: SetupKind::of(&parts.tau_g2, ceremony)?,
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

  fn info(&self) -> KeyInfo {
    KeyInfo {
      key_id: self.key_id,
      circuit_id: self.circuit_id,
      setup: self.setup,
      arity: self.arity,
    }
  }

  fn proof_len(&self) -> usize {
    self.shape.proof_len()
  }

  fn verify(&self, proof: &[u8], steps: u64, z0: &[u8]) -> Result<Vec<u8>> {
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
    let proof: Proof = self.shape.decode(proof)?;
    let state = proof
      .verify(&self.key, steps, &z0)
      .map_err(|error| invalid(error.to_string()))?;
    Ok(field::encode_vec(&state))
  }
}

/// nova-snark's key around ours: its fields are private, but it can be deserialised.
fn assemble(parts: &Encoded<'_>) -> Result<Key> {
  let mut bytes = Vec::new();
  put(&mut bytes, &parts.arity)?;
  put(&mut bytes, &parts.oracle_primary)?;
  put(&mut bytes, &parts.oracle_secondary)?;
  put(&mut bytes, &parts.parameter_digest)?;
  let kzg = KzgKey::new(parts.tau_g2).encode()?;
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
