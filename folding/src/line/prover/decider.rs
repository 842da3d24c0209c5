//! The native decider (folding-scheme §8): whether an accumulator holds.

use super::{
  ivc::{Accumulator, commit},
  parameters::Parameters,
};
use crate::{
  curves::Fr,
  line::{
    curve::{is_on_g, is_on_h},
    cyclefold::instance::{CycleRunning, MAX_STEPS},
    fold::hashes::{io_hash, start_hash},
    relation::{Products, Running, RunningWitness, evaluate},
  },
};
use ff::Field;

impl Accumulator {
  /// None where everything holds, else the first thing that does not.
  pub fn broken(&self, parameters: &Parameters) -> Option<&'static str> {
    let Parameters {
      layout,
      shape,
      bases,
      cycle_bases,
      pp,
      ..
    } = parameters;
    if self.n == 0 || self.n > MAX_STEPS {
      return Some("the number of steps");
    }
    if (self.z0.len(), self.zn.len()) != (layout.arity, layout.arity) || self.running.beta.len() != layout.log_rows {
      return Some("the length of a vector");
    }
    if self.witness.w.len() != shape.variables || self.incoming_witness.len() != shape.variables {
      return Some("the length of a witness");
    }
    if !is_on_g(&self.running.c) || !is_on_g(&self.incoming.c) || !is_on_h(&self.cycle.p) || !is_on_h(&self.cycle.q) {
      return Some("a point");
    }
    if !self.cycle.within_bounds() {
      return Some("the bounds of CycleFold's sums");
    }
    let defaults = (Running::default_of(layout.log_rows), CycleRunning::default());
    if self.n == 1 && (&self.running, &self.cycle) != (&defaults.0, &defaults.1) {
      return Some("the instances of a first step");
    }
    let x = io_hash(start_hash(*pp, &self.z0), self.n, &self.zn, &self.running, &self.cycle);
    if self.incoming.x != x {
      return Some("the hash of the last step");
    }
    let products = Products::of(shape, &self.incoming_witness, Fr::ONE, x);
    if products.broken_row().is_some() {
      return Some("a row of the last step");
    }
    if commit(bases, &self.incoming_witness) != self.incoming.c {
      return Some("the commitment of the last step");
    }
    let witness = RunningWitness::of(shape, &self.running, self.witness.w.clone());
    if evaluate(&witness.error, &self.running.beta) != self.running.e {
      return Some("the running instance's claim");
    }
    if commit(bases, &self.witness.w) != self.running.c {
      return Some("the running instance's commitment");
    }
    self.cycle.broken(&self.cycle_witness, cycle_bases)
  }
}
