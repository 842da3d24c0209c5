//! `setup`.

use super::{
  progress::{Abort, Callback, Progress, Stage, flag},
  task::{Job, run},
};
use crate::{keyfile::SetupInfo as Info, product::Scheme, scheme::Watch, session};
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi_derive::napi;
use std::path::PathBuf;

#[napi(object, object_to_js = false)]
pub struct SetupOptions {
  #[napi(js_name = "r1cs")]
  pub r1cs: String,
  pub ptau: String,
  pub out_dir: String,
  pub ceremony_tau_g2: Option<Uint8Array>,
}

#[napi(object, object_from_js = false)]
pub struct SetupInfo {
  pub key_id: String,
  pub setup: String,
  pub constraints: Vec<u32>,
  pub arity: u32,
  pub wires: u32,
}

impl From<Info> for SetupInfo {
  fn from(info: Info) -> Self {
    SetupInfo {
      key_id: super::hex(&info.key_id),
      setup: info.setup.to_owned(),
      constraints: info.constraints.iter().map(|n| *n as u32).collect(),
      arity: info.arity as u32,
      wires: info.wires as u32,
    }
  }
}

#[napi]
pub fn setup(
  options: SetupOptions,
  on_progress: Option<Callback<Stage>>,
  abort: Option<&Abort>,
) -> napi::Result<AsyncTask<Job<Info, SetupInfo>>> {
  let (progress, stop) = (Progress::to(on_progress)?, flag(abort));
  let [circuit, powers, out] = [options.r1cs, options.ptau, options.out_dir].map(PathBuf::from);
  let ceremony = options.ceremony_tau_g2.map(|bytes| bytes.to_vec());
  Ok(run(move || {
    let report = |stage: &str, done, total| progress.report(stage, done, total);
    session::set_up::<Scheme>(
      &circuit,
      &powers,
      &out,
      ceremony.as_deref(),
      Watch {
        report: &report,
        stop: &stop,
      },
    )
  }))
}
