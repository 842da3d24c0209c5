//! Witnesses of the bus circuit (circuits/bus) computed natively: some twenty times faster than circom's WebAssembly,
//! whose output it equals byte for byte (test/proving).
//!
//! circom's `.sym` file tells which wire each signal became; the generator gives every signal its value, and those that
//! the compiler solved away are dropped. A circuit with a wire that the generator does not know is refused when loaded,
//! so a changed circuit cannot go unnoticed. Nothing is trusted here: a wrong witness yields no valid proof.

mod accumulator;
mod gadgets;
mod numbers;
mod rules;
mod sha256;
mod sink;
mod state;
mod step;
mod target;

use crate::{
  error::{Code, Error, Result},
  field::{self, FIELD_BYTES},
};
use sink::{Names, Values, limbs};
use std::collections::HashMap;
pub use step::StepInput;
use step::{PEAKS, STATE, WORDS};

/// Bytes of an encoded input: state, peaks, words (32-bit little-endian), active.
pub const INPUT_BYTES: usize = FIELD_BYTES * (STATE + PEAKS) + 4 * 2 * WORDS + 1;

/// Wires a `.sym` file may speak of; the bus circuit has about 107,000.
const MAX_WIRES: usize = 1 << 24;

/// The generator for one compilation of the circuit.
pub struct BusWitness {
  wires: usize,
  order: Vec<u32>,
}

impl BusWitness {
  /// `sym`: circom's symbol file, a line `label,wire,component,name` a signal.
  pub fn new(sym: &str) -> Result<Self> {
    let malformed = || Error::new(Code::Witness, "not a circom .sym file");
    let mut wire_of = HashMap::new();
    let mut wires = 1usize;
    for line in sym.lines() {
      let mut parts = line.splitn(4, ',');
      let (_, wire, _, name) = (parts.next(), parts.next(), parts.next(), parts.next());
      let wire: i64 = wire.and_then(|w| w.parse().ok()).ok_or_else(malformed)?;
      let name = name.ok_or_else(malformed)?;
      if wire > 0 && (wire as usize) < MAX_WIRES {
        wire_of.insert(name, wire as u32);
        wires = wires.max(wire as usize + 1);
      } else if wire != -1 {
        return Err(malformed());
      }
    }
    let nothing = StepInput {
      state: Default::default(),
      active: false,
      words: Default::default(),
      peaks: Default::default(),
    };
    let mut names = Names::new(&wire_of);
    step::bus_step(&mut names, &nothing);
    let order = names.wires;

    let mut given = vec![false; wires];
    given[0] = true;
    for wire in &order {
      if let Some(slot) = given.get_mut(*wire as usize) {
        *slot = true;
      }
    }
    if let Some(missing) = given.iter().position(|given| !given) {
      let name = wire_of
        .iter()
        .find(|(_, wire)| **wire as usize == missing)
        .map_or("?", |(name, _)| name);
      let message = format!("the witness generator knows no signal {name}: it was written for another circuit");
      return Err(Error::new(Code::Witness, message));
    }
    Ok(BusWitness { wires, order })
  }

  pub fn wires(&self) -> usize {
    self.wires
  }

  /// All wires, 32 bytes each, in circom's order. Inputs that break a rule give a witness that satisfies no circuit.
  pub fn compute(&self, input: &StepInput) -> Vec<u8> {
    let mut witness = vec![0; self.wires * FIELD_BYTES];
    witness[0] = 1;
    step::bus_step(&mut Values::new(&self.order, &mut witness), input);
    witness
  }
}

impl StepInput {
  pub fn decode(bytes: &[u8]) -> Result<Self> {
    let malformed = |what: &str| Error::new(Code::Witness, format!("step input: {what}"));
    if bytes.len() != INPUT_BYTES {
      return Err(malformed("wrong length"));
    }
    let (elements, rest) = bytes.split_at(FIELD_BYTES * (STATE + PEAKS));
    let elements = field::decode_vec(elements).ok_or_else(|| malformed("a field element is not canonical"))?;
    let word = |i: usize| {
      rest[4 * i..4 * i + 4]
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | u32::from(*byte))
    };
    let active = match rest[4 * 2 * WORDS] {
      0 => false,
      1 => true,
      _ => return Err(malformed("active is neither 0 nor 1")),
    };
    Ok(StepInput {
      state: std::array::from_fn(|i| limbs(&elements[i])),
      active,
      words: std::array::from_fn(|s| std::array::from_fn(|f| word(WORDS * s + f))),
      peaks: std::array::from_fn(|i| elements[STATE + i]),
    })
  }
}
