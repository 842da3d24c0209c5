//! What a prover works with: the step circuit with its augmentation as one shape, the generators of both curves, and the
//! digest `pp` that binds them into every hash of a chain.

use super::generators;
use crate::{
  curves::{Fq, Fr},
  error::{Code, Error, Result},
  line::{
    augmented::{self, Inputs},
    circuit::builder::{Builder, Row},
    commitment::{self, CycleTables},
    curve::{G, H},
    cyclefold::{SIZE, instance::CycleRunning},
    layout::{LOG_ROWS, Layout, MAX_ARITY},
    relation::Running,
    sponge::poseidon::PARAMETERS,
    verifier::{
      key::{self, Content},
      verify::VerifierKey,
    },
  },
  msm::msm,
  ptau::Powers,
  r1cs::R1cs,
  sparse::Shape,
};
use ff::Field;
use halo2curves::{
  bn256::{G1, G2Affine},
  grumpkin,
};
use std::{ops::Range, sync::OnceLock};

pub struct Parameters {
  /// The key id.
  pub id: [u8; 32],
  pub layout: Layout,
  pub shape: Shape<Fr>,
  /// Powers of tau, one a variable.
  pub bases: Vec<G>,
  pub tau: G2Affine,
  /// Hashed to the curve, one a variable of CycleFold's circuit.
  pub cycle_bases: Vec<H>,
  /// Hashed to the curve: commits to an inner product.
  pub product: H,
  pub pp: Fr,
  /// Made once they pay.
  tables: OnceLock<Tables>,
}

/// What commitments are looked up in while folding.
struct Tables {
  step: commitment::Tables,
  cycle: CycleTables,
}

impl Parameters {
  /// Of a circuit; `powers` gives as many powers of tau as asked for.
  pub fn new(circuit: &R1cs, powers: impl FnOnce(usize) -> Result<Powers>) -> Result<Self> {
    let (layout, shape) = shape_of(circuit)?;
    let Powers { points, tau_g2 } = powers(shape.variables)?;
    let mut cycle_bases = generators::derive();
    let content = Content {
      layout,
      tau: tau_g2,
      generators: &cycle_bases,
      shape: &shape,
    };
    let id = key::key_id(&content.encode()?);
    let product = cycle_bases.remove(SIZE);
    Ok(Parameters {
      id,
      layout,
      shape,
      bases: points,
      tau: tau_g2,
      cycle_bases,
      product,
      pp: key::pp(&id),
      tables: OnceLock::new(),
    })
  }

  /// Of a key and its powers of tau.
  pub fn of_key(key: VerifierKey, bases: Vec<G>) -> Self {
    Parameters {
      id: key.id,
      layout: key.layout,
      shape: key.shape,
      bases,
      tau: key.tau,
      cycle_bases: key.cycle_bases,
      product: key.product,
      pp: key.pp,
      tables: OnceLock::new(),
    }
  }

  /// The compact key.
  pub fn key(&self) -> Result<Vec<u8>> {
    let content = Content {
      layout: self.layout,
      tau: self.tau,
      generators: &[&self.cycle_bases[..], &[self.product]].concat(),
      shape: &self.shape,
    };
    content.encode()
  }
}

/// The step circuit with its augmentation, in the least size that holds both.
pub fn shape_of(circuit: &R1cs) -> Result<(Layout, Shape<Fr>)> {
  let refused = |message: String| Error::new(Code::R1cs, message);
  let arity = circuit.arity();
  if !(1..=MAX_ARITY).contains(&arity) {
    return Err(refused(format!(
      "the step carries {arity} elements of state; 1 to {MAX_ARITY} can be folded"
    )));
  }
  let layout = |log_rows| Layout {
    arity,
    log_rows,
    step_wires: circuit.wires(),
  };
  // Whatever the size, some wires are the augmentation's: what cannot fit is refused before anything is made of it.
  let most = 1 << LOG_ROWS.end();
  if circuit.constraints().max(circuit.wires()) < most {
    for log_rows in LOG_ROWS {
      let size = 1 << log_rows;
      if let Some(shape) = record(circuit, &layout(log_rows)).shape(size, size) {
        return Ok((layout(log_rows), shape));
      }
    }
  }
  let left = most - augmented_rows(&layout(*LOG_ROWS.end()));
  let (rows, wires) = (circuit.constraints(), circuit.wires());
  Err(refused(format!(
    "the step has {rows} constraints and {wires} wires; {left} of each are left for it beside what folding adds"
  )))
}

impl Parameters {
  /// Makes tables by which commitments are found sooner from now on.
  pub fn make_tables(&self) {
    self.tables.get_or_init(|| {
      let (step, cycle) = rayon::join(
        || commitment::Tables::of(&self.shape, &self.bases),
        || CycleTables::of(&self.cycle_bases),
      );
      Tables { step, cycle }
    });
  }

  /// Commits to the columns of a range of a step's witness.
  pub fn commit_step(&self, values: &[Fr], columns: Range<usize>) -> G1 {
    match self.tables.get() {
      Some(tables) => tables.step.commit(&self.bases, values, columns),
      None => msm(&values[columns.clone()], &self.bases[columns]),
    }
  }

  /// Commits to CycleFold's witness or cross term.
  pub fn commit_cycle(&self, values: &[Fq]) -> grumpkin::G1 {
    match self.tables.get() {
      Some(tables) => tables.cycle.commit(values),
      None => msm(values, &self.cycle_bases[..values.len()]),
    }
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
    c1: Default::default(),
    c2: Default::default(),
    messages: &messages,
    sum: Default::default(),
    cycle_messages,
  };
  augmented::write(cs, &PARAMETERS, layout, &inputs);
}
