//! Witnesses of the step circuits of bus (circuits/bus) and certificates (circuits/storage) computed natively: some
//! twenty times faster than circom's WebAssembly, whose output they equal byte for byte (test/proving).
//!
//! circom's `.sym` file tells which wire each signal became; a generator gives every signal its value, and those that
//! the compiler solved away are dropped. A circuit with a wire that the generator does not know is refused when loaded,
//! so a changed circuit cannot go unnoticed. Nothing is trusted here: a wrong witness yields no valid proof.

mod accumulator;
mod certify;
mod gadgets;
mod numbers;
mod order;
mod rules;
mod sha256;
mod sink;
mod state;
mod step;
mod target;
mod wide;

use crate::{
  error::{Code, Error, Result},
  field::{self, FIELD_BYTES},
};
pub use certify::{CertifyInput, CertifyWitness};
use order::Order;
use sink::limbs;
pub use step::StepInput;
use step::{PEAKS, STATE, WORDS};

/// Bytes of an encoded input: state, peaks, words (32-bit little-endian), active.
pub const INPUT_BYTES: usize = FIELD_BYTES * (STATE + PEAKS) + 4 * 2 * WORDS + 1;

/// The generator for one compilation of the bus's circuit.
pub struct BusWitness {
  order: Order,
}

impl BusWitness {
  /// `sym`: circom's symbol file.
  pub fn new(sym: &str) -> Result<Self> {
    let nothing = StepInput {
      state: Default::default(),
      active: false,
      words: Default::default(),
      peaks: Default::default(),
    };
    let order = Order::new(sym, |names| step::bus_step(names, &nothing))?;
    Ok(BusWitness { order })
  }

  pub fn wires(&self) -> usize {
    self.order.wires()
  }

  /// All wires, 32 bytes each, in circom's order. Inputs that break a rule give a witness that satisfies no circuit.
  pub fn compute(&self, input: &StepInput) -> Vec<u8> {
    self.order.fill(|values| step::bus_step(values, input))
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
