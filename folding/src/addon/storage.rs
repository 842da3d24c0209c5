//! What storage computes: `unitRoots`, `treeNodes`, `encodeColumn`, `restoreColumn`.

use super::{
  task::{Job, guarded, run},
  thrown,
};
use crate::{
  error::Error,
  storage::{code, tree},
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
  guarded(|| tree::nodes(u64::from(tag), &children).ok_or_else(bad))
    .map(Uint8Array::from)
    .map_err(|error| thrown(env, &error))
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
