//! Folding step after step (folding-scheme §8).

use super::parameters::Parameters;
use crate::{
  curves::{Fq, Fr},
  error::{Code, Error, Result},
  line::{
    augmented::{self, Inputs},
    circuit::builder::Builder,
    curve::{G, point_limbs},
    cyclefold::{
      self,
      instance::{self, CycleMessages, CycleRunning, CycleWitness, MAX_STEPS},
    },
    fold::{
      hashes::start_hash,
      nifs::{self, Prepared},
    },
    relation::{Incoming, Products, Running, RunningWitness},
    sponge::poseidon::PARAMETERS,
  },
  msm::msm,
  scheme::breaks,
};
use ff::Field;
use halo2curves::{CurveAffine, bn256::G1, group::Curve};

/// All steps so far: n of them, from z₀ to z_n.
#[derive(Clone, Debug)]
pub struct Accumulator {
  pub n: u64,
  pub z0: Vec<Fr>,
  pub zn: Vec<Fr>,
  pub running: Running,
  pub witness: RunningWitness,
  /// The instance of the last step, not folded yet.
  pub incoming: Incoming,
  pub incoming_witness: Vec<Fr>,
  pub products: Products,
  pub cycle: CycleRunning,
  pub cycle_witness: CycleWitness,
}

pub fn commit(bases: &[G], values: &[Fr]) -> G {
  msm(values, &bases[..values.len()]).to_affine()
}

/// One fold of the chain's last instance, before the next step: the large witness is not moved along yet.
struct Ahead {
  prepared: Prepared,
  cycle: CycleRunning,
  cycle_witness: CycleWitness,
  cycle_messages: CycleMessages,
}

impl Accumulator {
  /// The first step. `wires` is the step circuit's witness, the constant first, and satisfies it.
  pub fn begin(parameters: &Parameters, wires: &[Fr]) -> Result<Self> {
    let Parameters { layout, shape, .. } = parameters;
    let arity = layout.arity;
    let running = Running::default_of(layout.log_rows);
    let cycle = CycleRunning::default();
    let (messages, cycle_messages) = Inputs::no_messages(layout.log_rows);
    let (before, after) = (&wires[1 + arity..1 + 2 * arity], &wires[1..1 + arity]);
    let inputs = Inputs {
      pp: parameters.pp,
      start: start_hash(parameters.pp, before),
      i: 0,
      before,
      after,
      running: &running,
      cycle: &cycle,
      c1: Default::default(),
      c2: Default::default(),
      messages: &messages,
      sum: Default::default(),
      cycle_messages,
    };
    let step_part = commit_step(parameters, wires);
    let (incoming, incoming_witness, products) = step(parameters, wires, step_part, &inputs)?;
    Ok(Accumulator {
      n: 1,
      z0: before.to_vec(),
      zn: after.to_vec(),
      witness: RunningWitness::default_of(shape),
      running,
      incoming,
      incoming_witness,
      products,
      cycle,
      cycle_witness: CycleWitness::default(),
    })
  }

  /// One more step; on failure the accumulator is what it was.
  pub fn fold(&mut self, parameters: &Parameters, wires: &[Fr]) -> Result<()> {
    if self.n >= MAX_STEPS {
      return Err(Error::new(
        Code::Witness,
        format!("a chain has at most {MAX_STEPS} steps"),
      ));
    }
    let arity = parameters.layout.arity;
    let after = &wires[1..1 + arity];
    let (ahead, step_part) = rayon::join(|| self.ahead(parameters), || commit_step(parameters, wires));
    let folded = &ahead.prepared.folded;
    let inputs = Inputs {
      pp: parameters.pp,
      start: start_hash(parameters.pp, &self.z0),
      i: self.n,
      before: &self.zn,
      after,
      running: &self.running,
      cycle: &self.cycle,
      c1: point_limbs(&self.running.c),
      c2: point_limbs(&self.incoming.c),
      messages: &ahead.prepared.messages,
      sum: point_limbs(&folded.running.c),
      cycle_messages: ahead.cycle_messages.clone(),
    };
    let (incoming, incoming_witness, products) = step(parameters, wires, step_part, &inputs)?;
    // Nothing can fail any more.
    let Ahead { prepared, .. } = &ahead;
    prepared.apply(&mut self.witness, &self.incoming_witness, &self.products);
    self.n += 1;
    self.zn = after.to_vec();
    self.running = ahead.prepared.folded.running;
    self.cycle = ahead.cycle;
    self.cycle_witness = ahead.cycle_witness;
    self.incoming = incoming;
    self.incoming_witness = incoming_witness;
    self.products = products;
    Ok(())
  }

  fn ahead(&self, parameters: &Parameters) -> Ahead {
    let prepared = nifs::prepare(&self.running, &self.witness, &self.incoming, &self.products);
    let folded = &prepared.folded;
    let running = &folded.running;
    let (cycle_wires, public) = cyclefold::witness(folded.gamma, &self.running.c, &self.incoming.c, &running.c);
    let incoming_products = instance::cycle_products(&cycle_wires, Fq::ONE, &public);
    let products = instance::cycle_products(&self.cycle_witness.w, self.cycle.u_in_k(), &self.cycle.public());
    let cross = instance::cross_term(&products, &incoming_products, self.cycle.u_in_k());
    let (p2, pt) = rayon::join(
      || parameters.commit_cycle(&cycle_wires),
      || parameters.commit_cycle(&cross),
    );
    let cycle_messages = CycleMessages {
      p2: p2.to_affine(),
      pt: pt.to_affine(),
    };
    let mut sponge = folded.sponge.clone();
    let r = instance::challenge(&mut sponge, &running.c, &cycle_messages);
    let sums = instance::incoming_sums(folded.gamma, &self.running, &self.incoming.c, &running.c);
    let mut cycle_witness = self.cycle_witness.clone();
    instance::add(&mut cycle_witness.w, &cycle_wires, r.r_in_k());
    instance::add(&mut cycle_witness.e, &cross, r.r_in_k());
    Ahead {
      cycle: instance::fold(&self.cycle, &sums, &cycle_messages, r),
      cycle_witness,
      cycle_messages,
      prepared,
    }
  }
}

/// The step's share of a commitment.
fn commit_step(parameters: &Parameters, wires: &[Fr]) -> G1 {
  parameters.commit_step(&wires[1..], 0..wires.len() - 1)
}

/// The instance of one step: its witness, and what the next fold needs of it. `step_part` is the commitment to its own
/// wires.
fn step(
  parameters: &Parameters,
  wires: &[Fr],
  step_part: G1,
  inputs: &Inputs<'_>,
) -> Result<(Incoming, Vec<Fr>, Products)> {
  let Parameters { layout, shape, .. } = parameters;
  let mut cs = Builder::values(layout.first());
  let x = augmented::write(&mut cs, &PARAMETERS, layout, inputs);
  let mut witness = Vec::with_capacity(shape.variables);
  witness.extend_from_slice(&wires[1..]);
  witness.extend_from_slice(cs.witness());
  let columns = layout.first()..witness.len();
  witness.resize(shape.variables, Fr::ZERO);
  let (products, rest) = rayon::join(
    || Products::of(shape, &witness, Fr::ONE, x),
    || parameters.commit_step(&witness, columns),
  );
  if let Some(row) = products.broken_row() {
    // The step's own rows come first; the rest fail with negligible probability only (folding-scheme §6).
    return Err(breaks(row));
  }
  let c = (step_part + rest).to_affine();
  if !bool::from(c.is_on_curve()) {
    return Err(Error::internal("a commitment off the curve"));
  }
  Ok((Incoming { c, x }, witness, products))
}
