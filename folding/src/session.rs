//! Setting up, proving and the files of both, over any folding scheme in bytes and paths: what the addon exports.

use crate::{
  curves::Fr,
  error::{Code, Error, Result},
  field,
  keyfile::{self, SetupInfo},
  r1cs::{self, R1cs},
  scheme::{FoldingScheme, Watch},
  sealed::{self, Kind},
};
use std::{path::Path, sync::Arc};

const fn accumulators_of<S: FoldingScheme>() -> Kind {
  Kind {
    magic: *b"WSC-ACC\0",
    version: S::ACCUMULATORS,
    code: Code::Accumulator,
    name: "accumulator",
  }
}

/// Bytes of an accumulator's body before the start state: key id, steps, arity.
const ACCUMULATOR_HEAD: usize = 32 + 8 + 4;

/// Reads and parses a step circuit; returns its bytes too, which parameters are bound to.
pub fn read_circuit(path: &Path) -> Result<(Arc<R1cs>, Vec<u8>)> {
  let bytes = sealed::read_bounded(path, r1cs::MAX_FILE)?;
  Ok((Arc::new(R1cs::parse_step(&bytes)?), bytes))
}

/// Makes `out/params.bin` and `out/verifier.key`; each appears whole or not at all.
pub fn set_up<S: FoldingScheme>(
  circuit: &Path,
  powers: &Path,
  out: &Path,
  ceremony: Option<&[u8]>,
  watch: Watch<'_>,
) -> Result<SetupInfo> {
  watch.stage("circuit", 0, 1)?;
  std::fs::read_dir(out).map_err(|e| Error::io("write into", out, e))?; // before the long work
  let (circuit, bytes) = read_circuit(circuit)?;
  let (parameters, key) = S::set_up(&circuit, powers, watch)?;
  watch.stage("write", 0, 1)?;
  let info = keyfile::write::<S>(out, &circuit, &bytes, &parameters, &key, ceremony)?;
  watch.stage("write", 1, 1)?;
  Ok(info)
}

/// Parameters and circuit, loaded once and shared by all folds.
pub struct Prover<S: FoldingScheme> {
  pub info: SetupInfo,
  circuit: Arc<R1cs>,
  parameters: S::Parameters,
}

impl<S: FoldingScheme> Prover<S> {
  pub fn load(directory: &Path, circuit: &Path) -> Result<Prover<S>> {
    let (circuit, bytes) = read_circuit(circuit)?;
    let (info, parameters) = keyfile::read::<S>(directory, &circuit, &bytes)?;
    Ok(Prover {
      info,
      circuit,
      parameters,
    })
  }

  fn decode_state(&self, bytes: &[u8], code: Code) -> Result<Vec<Fr>> {
    match field::decode_vec(bytes) {
      Some(state) if state.len() == self.circuit.arity() => Ok(state),
      _ => Err(Error::new(
        code,
        format!("a state is {} canonical elements of 32 bytes", self.circuit.arity()),
      )),
    }
  }

  /// A fold that starts from `z0`, nothing folded yet.
  pub fn begin(self: &Arc<Self>, z0: &[u8]) -> Result<Fold<S>> {
    Ok(Fold {
      z0: self.decode_state(z0, Code::Witness)?,
      prover: self.clone(),
      accumulator: None,
      folded: 0,
    })
  }

