//! `poseidon`.

use super::{task::guarded, thrown};
use crate::{
  error::{Code, Error},
  poseidon,
};
use napi::{Env, bindgen_prelude::Uint8Array};
use napi_derive::napi;

/// The accumulator's hash in batches; 96 bytes in, 32 out.
#[napi(js_name = "poseidon")]
pub fn hash(env: Env, tag: f64, inputs: Uint8Array) -> napi::Result<Uint8Array> {
  let bad = |what: &str| Error::new(Code::Witness, what);
  guarded(|| {
    if tag.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&tag) {
      return Err(bad("a tag is a whole number of 32 bits"));
    }
    poseidon::hash_batch(tag as u64, &inputs).ok_or_else(|| bad("inputs are three canonical elements a hash"))
  })
  .map(Uint8Array::from)
  .map_err(|error| thrown(env, &error))
}
