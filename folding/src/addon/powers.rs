//! `makeDevPtau`.

use super::{
  progress::{Callback, Count, Progress},
  task::{Job, run},
};
use crate::{error::Error, ptau};
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use std::path::PathBuf;

#[napi]
pub fn make_dev_ptau(
  path: String,
  power: f64,
  on_progress: Option<Callback<Count>>,
) -> napi::Result<AsyncTask<Job<(), ()>>> {
  let progress = Progress::to(on_progress)?;
  Ok(run(move || {
    let limit = f64::from(ptau::MAX_DEV_POWER);
    if power.fract() != 0.0 || !(1.0..=limit).contains(&power) {
      return Err(Error::ptau(format!(
        "power {power} is no whole number from 1 to {limit}"
      )));
    }
    let mut report = |done: u64, total: u64| {
      progress.send((done as f64, total as f64));
      true
    };
    ptau::write_dev_ptau(&PathBuf::from(path), power as u32, &mut report)
  }))
}