  /// Reads what `Fold::save` wrote, and only what holds and started from `z0`.
  pub fn restore(self: &Arc<Self>, bytes: &[u8], z0: &[u8]) -> Result<Fold<S>> {
    let bad = |what: &str| Error::new(Code::Accumulator, format!("accumulator: {what}"));
    let kind = accumulators_of::<S>();
    let body = kind.open(bytes)?;
    let (head, rest) = body
      .split_at_checked(ACCUMULATOR_HEAD)
      .ok_or_else(|| bad("too short"))?;
    if head[..32] != self.info.key_id {
      return Err(bad("belongs to another key"));
    }
    let steps = u64::from_le_bytes(head[32..40].try_into().map_err(|_| bad("too short"))?);
    if head[40..44] != (self.circuit.arity() as u32).to_le_bytes() {
      return Err(bad("belongs to a circuit of another arity"));
    }
    let (started, saved) = rest
      .split_at_checked(self.circuit.arity() * field::FIELD_BYTES)
      .ok_or_else(|| bad("too short"))?;
    if started != z0 {
      return Err(bad("starts from another state"));
    }
    let z0 = self.decode_state(z0, Code::Accumulator)?;
    let accumulator = match (steps, saved.is_empty()) {
      (0, true) => None,
      (0, false) | (_, true) => return Err(bad("number of steps and content disagree")),
      _ => Some(S::restore(&self.parameters, saved, steps, &z0)?),
    };
    Ok(Fold {
      prover: self.clone(),
      z0,
      accumulator,
      folded: 0,
    })
  }
}

/// Preparing takes as long as it saves on some tens of steps. A fold that has taken so many is taken to go on for many more.
const MANY_STEPS: u32 = 32;

/// Steps folded from one start state.
pub struct Fold<S: FoldingScheme> {
  prover: Arc<Prover<S>>,
  z0: Vec<Fr>,
  accumulator: Option<S::Accumulator>,
  /// Steps folded here, since it was begun, restored or forked.
  folded: u32,
}

impl<S: FoldingScheme> Fold<S> {
  pub fn steps(&self) -> u64 {
    self.accumulator.as_ref().map_or(0, S::steps)
  }

  /// The state after the last step.
  pub fn state(&self) -> Vec<u8> {
    field::encode_vec(self.accumulator.as_ref().map_or(&self.z0[..], |a| S::state(a)))
  }

  /// Another fold of the same steps, which goes its own way from here.
  pub fn fork(&self) -> Self {
    Fold {
      prover: self.prover.clone(),
      z0: self.z0.clone(),
      accumulator: self.accumulator.clone(),
      folded: 0,
    }
  }

  /// Folds one step. The witness must continue the present state and satisfy every constraint.
  pub fn fold(&mut self, witness: &[u8]) -> Result<()> {
    let circuit = &self.prover.circuit;
    let witness = circuit.read_witness(witness)?;
    let state = self.accumulator.as_ref().map_or(&self.z0[..], |a| S::state(a));
    if circuit.state_before(&witness) != state {
      return Err(Error::new(Code::Witness, "the witness starts from another state"));
    }
    self.folded = self.folded.saturating_add(1);
    if self.folded == MANY_STEPS {
      S::prepare(&self.prover.parameters);
    }
    match &mut self.accumulator {
      Some(accumulator) => S::fold(&self.prover.parameters, circuit, accumulator, witness),
      none => {
        *none = Some(S::begin(&self.prover.parameters, circuit, witness)?);
        Ok(())
      }
    }
  }

  /// The accumulator as bytes: `key id ‖ steps ‖ arity ‖ z0 ‖ scheme's own`, sealed.
  pub fn save(&self) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    body.extend_from_slice(&self.prover.info.key_id);
    body.extend_from_slice(&self.steps().to_le_bytes());
    body.extend_from_slice(&(self.prover.circuit.arity() as u32).to_le_bytes());
    body.extend_from_slice(&field::encode_vec(&self.z0));
    if let Some(accumulator) = &self.accumulator {
      body.extend_from_slice(&S::save(accumulator)?);
    }
    Ok(accumulators_of::<S>().seal(&body))
  }

  /// One proof of all steps so far; the fold can go on afterwards.
  pub fn compress(&self, watch: Watch<'_>) -> Result<Vec<u8>> {
    match &self.accumulator {
      Some(accumulator) => S::compress(&self.prover.parameters, accumulator, watch),
      None => Err(Error::new(
        Code::Accumulator,
        "nothing folded yet: a proof has at least one step",
      )),
    }
  }
}
