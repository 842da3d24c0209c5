//! `BusWitness`, `CertifyWitness`.

use super::{
  task::{Job, guarded, run},
  thrown,
};
use crate::{
  error::{Code, Error},
  witness::{self, CertifyInput, StepInput},
};
use napi::bindgen_prelude::{AsyncTask, Env, Uint8Array};
use napi_derive::napi;
use std::sync::Arc;

#[napi]
pub struct BusWitness {
  inner: Arc<witness::BusWitness>,
}

#[napi]
impl BusWitness {
  #[napi(constructor)]
  pub fn new(env: Env, sym: Uint8Array) -> napi::Result<Self> {
    let made = guarded(|| witness::BusWitness::new(text(&sym)?));
    made
      .map(|inner| BusWitness { inner: Arc::new(inner) })
      .map_err(|error| thrown(env, &error))
  }

  #[napi(getter)]
  pub fn wires(&self) -> u32 {
    self.inner.wires() as u32
  }

  #[napi]
  pub fn compute(&self, input: Uint8Array) -> AsyncTask<Job<Vec<u8>, Uint8Array>> {
    let (inner, input) = (self.inner.clone(), input.to_vec());
    run(move || Ok(inner.compute(&StepInput::decode(&input)?)))
  }
}

#[napi]
pub struct CertifyWitness {
  inner: Arc<witness::CertifyWitness>,
}

#[napi]
impl CertifyWitness {
  #[napi(constructor)]
  pub fn new(env: Env, sym: Uint8Array) -> napi::Result<Self> {
    let made = guarded(|| witness::CertifyWitness::new(text(&sym)?));
    made
      .map(|inner| CertifyWitness { inner: Arc::new(inner) })
      .map_err(|error| thrown(env, &error))
  }

  #[napi(getter)]
  pub fn wires(&self) -> u32 {
    self.inner.wires() as u32
  }

  #[napi]
  pub fn compute(&self, input: Uint8Array) -> AsyncTask<Job<Vec<u8>, Uint8Array>> {
    let (inner, input) = (self.inner.clone(), input.to_vec());
    run(move || Ok(inner.compute(&CertifyInput::decode(&input)?)))
  }
}

fn text(sym: &[u8]) -> Result<&str, Error> {
  std::str::from_utf8(sym).map_err(|_| Error::new(Code::Witness, "a .sym file is text"))
}
