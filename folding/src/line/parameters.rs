//! What a key fixes: the step circuit with its augmentation as one shape, the generators of both curves, and the digest
//! `pp` that binds them into every hash of a chain.

use super::{
  augmented::{self, Inputs, Layout},
  builder::{Builder, Row},
  commitment::{self, CycleTables},
  curve::{G, H},
  cycle::CycleRunning,
  cyclefold::{self, SIZE},
  poseidon::PARAMETERS,
  relation::Running,
};
use crate::{
  engine::Fr,
  error::{Code, Error, Result},
  field,
  r1cs::R1cs,
  sparse::{self, Shape},
};
use ff::{Field, PrimeField};
use halo2curves::group::GroupEncoding;
use nova_snark::{provider::traits::DlogGroup, traits::Engine};
use sha3::{Digest, Keccak256};
use std::sync::OnceLock;

/// Names the protocol in digests and transcripts.
pub const PROTOCOL: &[u8] = b"wsc-line-1";
/// Least and greatest size of a key: rows and variables are 2^this.
pub const LOG_ROWS: std::ops::RangeInclusive<usize> = 15..=17;
pub const MAX_ARITY: usize = 15;
/// What Grumpkin's generators are hashed from, with the protocol's name.
const CYCLE_LABEL: &[u8] = b"wsc-line-1 cyclefold";

pub struct Parameters {
  pub layout: Layout,
  pub shape: Shape<Fr>,
  /// Powers of tau, one a variable.
  pub bases: Vec<G>,
  /// Hashed to the curve, one a variable of CycleFold's circuit.
  pub cycle_bases: Vec<H>,
  /// Hashed to the curve: commits to an inner product.
  pub product: H,
  pub pp: Fr,
  /// Made when they are first needed.
  pub tables: OnceLock<Tables>,
}

/// What commitments are looked up in while folding.
pub struct Tables {
  pub step: commitment::Tables,
  pub cycle: CycleTables,
}

impl Parameters {
  /// Of a circuit; `bases` gives as many generators as asked for.
  pub fn new(circuit: &R1cs, bases: impl FnOnce(usize) -> Result<Vec<G>>) -> Result<Self> {
    if circuit.arity() > MAX_ARITY {
      let found = circuit.arity();
      let message = format!("the step carries {found} elements of state, at most {MAX_ARITY} can be folded");
      return Err(Error::new(Code::R1cs, message));
    }
    let mut layout = Layout {
      arity: circuit.arity(),
      log_rows: *LOG_ROWS.start(),
      step_wires: circuit.wires(),
    };
    for log_rows in LOG_ROWS {
      layout.log_rows = log_rows;
      let recorded = record(circuit, &layout);
      if let Some(shape) = recorded.shape(1 << log_rows, 1 << log_rows) {
        let bases = bases(shape.variables)?;
        let mut cycle_bases = cycle_generators();
        let product = cycle_bases.remove(SIZE);
        let pp = digest(&layout, &shape, &bases, &cycle_bases, &product);
        return Ok(Parameters {
          layout,
          shape,
          bases,
          cycle_bases,
          product,
          pp,
          tables: OnceLock::new(),
        });
      }
    }
    let room = (1usize << LOG_ROWS.end()) - (augmented_rows(&layout));
    let rows = circuit.constraints();
    let message = format!(
      "the step has {rows} rows and {} wires; {room} of each are left for it",
      circuit.wires()
    );
    Err(Error::new(Code::R1cs, message))
  }
}

impl Parameters {
  pub fn tables(&self) -> &Tables {
    self.tables.get_or_init(|| {
      let (step, cycle) = rayon::join(
        || commitment::Tables::of(&self.shape, &self.bases),
        || CycleTables::of(&self.cycle_bases),
      );
      Tables { step, cycle }
    })
  }
}

/// Rows of the augmentation alone.
pub fn augmented_rows(layout: &Layout) -> usize {
  let mut cs = Builder::recording(layout.first());
  write_dummy(&mut cs, layout);
  cs.record().map_or(0, |record| record.rows.len())
}

/// The whole circuit with names: the step's rows, then the augmentation's.
pub fn record(circuit: &R1cs, layout: &Layout) -> Builder<Fr> {
  let mut cs = Builder::recording(layout.first());
  write_dummy(&mut cs, layout);
  let column = |wire: usize| {
    wire
      .checked_sub(1)
      .map_or(Builder::<Fr>::column_of_one(), |at| at as u32)
  };
  let rows = (0..circuit.constraints()).map(|row| Row {
    name: format!("step.{row}"),
    sides: circuit
      .row(row)
      .map(|terms| terms.map(|(wire, value)| (column(wire), value)).collect()),
  });
  cs.prepend(rows.collect());
  cs
}

/// Any values do: the rows are the same.
fn write_dummy(cs: &mut Builder<Fr>, layout: &Layout) {
  let (messages, cycle_messages) = Inputs::no_messages(layout.log_rows);
  let state = vec![Fr::ZERO; layout.arity];
  let inputs = Inputs {
    pp: Fr::ZERO,
    start: Fr::ZERO,
    i: 0,
    before: &state,
    after: &state,
    running: &Running::default_of(layout.log_rows),
    cycle: &CycleRunning::default(),
    c2: G::default(),
    messages: &messages,
    sum: G::default(),
    cycle_messages,
  };
  augmented::write(cs, layout, &inputs);
}

/// Grumpkin's generators and after them the inner product's: nobody knows a relation between them.
pub fn cycle_generators() -> Vec<H> {
  <crate::engine::E2 as Engine>::GE::from_label(CYCLE_LABEL, SIZE + 1)
}

/// Keccak-256, of which the low 248 bits count, over everything that a verifier's equations depend on.
fn digest(layout: &Layout, shape: &Shape<Fr>, bases: &[G], cycle_bases: &[H], product: &H) -> Fr {
  let mut hash = Keccak256::new();
  let mut part = |bytes: &[u8]| {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
  };
  part(PROTOCOL);
  for number in [layout.arity, layout.log_rows, layout.step_wires] {
    part(&(number as u64).to_le_bytes());
  }
  let mut encoded = Vec::new();
  sparse::encode(shape, &mut encoded);
  part(&encoded);
  encoded.clear();
  sparse::encode(&*cyclefold::SHAPE, &mut encoded);
  part(&encoded);
  part(
    &bases
      .iter()
      .flat_map(|p| p.to_bytes().as_ref().to_vec())
      .collect::<Vec<u8>>(),
  );
  part(
    &cycle_bases
      .iter()
      .flat_map(|p| p.to_bytes().as_ref().to_vec())
      .collect::<Vec<u8>>(),
  );
  part(product.to_bytes().as_ref());
  for round in &PARAMETERS.round {
    part(&field::encode_vec(round));
  }
  for row in &PARAMETERS.mix {
    part(&field::encode_vec(row));
  }
  let mut low = [0u8; 32];
  low[..31].copy_from_slice(&hash.finalize()[..31]);
  Option::from(Fr::from_repr(low.into())).unwrap_or(Fr::ZERO)
}
