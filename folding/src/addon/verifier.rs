//! `Verifier`.

use super::{
  task::{Job, guarded, run},
  thrown,
};
use crate::{
  error::{Code, Error},
  product,
  verifying::VerifyingKey,
};
use napi::{
  Env,
  bindgen_prelude::{AsyncTask, Uint8Array},
};
use napi_derive::napi;
use std::sync::Arc;

/// A verifying key, decoded once.
#[napi]
pub struct Verifier {
  inner: Arc<product::Verifier>,
}

#[napi]
impl Verifier {
  #[napi(constructor)]
  pub fn new(env: Env, compact_key: Uint8Array, ceremony_tau_g2: Option<Uint8Array>) -> napi::Result<Self> {
    guarded(|| product::Verifier::load(&compact_key, ceremony_tau_g2.as_deref()))
      .map(|key| Verifier { inner: Arc::new(key) })
      .map_err(|error| thrown(env, &error))
  }

  #[napi(getter)]
  pub fn key_id(&self) -> String {
    super::hex(&self.inner.info().key_id)
  }

  #[napi(getter)]
  pub fn circuit_id(&self) -> String {
    super::hex(&self.inner.info().circuit_id)
  }

  #[napi(getter)]
  pub fn setup(&self) -> String {
    self.inner.info().setup.as_str().to_owned()
  }

  #[napi(getter)]
  pub fn arity(&self) -> u32 {
    self.inner.info().arity as u32
  }

  #[napi]
  pub fn verify(&self, snark: Uint8Array, steps: f64, z0: Uint8Array) -> AsyncTask<Job<Vec<u8>, Uint8Array>> {
    let (key, snark, z0) = (self.inner.clone(), snark.to_vec(), z0.to_vec());
    run(move || {
      let invalid = |what: &str| Error::new(Code::ProofInvalid, what);
      // Steps come from an untrusted file as a JavaScript number: whole and exact, or refused.
      if !(steps.fract() == 0.0 && (1.0..=9_007_199_254_740_991.0).contains(&steps)) {
        return Err(invalid("the number of steps is not a positive integer"));
      }
      key.verify(&snark, steps as u64, &z0)
    })
  }
}
