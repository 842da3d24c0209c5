//! Every wire of both circuits follows from what the circuit is told. Where that needs more than a row, the wires are named
//! here with the argument.

use super::{
  solver::Rule,
  written::{Written, augmentation, cyclefold},
};
use ff::{Field, PrimeField};
use halo2curves::{
  bn256::{Fr, G1Affine as G},
  group::Curve,
};
use std::collections::BTreeSet;
use wsc_folding::line::sponge::challenge::Bits;

fn found_by<F: PrimeField>(circuit: &Written<F>, rule: &Rule) -> BTreeSet<String> {
  let steps = circuit.steps.iter().filter(|step| step.rule == *rule);
  steps.map(|step| circuit.name(step.columns[0]).to_string()).collect()
}

fn names(list: &[&str]) -> BTreeSet<String> {
  list.iter().map(|name| name.to_string()).collect()
}

/// The plan, told inputs and messages alone, gives the engine's own witness.
fn replays<F: PrimeField>(circuit: &Written<F>) {
  let values = circuit
    .system
    .replay(&circuit.steps, &circuit.told, &Default::default());
  for (column, value) in &circuit.honest {
    assert_eq!(values[*column as usize], *value, "{}", circuit.name(*column));
  }
  assert_eq!(circuit.system.broken(&values), Vec::<usize>::new());
}

#[test]
fn every_wire_of_the_augmentation_follows() {
  for i in 0..3 {
    let circuit = augmentation(i);
    let unknown: BTreeSet<&str> = circuit.unknown.iter().map(|column| circuit.name(*column)).collect();
    assert_eq!(unknown, BTreeSet::new());
    // A quotient is one number where its divisor is not zero:
    let quotients = names(&[
      // twice the y of a point: P₂ is on the curve and P_T or the generator is, which has no point with y = 0;
      "cycle.p.head.double.slope",
      "cycle.q.head.double.slope",
      // differences of x in a ladder: §4, no sum on the way is neutral or ±its digit, for any point of the curve;
      "cycle.p.ladder.first-slope",
      "cycle.p.ladder.slopes",
      "cycle.q.ladder.first-slope",
      "cycle.q.ladder.slopes",
      // differences of x that the row `apart` before it makes invertible.
      "cycle.p.slope",
      "cycle.q.slope",
    ]);
    assert_eq!(found_by(&circuit, &Rule::Quotient), quotients);
    assert_eq!(
      found_by(&circuit, &Rule::Inverse),
      names(&["cycle.p.apart", "cycle.q.apart"])
    );
    // The inverse beside a flag is free where the number is zero, and occurs nowhere else (the rule makes sure of it).
    let flags = [
      "first.i",
      "cycle.pt.neutral.x",
      "cycle.p.neutral.x",
      "cycle.q.neutral.x",
    ];
    assert_eq!(found_by(&circuit, &Rule::IsZero), names(&flags));
    // 254 bits that the rows around them keep below p (the rule looks at each of those rows).
    assert_eq!(
      found_by(&circuit, &Rule::Canonical),
      names(&["fold.gamma.bit", "cycle.r.bit"])
    );
    assert_eq!(found_by(&circuit, &Rule::Bits), names(&[]));
    replays(&circuit);
  }
}

#[test]
fn every_wire_of_cyclefolds_circuit_follows_and_so_does_the_sum() {
  let point = |scalar: u64| (G::generator() * Fr::from(scalar)).to_affine();
  // γ's words at their edges; a first point that is neutral.
  for (gamma, first) in [
    (0, 3),
    (u128::MAX, 3),
    (u128::from(u64::MAX), 0),
    (u128::from(u64::MAX) << 64, 5),
    (0xaaaa_aaaa_aaaa_aaaa_5555_5555_5555_5555, 0),
    (1 << 127, 7),
    (1, 7),
  ] {
    let circuit = cyclefold(Bits(gamma), &point(first), &point(11));
    let unknown: BTreeSet<&str> = circuit.unknown.iter().map(|column| circuit.name(*column)).collect();
    assert_eq!(unknown, BTreeSet::new());
    let quotients = names(&[
      // The second point is on the curve: no y is 0, and no x, so that x ≠ ζx.
      "difference.slope",
      "head.double.slope",
      // §4, as above.
      "ladder.first-slope",
      "ladder.slopes",
      // The row `apart` before it.
      "sum.slope",
    ]);
    assert_eq!(found_by(&circuit, &Rule::Quotient), quotients);
    assert_eq!(found_by(&circuit, &Rule::Inverse), names(&["sum.apart"]));
    assert_eq!(found_by(&circuit, &Rule::IsZero), names(&["sum.neutral.x"]));
    assert_eq!(found_by(&circuit, &Rule::Canonical), names(&[]));
    assert_eq!(found_by(&circuit, &Rule::Bits), names(&["s", "t"]));
    replays(&circuit);
  }
}

/// What the check rests on: it finds out the lack of any one row that determines something.
#[test]
fn without_a_row_something_is_free() {
  use super::solver::System;
  use wsc_folding::line::cyclefold::CIRCUIT;
  let rows = &CIRCUIT.record().unwrap().rows;
  let told: BTreeSet<u32> = (1..7).collect();
  let mut needed = 0;
  for left_out in (0..rows.len()).step_by(7) {
    let mut fewer = rows.clone();
    let row = fewer.remove(left_out);
    let system = System::of(&fewer);
    let (_, unknown) = system.plan(&told);
    // Rows that only check: on the curve, the neutral point's y.
    let checks = row.name.ends_with("y^2") || row.name.ends_with("neutral.y") || row.name == "sum.apart";
    assert_eq!(unknown.is_empty(), checks, "{}", row.name);
    needed += usize::from(!checks);
  }
  assert!(needed > 90);
  // λ and ζ belong together: what the ladder's argument rests on.
  let endomorphism = &*wsc_folding::line::curve::ENDOMORPHISM;
  let g = G::generator();
  let image = (g * endomorphism.lambda).to_affine();
  assert_eq!((image.x, image.y), (g.x * endomorphism.zeta, g.y));
  assert!(endomorphism.lambda != Fr::ONE && endomorphism.lambda.pow_vartime([3]) == Fr::ONE);
}
