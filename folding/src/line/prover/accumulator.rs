//! A saved accumulator: its two instances and their witnesses in fixed lengths that follow from the key. What else it
//! holds follows from them and is computed again.
//!
//! ```text
//! z_n   U: C u x e β   W   the last step's C x w   V: P Q u X   W′ E′      words of 32 bytes (words.rs)
//! ```

use super::{ivc::Accumulator, parameters::Parameters};
use crate::{
  curves::Fr,
  error::{Code, Error, Result},
  line::{
    cyclefold::{
      SIZE,
      instance::{CycleRunning, CycleWitness},
    },
    layout::Layout,
    relation::{Incoming, Products, Running, RunningWitness},
    words::{Reader, WORD, Writer},
  },
};
use ff::Field;

fn bad(what: impl Into<String>) -> Error {
  Error::new(Code::Accumulator, what)
}

/// Bytes of every accumulator under a key.
fn length(layout: &Layout) -> usize {
  let variables = 1 << layout.log_rows;
  WORD * (layout.arity + Running::words(layout.log_rows) + variables + 2 + variables + CycleRunning::WORDS + 2 * SIZE)
}

pub fn encode(accumulator: &Accumulator) -> Vec<u8> {
  let Accumulator { running, cycle, .. } = accumulator;
  let mut out = Writer::default();
  out.scalars(&accumulator.zn);
  running.write(&mut out);
  out.scalars(&accumulator.witness.w);
  out.point(&accumulator.incoming.c);
  out.scalars(&[accumulator.incoming.x]);
  out.scalars(&accumulator.incoming_witness);
  cycle.write(&mut out);
  out.scalars(&accumulator.cycle_witness.w);
  out.scalars(&accumulator.cycle_witness.e);
  out.bytes()
}

/// Reads an accumulator of `steps` steps from `z0`, and only one that holds.
pub fn decode(parameters: &Parameters, bytes: &[u8], steps: u64, z0: &[Fr]) -> Result<Accumulator> {
  let Parameters { layout, shape, .. } = parameters;
  if bytes.len() != length(layout) {
    let (found, expected) = (bytes.len(), length(layout));
    return Err(bad(format!("accumulator: {found} bytes, {expected} under this key")));
  }
  let mut from = Reader::new(bytes, Code::Accumulator, "the accumulator");
  let zn = from.scalars(layout.arity)?;
  let running = Running::read(&mut from, layout.log_rows)?;
  let w = from.scalars(shape.variables)?;
  let incoming = Incoming {
    c: from.point()?,
    x: from.scalar()?,
  };
  let incoming_witness = from.scalars(shape.variables)?;
  let cycle = CycleRunning::read(&mut from)?;
  let cycle_witness = CycleWitness {
    w: from.scalars(SIZE)?,
    e: from.scalars(SIZE)?,
  };
  let accumulator = Accumulator {
    n: steps,
    z0: z0.to_vec(),
    zn,
    witness: RunningWitness::of(shape, &running, w),
    running,
    products: Products::of(shape, &incoming_witness, Fr::ONE, incoming.x),
    incoming,
    incoming_witness,
    cycle,
    cycle_witness,
  };
  match accumulator.broken(parameters) {
    None => Ok(accumulator),
    Some(what) => Err(bad(format!("accumulator: does not hold: {what}"))),
  }
}
