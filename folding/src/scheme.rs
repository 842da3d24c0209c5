//! What the rest of the crate asks of a folding scheme. `line/` is the one in use.

use crate::{
  curves::Fr,
  error::{Code, Error, Result},
  r1cs::R1cs,
  verifying::VerifyingKey,
};
use halo2curves::bn256::G2Affine;
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

/// Why a step's witness is refused.
pub fn breaks(constraint: usize) -> Error {
  Error::new(Code::Witness, format!("the witness breaks constraint {constraint}"))
}

/// A scheme that folds steps of one circuit and proves the result.
pub trait FoldingScheme: 'static {
  /// Versions of the files that hold accumulators and parameters, so that another scheme's are refused as such.
  const ACCUMULATORS: u32;
  const PARAMETERS: u32;

  /// All that folding and compressing need.
  type Parameters: Send + Sync;
  /// All that verifying needs.
  type VerifyingKey: VerifyingKey;
  /// The steps folded so far, at least one.
  type Accumulator: Send + Clone;

  /// Makes parameters and the compact verifying key for a circuit from a powers-of-tau file, which is checked.
  fn set_up(circuit: &Arc<R1cs>, powers: &Path, watch: Watch<'_>) -> Result<(Self::Parameters, Vec<u8>)>;

  /// Constraints of the step circuit with what folding adds to it, and of the circuit on the other curve.
  fn constraints(parameters: &Self::Parameters) -> [usize; 2];

  /// τ·G2 of the powers that the parameters rest on.
  fn tau_g2(parameters: &Self::Parameters) -> &G2Affine;

  fn write_parameters(parameters: &Self::Parameters) -> Result<Vec<u8>>;

  /// Reads what `write_parameters` wrote for this circuit, under the key of this id.
  fn read_parameters(bytes: &[u8], circuit: &R1cs, key_id: &[u8; 32]) -> Result<Self::Parameters>;

  /// Does once what makes steps cheaper; it takes memory, and as long as it saves on some tens of steps.
  fn prepare(parameters: &Self::Parameters);

  /// The first step. A witness that breaks a constraint is refused: folded, it would spoil the accumulator for good.
  fn begin(parameters: &Self::Parameters, circuit: &Arc<R1cs>, witness: Vec<Fr>) -> Result<Self::Accumulator>;

  /// One more step, of a witness that breaks no constraint; on failure the accumulator is what it was.
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
}
