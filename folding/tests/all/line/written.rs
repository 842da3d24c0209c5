//! The two circuits that Line writes, as systems of rows: what each is told, and honest values.

use super::{
  scene::recorded_step,
  solver::{Step, System, variable},
};
use ff::PrimeField;
use halo2curves::{bn256::G1Affine as G, group::Curve};
use std::collections::{BTreeSet, HashMap};
use wsc_folding::curves::{Fq, Fr};
use wsc_folding::line::{circuit::builder::Builder, cyclefold, sponge::challenge::Bits};

/// A circuit with the honest values of one run.
pub struct Written<F> {
  pub system: System<F>,
  /// Names of the circuit's own wires; its first wire has column `first`.
  pub wires: Vec<String>,
  pub first: usize,
  pub told: HashMap<u32, F>,
  /// All of them, of every wire and public value.
  pub honest: HashMap<u32, F>,
  pub steps: Vec<Step>,
  pub unknown: BTreeSet<u32>,
}

/// What the augmentation is told (folding-scheme §7): inputs, and the prover's messages C*, P₂, P_T, F and k. Everything
/// else must follow. Limbs and sums have no wires of their own, they are told as their bits.
const TOLD: [&str; 20] = [
  "i",
  "start",
  "pp",
  "running-before.limb",
  "running-before.u",
  "running-before.x",
  "running-before.e",
  "running-before.beta",
  "cycle-before.x",
  "cycle-before.y",
  "cycle-before.u",
  "cycle-before.sum",
  "c2.limb",
  "sum.limb",
  "fold.line",
  "fold.cross",
  "cycle.p2.x",
  "cycle.p2.y",
  "cycle.pt.x",
  "cycle.pt.y",
];

impl<F: PrimeField> Written<F> {
  fn of(cs: &Builder<F>, first: usize, outside: &[(u32, F)], is_told: impl Fn(&str) -> bool) -> Self {
    let record = cs.record().unwrap();
    let system = System::of(&record.rows);
    let mut told: HashMap<u32, F> = outside.iter().copied().collect();
    let mut honest = told.clone();
    for (at, (name, value)) in record.wires.iter().zip(cs.witness()).enumerate() {
      honest.insert(variable(first + at), *value);
      if is_told(name) {
        told.insert(variable(first + at), *value);
      }
    }
    for (at, value) in cs.public_values().iter().enumerate() {
      honest.insert(1 + at as u32, *value);
    }
    let (steps, unknown) = system.plan(&told.keys().copied().collect());
    Written {
      wires: record.wires.clone(),
      system,
      first,
      told,
      honest,
      steps,
      unknown,
    }
  }

  pub fn name(&self, column: u32) -> &str {
    let own = (column as usize).checked_sub(variable(self.first) as usize);
    own.map_or("public", |at| &self.wires[at])
  }

  /// The first wire of a name.
  pub fn wire(&self, name: &str) -> u32 {
    self.nth(name, 0)
  }

  pub fn nth(&self, name: &str, n: usize) -> u32 {
    let mut found = self.wires.iter().enumerate().filter(|(_, other)| *other == name);
    variable(self.first + found.nth(n).unwrap().0)
  }

  /// The names of the rows that break once the edited columns have these values and the rest follows.
  pub fn broken(&self, edits: &HashMap<u32, F>) -> BTreeSet<String> {
    let values = self.system.replay(&self.steps, &self.told, edits);
    let rows = self.system.broken(&values);
    rows.into_iter().map(|row| self.system.names[row].clone()).collect()
  }
}

/// Of the step with this number, counted from 0.
pub fn augmentation(i: u64) -> Written<Fr> {
  let (cs, wires) = recorded_step(i);
  let first = wires.len() - 1;
  // The step circuit's wires are another's affair: `test/circuits` has the same check for it.
  let step: Vec<(u32, Fr)> = wires[1..]
    .iter()
    .enumerate()
    .map(|(at, value)| (variable(at), *value))
    .collect();
  Written::of(&cs, first, &step, |name| TOLD.contains(&name))
}

/// CycleFold's for a sum of two points; told γ's words and both points, the sum must follow.
pub fn cyclefold(gamma: Bits, first: &G, second: &G) -> Written<Fq> {
  let sum = (*second * gamma.gamma() + first).to_affine();
  let (honest, public) = cyclefold::witness(gamma, first, second, &sum);
  let told: Vec<(u32, Fq)> = (0..6).map(|at| (1 + at as u32, public[at])).collect();
  let mut written = Written::of(&cyclefold::CIRCUIT, 0, &told, |_| false);
  let wires = 0..written.wires.len();
  written.honest = wires.map(|at| (variable(at), honest[at])).collect();
  written
    .honest
    .extend(public.iter().enumerate().map(|(at, value)| (1 + at as u32, *value)));
  written
}
