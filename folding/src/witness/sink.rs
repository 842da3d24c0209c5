//! Where a generator writes the values of signals.
//!
//! A generator names every signal it gives a value, always in the same order. It runs once with a `Names` sink, which
//! matches the names to circom's wires, and from then on with a `Values` sink, which ignores them.

use crate::curves::Fr;
use crate::field::FIELD_BYTES;
use ff::PrimeField;
use std::{collections::HashMap, fmt};

/// Marks a signal that the compiler has solved away.
const NO_WIRE: u32 = u32::MAX;

pub trait Sink {
  fn write(&mut self, name: fmt::Arguments<'_>, limbs: [u64; 4]);

  fn bit(&mut self, name: fmt::Arguments<'_>, value: bool) {
    self.write(name, [u64::from(value), 0, 0, 0]);
  }

  fn number(&mut self, name: fmt::Arguments<'_>, value: u64) {
    self.write(name, [value, 0, 0, 0]);
  }

  fn element(&mut self, name: fmt::Arguments<'_>, value: Fr) {
    self.write(name, limbs(&value));
  }

  /// The low `bits` bits of a 256-bit number, as `name[0]`, `name[1]`, …
  fn bits(&mut self, name: fmt::Arguments<'_>, value: [u64; 4], bits: usize) {
    for i in 0..bits {
      self.bit(format_args!("{name}[{i}]"), value[i / 64] >> (i % 64) & 1 == 1);
    }
  }
}

/// The canonical value as four limbs, least significant first.
pub fn limbs(value: &Fr) -> [u64; 4] {
  let repr = value.to_repr();
  let bytes: &[u8] = repr.as_ref();
  std::array::from_fn(|i| u64::from_le_bytes(bytes[8 * i..8 * i + 8].try_into().unwrap_or_default()))
}

/// Collects the order in which names come, as wires.
pub struct Names<'a> {
  wire_of: &'a HashMap<&'a str, u32>,
  pub wires: Vec<u32>,
  scratch: String,
}

impl<'a> Names<'a> {
  pub fn new(wire_of: &'a HashMap<&'a str, u32>) -> Self {
    Names {
      wire_of,
      wires: Vec::new(),
      scratch: String::new(),
    }
  }
}

impl Sink for Names<'_> {
  fn write(&mut self, name: fmt::Arguments<'_>, _: [u64; 4]) {
    self.scratch.clear();
    // Writing to a String does not fail.
    let _ = fmt::write(&mut self.scratch, name);
    self
      .wires
      .push(self.wire_of.get(self.scratch.as_str()).copied().unwrap_or(NO_WIRE));
  }
}

/// Puts values where `wires` says, in the order of the names.
pub struct Values<'a> {
  wires: std::slice::Iter<'a, u32>,
  witness: &'a mut [u8],
}

impl<'a> Values<'a> {
  /// `witness`: zeros, 32 bytes a wire.
  pub fn new(wires: &'a [u32], witness: &'a mut [u8]) -> Self {
    Values {
      wires: wires.iter(),
      witness,
    }
  }
}

impl Sink for Values<'_> {
  fn write(&mut self, _: fmt::Arguments<'_>, limbs: [u64; 4]) {
    let Some(&wire) = self.wires.next() else { return };
    if wire == NO_WIRE {
      return;
    }
    let at = wire as usize * FIELD_BYTES;
    for (chunk, limb) in self.witness[at..at + FIELD_BYTES].chunks_exact_mut(8).zip(limbs) {
      chunk.copy_from_slice(&limb.to_le_bytes());
    }
  }
}
