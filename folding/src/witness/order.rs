//! Which wire each signal became that a generator names.

use super::sink::{Names, Values};
use crate::{
  error::{Code, Error, Result},
  field::FIELD_BYTES,
};
use std::collections::HashMap;

/// Wires a `.sym` file may speak of; the bus circuit has about 107,000.
const MAX_WIRES: usize = 1 << 24;

/// Wires in the order in which the generator names their signals.
pub struct Order {
  wires: usize,
  order: Vec<u32>,
}

impl Order {
  /// `sym`: circom's symbol file, a line `label,wire,component,name` a signal. `run` names all signals.
  pub fn new(sym: &str, run: impl FnOnce(&mut Names<'_>)) -> Result<Self> {
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
    let mut names = Names::new(&wire_of);
    run(&mut names);
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
    Ok(Order { wires, order })
  }

  pub fn wires(&self) -> usize {
    self.wires
  }

  /// All wires, 32 bytes each, in circom's order; `run` gives the signals their values.
  pub fn fill(&self, run: impl FnOnce(&mut Values<'_>)) -> Vec<u8> {
    let mut witness = vec![0; self.wires * FIELD_BYTES];
    witness[0] = 1;
    run(&mut Values::new(&self.order, &mut witness));
    witness
  }
}
