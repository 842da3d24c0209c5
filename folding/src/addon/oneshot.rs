//! One-shot proofs: `setUpCircuit`, `CircuitProver`, `CircuitVerifier`.

use super::{
  progress::{Abort, Callback, Progress, Stage, flag},
  setup::SetupOptions,
  task::{Job, guarded, run},
  thrown,
};
use crate::{oneshot, oneshot_prover, scheme::Watch};
use napi::{
  Env,
  bindgen_prelude::{AsyncTask, Uint8Array},
};
use napi_derive::napi;
use std::{path::PathBuf, sync::Arc};

#[napi(object, object_from_js = false)]
pub struct CircuitInfo {
  pub key_id: String,
  pub setup: String,
  pub constraints: u32,
  pub wires: u32,
  pub public_values: u32,
}

impl From<oneshot_prover::SetupInfo> for CircuitInfo {
  fn from(info: oneshot_prover::SetupInfo) -> Self {
    CircuitInfo {
      key_id: super::hex(&info.key_id),
      setup: info.setup.to_owned(),
      constraints: info.constraints as u32,
      wires: info.wires as u32,
      public_values: info.public as u32,
    }
  }
}

#[napi]
pub fn set_up_circuit(
  options: SetupOptions,
  on_progress: Option<Callback<Stage>>,
  abort: Option<&Abort>,
) -> napi::Result<AsyncTask<Job<oneshot_prover::SetupInfo, CircuitInfo>>> {
  let (progress, stop) = (Progress::to(on_progress)?, flag(abort));
  let [circuit, powers, out] = [options.r1cs, options.ptau, options.out_dir].map(PathBuf::from);
  let ceremony = options.ceremony_tau_g2.map(|bytes| bytes.to_vec());
  Ok(run(move || {
    let report = |stage: &str, done, total| progress.report(stage, done, total);
    let watch = Watch {
      report: &report,
      stop: &stop,
    };
    oneshot_prover::set_up(&circuit, &powers, &out, ceremony.as_deref(), watch)
  }))
}

#[napi(object, object_from_js = false)]
pub struct CircuitProof {
  pub proof: Uint8Array,
  pub public_values: Uint8Array,
}

impl From<(Vec<u8>, Vec<u8>)> for CircuitProof {
  fn from((proof, public): (Vec<u8>, Vec<u8>)) -> Self {
    CircuitProof {
      proof: proof.into(),
      public_values: public.into(),
    }
  }
}

/// A circuit with its parameters.
#[napi]
pub struct CircuitProver {
  inner: Arc<oneshot_prover::Prover>,
}

impl From<Arc<oneshot_prover::Prover>> for CircuitProver {
  fn from(inner: Arc<oneshot_prover::Prover>) -> Self {
    CircuitProver { inner }
  }
}

/// A proof and the public values it speaks of.
type ProofBytes = (Vec<u8>, Vec<u8>);

#[napi]
impl CircuitProver {
  #[napi]
  pub fn load(dir: String, r1cs: String) -> AsyncTask<Job<Arc<oneshot_prover::Prover>, CircuitProver>> {
    run(move || oneshot_prover::Prover::load(&PathBuf::from(dir), &PathBuf::from(r1cs)).map(Arc::new))
  }

  #[napi(getter)]
  pub fn info(&self) -> CircuitInfo {
    self.inner.info.clone().into()
  }

  #[napi]
  pub fn prove(
    &self,
    witness: Uint8Array,
    on_progress: Option<Callback<Stage>>,
    abort: Option<&Abort>,
  ) -> napi::Result<AsyncTask<Job<ProofBytes, CircuitProof>>> {
    let (progress, stop) = (Progress::to(on_progress)?, flag(abort));
    let (prover, witness) = (self.inner.clone(), witness.to_vec());
    Ok(run(move || {
      let report = |stage: &str, done, total| progress.report(stage, done, total);
      let watch = Watch {
        report: &report,
        stop: &stop,
      };
      prover.prove(&witness, watch)
    }))
  }
}

/// A verifying key of one-shot proofs, decoded once.
#[napi]
pub struct CircuitVerifier {
  inner: Arc<oneshot::Verifier>,
}

#[napi]
impl CircuitVerifier {
  #[napi(constructor)]
  pub fn new(env: Env, compact_key: Uint8Array, ceremony_tau_g2: Option<Uint8Array>) -> napi::Result<Self> {
    guarded(|| oneshot::Verifier::load(&compact_key, ceremony_tau_g2.as_deref()))
      .map(|key| CircuitVerifier { inner: Arc::new(key) })
      .map_err(|error| thrown(env, &error))
  }

  #[napi(getter)]
  pub fn key_id(&self) -> String {
    super::hex(&self.inner.key_id)
  }

  #[napi(getter)]
  pub fn setup(&self) -> String {
    self.inner.setup.as_str().to_owned()
  }

  #[napi(getter)]
  pub fn public_values(&self) -> u32 {
    self.inner.public() as u32
  }

  #[napi]
  pub fn verify(&self, proof: Uint8Array, public_values: Uint8Array) -> AsyncTask<Job<(), ()>> {
    let (key, proof, public) = (self.inner.clone(), proof.to_vec(), public_values.to_vec());
    run(move || key.verify(&proof, &public))
  }
}
