//! What the rest of the crate asks of a folding scheme. Nova is the only one today (`nova.rs`); a scheme without cross
//! terms is to take its place one day: that file, the format of its parameters (`keyfile.rs`) and of its verifying key
//! (`key.rs`) are what changes then.

use crate::{
  engine::Fr,
  error::{Error, Result},
  r1cs::R1cs,
};
use std::{
  path::Path,
  sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
  },
};

/// The caller's eye and hand on long work: hears of stages, may ask to stop between them.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
  pub report: &'a (dyn Fn(&str, u32, u32) + Sync),
  pub stop: &'a AtomicBool,
}

impl Watch<'_> {
  /// Announces a stage, `done` of `total`; fails once the caller has asked to stop.
  pub fn stage(&self, name: &str, done: u32, total: u32) -> Result<()> {
    if self.stop.load(Ordering::Relaxed) {
      return Err(Error::aborted());
    }
    (self.report)(name, done, total);
    Ok(())
  }
}

/// A scheme that folds steps of one circuit and proves the result.
pub trait FoldingScheme {
  /// All that folding and compressing need.
  type Parameters: Send + Sync;
  /// All that verifying needs.
  type VerifyingKey: Send + Sync;
  /// The steps folded so far, at least one.
  type Accumulator: Send;

  /// Makes parameters and the compact verifying key for a circuit from a powers-of-tau file that has been checked.
  fn set_up(circuit: &Arc<R1cs>, powers: &Path, watch: Watch<'_>) -> Result<(Self::Parameters, Vec<u8>)>;

  /// Decodes a compact key; `ceremony` replaces the pinned τ·G2, for tests.
  fn load_key(compact: &[u8], ceremony: Option<&[u8]>) -> Result<Self::VerifyingKey>;

  /// The first step. The witness has been checked against the circuit.
  fn begin(parameters: &Self::Parameters, circuit: &Arc<R1cs>, witness: Vec<Fr>) -> Result<Self::Accumulator>;

  /// One more step; on failure the accumulator is what it was.
  fn fold(
    parameters: &Self::Parameters,
    circuit: &Arc<R1cs>,
    accumulator: &mut Self::Accumulator,
    witness: Vec<Fr>,
  ) -> Result<()>;

  fn steps(accumulator: &Self::Accumulator) -> u64;

  /// The state after the last step.
  fn state(accumulator: &Self::Accumulator) -> &[Fr];

  fn save(accumulator: &Self::Accumulator) -> Result<Vec<u8>>;

  /// Reads what `save` wrote and makes sure that it holds: `steps` steps from `z0`, every one of them valid.
  fn restore(parameters: &Self::Parameters, bytes: &[u8], steps: u64, z0: &[Fr]) -> Result<Self::Accumulator>;

  fn compress(parameters: &Self::Parameters, accumulator: &Self::Accumulator, watch: Watch<'_>) -> Result<Vec<u8>>;

  /// Returns the state after `steps` steps from `z0`, which the proof proves; states as bytes.
  fn verify(key: &Self::VerifyingKey, proof: &[u8], steps: u64, z0: &[u8]) -> Result<Vec<u8>>;
}
