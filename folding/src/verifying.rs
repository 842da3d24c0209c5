//! What a verifier of folded steps is, whatever the scheme: all that the addon's and the module's verifiers ask for.

use crate::{error::Result, setup_kind::SetupKind};

/// What a compact key says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyInfo {
  /// Stands for the whole key.
  pub key_id: [u8; 32],
  /// What the key shares with every key of its circuit, under whatever powers of tau.
  pub circuit_id: [u8; 32],
  pub setup: SetupKind,
  /// Elements of the state.
  pub arity: usize,
}

/// A decoded verifying key.
pub trait VerifyingKey: Sized + Send + Sync {
  /// Decodes a compact key. `ceremony` replaces the pinned τ·G2 (`ptau::encode_g2`'s form), for tests.
  fn load(compact: &[u8], ceremony: Option<&[u8]>) -> Result<Self>;

  fn info(&self) -> KeyInfo;

  /// Bytes of every proof under this key.
  fn proof_len(&self) -> usize;

  /// The state after `steps` steps from `z0`, if the proof proves it. States are canonical elements of 32 bytes.
  fn verify(&self, proof: &[u8], steps: u64, z0: &[u8]) -> Result<Vec<u8>>;
}
