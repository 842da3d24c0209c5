//! `Prover` and `Fold`.

use super::{
  progress::{Abort, Callback, Progress, Stage, flag},
  setup::SetupInfo,
  task::{Job, guarded, run},
  thrown,
};
use crate::{
  error::{Error, Result},
  product::Scheme,
  scheme::Watch,
  session,
};
use napi::{
  Env,
  bindgen_prelude::{AsyncTask, Uint8Array},
};
use napi_derive::napi;
use std::{
  path::PathBuf,
  sync::{Arc, Mutex, PoisonError},
};

type SessionProver = session::Prover<Scheme>;
type SessionFold = session::Fold<Scheme>;

/// A circuit with its parameters.
#[napi]
pub struct Prover {
  inner: Arc<SessionProver>,
}

impl From<Arc<SessionProver>> for Prover {
  fn from(inner: Arc<SessionProver>) -> Self {
    Prover { inner }
  }
}

#[napi]
impl Prover {
  #[napi]
  pub fn load(dir: String, r1cs: String) -> AsyncTask<Job<Arc<SessionProver>, Prover>> {
    run(move || SessionProver::load(&PathBuf::from(dir), &PathBuf::from(r1cs)).map(Arc::new))
  }

  #[napi(getter)]
  pub fn info(&self) -> SetupInfo {
    self.inner.info.clone().into()
  }

  #[napi]
  pub fn begin(&self, env: Env, z0: Uint8Array) -> napi::Result<Fold> {
    guarded(|| self.inner.begin(&z0))
      .map(Fold::from)
      .map_err(|error| thrown(env, &error))
  }

  #[napi]
  pub fn restore(&self, bytes: Uint8Array, z0: Uint8Array) -> AsyncTask<Job<SessionFold, Fold>> {
    let (prover, bytes, z0) = (self.inner.clone(), bytes.to_vec(), z0.to_vec());
    run(move || prover.restore(&bytes, &z0))
  }
}

/// What can be read without waiting for work in progress.
struct View {
  steps: u64,
  state: Vec<u8>,
}

impl View {
  fn of(fold: &SessionFold) -> Self {
    View {
      steps: fold.steps(),
      state: fold.state(),
    }
  }
}

struct Shared {
  fold: Mutex<SessionFold>,
  view: Mutex<View>,
}

impl Shared {
  /// Works on the fold, one at a time. After a panic in the midst of it the fold can no longer be trusted.
  fn with<T>(&self, work: impl FnOnce(&mut SessionFold) -> Result<T>) -> Result<T> {
    let mut fold = self
      .fold
      .lock()
      .map_err(|_| Error::internal("this fold failed before; restore a saved one"))?;
    let result = work(&mut fold)?;
    *self.view.lock().unwrap_or_else(PoisonError::into_inner) = View::of(&fold);
    Ok(result)
  }
}

/// Steps folded from one start state. Calls on one fold run one after another, so await each.
#[napi]
pub struct Fold {
  shared: Arc<Shared>,
}

impl From<SessionFold> for Fold {
  fn from(fold: SessionFold) -> Self {
    let view = Mutex::new(View::of(&fold));
    Fold {
      shared: Arc::new(Shared {
        fold: Mutex::new(fold),
        view,
      }),
    }
  }
}

#[napi]
impl Fold {
  #[napi(getter)]
  pub fn steps(&self) -> f64 {
    self.shared.view.lock().unwrap_or_else(PoisonError::into_inner).steps as f64
  }

  #[napi]
  pub fn state(&self) -> Uint8Array {
    self
      .shared
      .view
      .lock()
      .unwrap_or_else(PoisonError::into_inner)
      .state
      .clone()
      .into()
  }

  #[napi]
  pub fn fold(&self, witness: Uint8Array) -> AsyncTask<Job<(), ()>> {
    let (shared, witness) = (self.shared.clone(), witness.to_vec());
    run(move || shared.with(|fold| fold.fold(&witness)))
  }

  #[napi]
  pub fn fork(&self) -> AsyncTask<Job<SessionFold, Fold>> {
    let shared = self.shared.clone();
    run(move || shared.with(|fold| Ok(fold.fork())))
  }

  #[napi]
  pub fn save(&self) -> AsyncTask<Job<Vec<u8>, Uint8Array>> {
    let shared = self.shared.clone();
    run(move || shared.with(|fold| fold.save()))
  }

  #[napi]
  pub fn compress(
    &self,
    on_progress: Option<Callback<Stage>>,
    abort: Option<&Abort>,
  ) -> napi::Result<AsyncTask<Job<Vec<u8>, Uint8Array>>> {
    let (progress, stop) = (Progress::to(on_progress)?, flag(abort));
    let shared = self.shared.clone();
    Ok(run(move || {
      let report = |stage: &str, done, total| progress.report(stage, done, total);
      shared.with(|fold| {
        fold.compress(Watch {
          report: &report,
          stop: &stop,
        })
      })
    }))
  }
}
