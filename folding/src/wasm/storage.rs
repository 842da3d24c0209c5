//! What storage computes, as the addon has it.

use super::{answer, input};
use crate::{
  error::Error,
  storage::{code, hash, tree},
};

/// Roots of whole units; the result is 32 bytes for each.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_unit_roots(ptr: *const u8, len: usize) -> i32 {
  // SAFETY: the caller's promise.
  let units = unsafe { input(ptr, len) };
  answer(|_| {
    let roots = tree::unit_roots(units);
    Ok((0, roots.ok_or_else(|| Error::internal("units have 7,936 bytes each"))?))
  })
}

/// Nodes of a 16-ary tree, sixteen elements each; the result is 32 bytes for each.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_tree_nodes(tag: u32, ptr: *const u8, len: usize) -> i32 {
  // SAFETY: the caller's promise.
  let children = unsafe { input(ptr, len) };
  answer(|_| {
    let nodes = tree::nodes(u64::from(tag), children);
    let bad = || Error::internal("children are sixteen canonical elements a node");
    Ok((0, nodes.ok_or_else(bad)?))
  })
}

/// Both outputs of Poseidon with a tag of some elements; the result is 64 bytes.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_storage_draw(tag: u32, ptr: *const u8, len: usize) -> i32 {
  // SAFETY: the caller's promise.
  let inputs = unsafe { input(ptr, len) };
  answer(|_| {
    let bad = || Error::internal("inputs are two, three, four, six or seven canonical elements");
    Ok((0, hash::draw(u64::from(tag), inputs).ok_or_else(bad)?))
  })
}

/// A column of the parity units from one of the data units.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_encode_column(data_units: usize, width: usize, ptr: *const u8, len: usize) -> i32 {
  // SAFETY: the caller's promise.
  let data = unsafe { input(ptr, len) };
  answer(|_| Ok((0, code::encode(data_units, width, data)?)))
}

/// A column of the data units from one of any that are as many; their numbers have 4 bytes each, little-endian.
///
/// # Safety
/// As `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsc_restore_column(
  data_units: usize,
  width: usize,
  numbers_ptr: *const u8,
  numbers_len: usize,
  ptr: *const u8,
  len: usize,
) -> i32 {
  // SAFETY: the caller's promise.
  let (numbers, units) = unsafe { (input(numbers_ptr, numbers_len), input(ptr, len)) };
  answer(|_| {
    let numbers: Vec<u32> = numbers
      .as_chunks()
      .0
      .iter()
      .map(|bytes| u32::from_le_bytes(*bytes))
      .collect();
    Ok((0, code::restore(data_units, width, &numbers, units)?))
  })
}
