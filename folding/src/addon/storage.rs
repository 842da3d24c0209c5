//! What storage computes: `unitRoots`, `treeNodes`, `encodeColumn`, `restoreColumn`, `storageDraw`, `maskUnits`,
//! `unmaskUnits`, `trySeeds`, `trySeconds`, `tryTickets`.

use super::{
  task::{Job, guarded, run},
  thrown,
};
use crate::{
  curves::Fr,
  error::Error,
  field,
  storage::{
    code, hash,
    mask::{self, tries},
    tree,
  },
};
use napi::{
  Env,
  bindgen_prelude::{AsyncTask, Uint8Array, Uint32Array},
};
use napi_derive::napi;

type Bytes = AsyncTask<Job<Vec<u8>, Uint8Array>>;

/// Roots of whole units; 7,936 bytes in, 32 out.
#[napi]
pub fn unit_roots(units: Uint8Array) -> Bytes {
  let units = units.to_vec();
  run(move || tree::unit_roots(&units).ok_or_else(|| Error::internal("units have 7,936 bytes each")))
}

/// Nodes of a 16-ary tree in batches; 512 bytes in, 32 out.
#[napi]
pub fn tree_nodes(env: Env, tag: u32, children: Uint8Array) -> napi::Result<Uint8Array> {
  let bad = || Error::internal("children are sixteen canonical elements a node");
  told(env, || tree::nodes(u64::from(tag), &children).ok_or_else(bad))
}

/// A column of the parity units.
#[napi]
pub fn encode_column(data_units: u32, width: u32, data: Uint8Array) -> Bytes {
  let data = data.to_vec();
  run(move || code::encode(data_units as usize, width as usize, &data))
}

/// A column of the data units.
#[napi]
pub fn restore_column(data_units: u32, width: u32, numbers: Uint32Array, units: Uint8Array) -> Bytes {
  let (numbers, units) = (numbers.to_vec(), units.to_vec());
  run(move || code::restore(data_units as usize, width as usize, &numbers, &units))
}

/// Both outputs of Poseidon with a tag of two, three, four, six or seven elements; 64 bytes.
#[napi]
pub fn storage_draw(env: Env, tag: u32, inputs: Uint8Array) -> napi::Result<Uint8Array> {
  let bad = || Error::internal("inputs are two, three, four, six or seven canonical elements");
  told(env, || hash::draw(u64::from(tag), &inputs).ok_or_else(bad))
}

/// Units under the mask; 7,936 bytes in, 8,192 out.
#[napi]
pub fn mask_units(base: Uint8Array, numbers: Uint32Array, units: Uint8Array, parallel: bool) -> Bytes {
  let (base, numbers, units) = (base.to_vec(), numbers.to_vec(), units.to_vec());
  run(move || mask::encode(&element(&base)?, &numbers, &units, parallel))
}

/// Units from under the mask; 8,192 bytes in, 7,936 out, and a byte for each at the end.
#[napi]
pub fn unmask_units(base: Uint8Array, numbers: Uint32Array, encoded: Uint8Array, parallel: bool) -> Bytes {
  let (base, numbers, encoded) = (base.to_vec(), numbers.to_vec(), encoded.to_vec());
  run(move || mask::decode(&element(&base)?, &numbers, &encoded, parallel))
}

/// α and β₁ of the tries `from` … `from` + `count` − 1; six elements in, 64 bytes a try out.
#[napi]
pub fn try_seeds(env: Env, challenge: Uint8Array, from: u32, count: u32) -> napi::Result<Uint8Array> {
  told(env, || tries::seeds(&challenge, from..from.saturating_add(count)))
}

/// e₁ and β₂ of each try from its first unit; 64 bytes a try, and a byte for each at the end.
#[napi]
pub fn try_seconds(env: Env, seeds: Uint8Array, units: Vec<Option<Uint8Array>>) -> napi::Result<Uint8Array> {
  told(env, || tries::seconds(&seeds, &units))
}

/// The ticket of each try from its second unit; 16 bytes a try, and a byte for each at the end.
#[napi]
pub fn try_tickets(
  env: Env,
  seeds: Uint8Array,
  seconds: Uint8Array,
  units: Vec<Option<Uint8Array>>,
) -> napi::Result<Uint8Array> {
  told(env, || tries::tickets(&seeds, &seconds, &units))
}

fn told(env: Env, work: impl FnOnce() -> Result<Vec<u8>, Error>) -> napi::Result<Uint8Array> {
  guarded(work).map(Uint8Array::from).map_err(|error| thrown(env, &error))
}

fn element(bytes: &[u8]) -> Result<Fr, Error> {
  field::decode(bytes).ok_or_else(|| Error::internal("a base is a canonical element"))
}
