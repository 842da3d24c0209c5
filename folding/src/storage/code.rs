//! The code over a blob's units: `reed-solomon-simd`, all data units and half as many parity units as one codeword, of
//! which any that are as many as the data units restore it.
//!
//! The code acts on each 64 bytes of the units by itself. So a caller hands over a column of them, `width` bytes at one
//! place of every unit: equal bytes, in as little memory as the caller chooses.

use crate::error::{Error, Result};
use rayon::prelude::*;
use reed_solomon_simd::{ReedSolomonDecoder, ReedSolomonEncoder};
use std::ops::Range;

/// What the code works on at once.
const BLOCK_BYTES: usize = 64;

/// Parity units of so many data units.
pub fn parity_units(data_units: usize) -> usize {
  data_units.div_ceil(2)
}

/// A column of the parity units from that of the data units: `data_units`·`width` bytes in, one unit after another.
pub fn encode(data_units: usize, width: usize, data: &[u8]) -> Result<Vec<u8>> {
  check(data_units, width, data)?;
  let parity = parity_units(data_units);
  in_parts(width, parity, |part| {
    let mut encoder = ReedSolomonEncoder::new(data_units, parity, part.len()).map_err(failure)?;
    for unit in data.chunks_exact(width) {
      encoder.add_original_shard(&unit[part.clone()]).map_err(failure)?;
    }
    let coded = encoder.encode().map_err(failure)?;
    let mut out = Vec::with_capacity(parity * part.len());
    for unit in coded.recovery_iter() {
      out.extend_from_slice(unit);
    }
    Ok(out)
  })
}

/// A column of the data units from that of any `data_units` units. `numbers` are theirs in the blob, rising: data units
/// from 0 on, then parity units; `units` holds their columns in that order.
pub fn restore(data_units: usize, width: usize, numbers: &[u32], units: &[u8]) -> Result<Vec<u8>> {
  check(data_units, width, units)?;
  let parity = parity_units(data_units);
  let rising =
    numbers.is_sorted_by(|a, b| a < b) && numbers.last().is_some_and(|n| (*n as usize) < data_units + parity);
  if numbers.len() != data_units || !rising {
    return Err(Error::internal(
      "as many rising numbers of units as there are data units",
    ));
  }
  in_parts(width, data_units, |part| {
    let mut decoder = ReedSolomonDecoder::new(data_units, parity, part.len()).map_err(failure)?;
    let mut out = vec![0; data_units * part.len()];
    let slots = |number: usize| number * part.len()..(number + 1) * part.len();
    for (number, unit) in numbers.iter().zip(units.chunks_exact(width)) {
      let (number, column) = (*number as usize, &unit[part.clone()]);
      match number.checked_sub(data_units) {
        None => {
          out[slots(number)].copy_from_slice(column);
          decoder.add_original_shard(number, column).map_err(failure)?;
        }
        Some(parity) => decoder.add_recovery_shard(parity, column).map_err(failure)?,
      }
    }
    let restored = decoder.decode().map_err(failure)?;
    for (number, column) in restored.restored_original_iter() {
      out[slots(number)].copy_from_slice(column);
    }
    Ok(out)
  })
}

fn check(data_units: usize, width: usize, units: &[u8]) -> Result<()> {
  let supported = data_units > 0 && ReedSolomonEncoder::supports(data_units, parity_units(data_units));
  let whole = width > 0 && width.is_multiple_of(BLOCK_BYTES);
  if supported && whole && data_units.checked_mul(width) == Some(units.len()) {
    return Ok(());
  }
  Err(Error::internal(format!(
    "{} bytes are no column of {width} bytes of {data_units} units",
    units.len()
  )))
}

/// `work` on a part of the width for each thread; it gives `count` columns of that part, which come back as columns of the
/// whole width.
fn in_parts(width: usize, count: usize, work: impl Fn(Range<usize>) -> Result<Vec<u8>> + Sync) -> Result<Vec<u8>> {
  let blocks = width / BLOCK_BYTES;
  let each = blocks.div_ceil(rayon::current_num_threads().min(blocks)) * BLOCK_BYTES;
  let parts: Vec<Range<usize>> = (0..width)
    .step_by(each)
    .map(|from| from..(from + each).min(width))
    .collect();
  if parts.len() == 1 {
    return work(0..width);
  }
  let done = parts
    .par_iter()
    .map(|part| work(part.clone()))
    .collect::<Result<Vec<_>>>()?;
  let mut out = vec![0; count * width];
  for (part, columns) in parts.iter().zip(&done) {
    for (whole, column) in out.chunks_exact_mut(width).zip(columns.chunks_exact(part.len())) {
      whole[part.clone()].copy_from_slice(column);
    }
  }
  Ok(out)
}

fn failure(error: reed_solomon_simd::Error) -> Error {
  Error::internal(format!("the code refuses: {error}"))
}
