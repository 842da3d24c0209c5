//! The 16-ary tree over a blob's units: P(tag; sixteen children) is circomlib's `PoseidonEx(16, 1)` with the tag as its
//! initial state. A unit is 256 elements of 31 bytes, little-endian; its rows (tag 33) hash to its root (tag 34).

use crate::{curves::Fr, field, poseidon::wide::Permutation};
use ff::PrimeField;
use rayon::prelude::*;
use std::sync::LazyLock;

pub const ARITY: usize = 16;
const ELEMENT_BYTES: usize = 31;
const ROW_BYTES: usize = ARITY * ELEMENT_BYTES;
/// Bytes of a unit.
pub const UNIT_BYTES: usize = ARITY * ROW_BYTES;

pub const ROW_TAG: u64 = 33;
pub const UNIT_TAG: u64 = 34;

/// Partial rounds of circomlib's Poseidon of this width.
const PARTIAL_ROUNDS: usize = 68;

/// Of sixteen elements.
pub static POSEIDON: LazyLock<Permutation<{ ARITY + 1 }>> = LazyLock::new(|| Permutation::new(PARTIAL_ROUNDS));

/// P(tag; children).
pub fn node(tag: u64, children: &[Fr; ARITY]) -> Fr {
  let mut state = [Fr::from(tag); ARITY + 1];
  state[1..].copy_from_slice(children);
  POSEIDON.first(state)
}

/// P(tag; …) of each sixteen canonical elements: k·512 bytes in, k·32 out. `None` for other bytes.
pub fn nodes(tag: u64, children: &[u8]) -> Option<Vec<u8>> {
  let group = ARITY * field::FIELD_BYTES;
  if !children.len().is_multiple_of(group) {
    return None;
  }
  let hash = |group: &[u8]| {
    let elements = field::decode_vec(group)?;
    Some(field::encode(&node(tag, elements.first_chunk()?)))
  };
  let hashes: Option<Vec<[u8; 32]>> = children.par_chunks_exact(group).map(hash).collect();
  hashes.map(|hashes| hashes.concat())
}

/// Roots of whole units: k·7,936 bytes in, k·32 out. `None` for other bytes.
pub fn unit_roots(units: &[u8]) -> Option<Vec<u8>> {
  if !units.len().is_multiple_of(UNIT_BYTES) {
    return None;
  }
  let roots: Option<Vec<[u8; 32]>> = units
    .par_chunks_exact(UNIT_BYTES)
    .map(|unit| unit_root(unit).map(|root| field::encode(&root)))
    .collect();
  roots.map(|roots| roots.concat())
}

fn unit_root(unit: &[u8]) -> Option<Fr> {
  let mut rows = [Fr::from(0); ARITY];
  for (row, bytes) in rows.iter_mut().zip(unit.chunks_exact(ROW_BYTES)) {
    let mut elements = [Fr::from(0); ARITY];
    for (element, bytes) in elements.iter_mut().zip(bytes.chunks_exact(ELEMENT_BYTES)) {
      let mut repr = [0; field::FIELD_BYTES];
      repr[..ELEMENT_BYTES].copy_from_slice(bytes);
      *element = Option::from(Fr::from_repr(repr.into()))?;
    }
    *row = node(ROW_TAG, &elements);
  }
  Some(node(UNIT_TAG, &rows))
}
