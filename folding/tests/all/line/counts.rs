//! Row counts of the two circuits, part by part: the specification's.

use std::collections::BTreeMap;
use wsc_folding::line::{
  circuit::builder::Builder,
  cyclefold,
  layout::Layout,
  prover::parameters::{augmented_rows, record},
};

fn by_scope<F: ff::PrimeField>(cs: &Builder<F>, depth: usize) -> BTreeMap<String, usize> {
  let mut counts = BTreeMap::new();
  for row in &cs.record().unwrap().rows {
    let key: Vec<&str> = row.name.split('.').take(depth).collect();
    *counts.entry(key.join(".")).or_insert(0) += 1;
  }
  counts
}

#[test]
fn cyclefold_has_664_rows() {
  println!("{:#?}", by_scope(&cyclefold::CIRCUIT, 1));
  assert_eq!(cyclefold::CIRCUIT.record().unwrap().rows.len(), cyclefold::ROWS);
}

#[test]
fn the_augmentation_has_17097_rows() {
  let layout = Layout {
    arity: 10,
    log_rows: 17,
    step_wires: 100_000,
  };
  let _ = record;
  assert_eq!(augmented_rows(&layout), 17_097);
}
