//! Provers who cheat.

use super::scene::eighth;
use ff::Field;
use wsc_folding::curves::Fr;

#[test]
fn other_public_values() {
  let (scene, wires) = eighth();
  let honest = scene.forge(scene.forgery(wires));
  scene.verify(&honest, &wires[1..3]).unwrap();
  assert_eq!(scene.refusal(&honest, &[wires[2], wires[1]]), "the outer sum-check");
  for at in 0..2 {
    // The forger claims another value and computes with the true ones.
    let mut forgery = scene.forgery(wires);
    forgery.claimed[at] += Fr::ONE;
    let claimed = forgery.claimed.clone();
    let forged = scene.forge(forgery);
    assert_eq!(scene.refusal(&forged, &claimed), "the inner sum-check");
    assert_eq!(scene.refusal(&forged, &wires[1..3]), "the outer sum-check");
    // Or computes with it, over a table that pretends.
    let mut forgery = scene.forgery(wires);
    forgery.claimed[at] += Fr::ONE;
    forgery.known[1 + at] += Fr::ONE;
    let claimed = forgery.claimed.clone();
    assert_eq!(scene.refusal(&scene.forge(forgery), &claimed), "the inner sum-check");
  }
}

/// Tables that obey every row, but are no products of the matrices; above all in the rows that pad.
#[test]
fn tables_that_are_no_products() {
  let (scene, wires) = eighth();
  assert_eq!((scene.shape.constraints, scene.rows.len()), (8, 5));
  for row in 0..8 {
    let mut forgery = scene.forgery(wires);
    forgery.tables[0][row] += Fr::ONE;
    forgery.tables[2][row] = forgery.tables[0][row] * forgery.tables[1][row];
    let altered = forgery.tables[0][row] * forgery.tables[1][row];
    assert_eq!(altered, forgery.tables[2][row]);
    assert_eq!(
      scene.refusal(&scene.forge(forgery), &wires[1..3]),
      "the inner sum-check",
      "row {row}"
    );
    let mut forgery = scene.forgery(wires);
    forgery.tables[2][row] += Fr::ONE;
    assert_eq!(
      scene.refusal(&scene.forge(forgery), &wires[1..3]),
      "the outer sum-check",
      "row {row}"
    );
  }
}

/// The relation is strict: another u than one scales the linear part.
#[test]
fn another_u() {
  let (scene, wires) = eighth();
  // All wires but the constant one halved hold for u = 1/2.
  let half = Fr::from(2).invert().unwrap();
  let scaled: Vec<Fr> = wires.iter().map(|wire| *wire * half).collect();
  let mut forgery = scene.forgery(&scaled);
  assert_eq!(forgery.known[0], half);
  let claimed = forgery.claimed.clone();
  assert_eq!(scene.refusal(&scene.forge(forgery), &claimed), "the outer sum-check");
  forgery = scene.forgery(wires);
  forgery.known[0] = -Fr::ONE;
  assert_eq!(
    scene.refusal(&scene.forge(forgery), &wires[1..3]),
    "the outer sum-check"
  );
}

/// Columns that no row names are free, whatever stands in them; the commitment binds them all the same.
#[test]
fn unused_columns_are_free() {
  let (scene, wires) = eighth();
  let used = wires.len() - 3;
  assert_eq!((used, scene.shape.variables), (5, 8));
  let mut forgery = scene.forgery(wires);
  forgery.variables[used..].fill(Fr::from(7));
  let other = scene.forge(forgery);
  scene.verify(&other, &wires[1..3]).unwrap();
  let honest = scene.forge(scene.forgery(wires));
  let mixed = [&other[..32], &honest[32..]].concat();
  assert_eq!(scene.refusal(&mixed, &wires[1..3]), "the outer sum-check");
}
