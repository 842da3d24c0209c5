//! For every group of rows a witness that is wrong there and consistent everywhere else: it breaks rows of just that group.
//! So each group is needed, and nothing that one group lets through is caught by another by chance.

use super::{
  solver::Rule,
  written::{Written, augmentation, cyclefold},
};
use ff::{Field, PrimeField};
use halo2curves::{
  bn256::{Fq, Fr, G1Affine as G},
  group::Curve,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wsc_folding::line::sponge::challenge::Bits;

type Edits<F> = HashMap<u32, F>;

/// Wrong values for one row, by what the row is.
fn edits_of<F: PrimeField>(circuit: &Written<F>, row: usize) -> Option<Edits<F>> {
  let honest = circuit
    .system
    .replay(&circuit.steps, &circuit.told, &Default::default());
  let plus = |column: u32, by: F| (column, honest[column as usize] + by);
  if let Some(step) = circuit.steps.iter().find(|step| step.row == row) {
    return Some(match step.rule {
      // The inverse beside a flag.
      Rule::IsZero => [plus(step.columns[1], F::ONE)].into(),
      // Another number's bits.
      Rule::Bits | Rule::Canonical => {
        let bit = step.columns[0];
        [(bit, F::ONE - honest[bit as usize])].into()
      }
      _ => [plus(step.columns[0], F::ONE)].into(),
    });
  }
  let column = circuit.system.bit_of(row)?;
  if circuit.told.contains_key(&column) {
    return Some([(column, F::from(2))].into());
  }
  // Of a sum's bits two that are none: the sum is the same.
  let sum = circuit.steps.iter().find(|step| step.columns.contains(&column))?;
  let at = sum.columns.iter().position(|other| *other == column)?;
  let next = *sum.columns.get(at + 1)?;
  Some([plus(column, F::from(2)), plus(next, -F::ONE)].into())
}

/// All groups of a circuit: `special` has the edits for those whose rows define nothing; those `elsewhere` have a test of
/// their own.
fn every_group_breaks_alone<F: PrimeField>(
  circuit: &Written<F>,
  special: &BTreeMap<String, Edits<F>>,
  elsewhere: &[&str],
) {
  let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
  for (row, name) in circuit.system.names.iter().enumerate() {
    groups.entry(name).or_default().push(row);
  }
  for name in elsewhere {
    assert!(groups.remove(name).is_some(), "{name}");
  }
  for (name, rows) in groups {
    let mut alone = 0;
    let mut seen = Vec::new();
    let picked = [0, rows.len() / 3, rows.len() / 2, rows.len() - 1].map(|at| rows[at]);
    let picked: BTreeSet<usize> = picked.into_iter().collect();
    for (tried, row) in picked.iter().chain(&rows).enumerate() {
      if tried >= picked.len() && alone > 0 {
        break;
      }
      let Some(edits) = special.get(name).cloned().or_else(|| edits_of(circuit, *row)) else {
        continue;
      };
      let broken = circuit.broken(&edits);
      assert!(broken.contains(name), "{name} is not broken, {broken:?} is");
      alone += usize::from(broken.len() == 1);
      seen.push(broken);
    }
    assert!(alone > 0, "{name}: {seen:?}");
  }
}

fn plus_one<F: PrimeField>(circuit: &Written<F>, column: u32) -> Edits<F> {
  [(column, circuit.honest[&column] + F::ONE)].into()
}

/// Of a point that is checked: a y that no point with its x has, and a square or a cube of x with which y² = x³ + b holds.
fn off_curve<F: PrimeField>(circuit: &Written<F>, scope: &str, x: u32, y: u32, b: F) -> Vec<(String, Edits<F>)> {
  let other = circuit.honest[&y] + F::ONE;
  let cube = other.square() - b;
  let square = cube * circuit.honest[&x].invert().unwrap();
  let named = |row: &str| format!("{scope}.on-curve.{row}");
  vec![
    (named("y^2"), [(y, other)].into()),
    (named("x^3"), [(y, other), (circuit.wire(&named("x^3")), cube)].into()),
    (named("x^2"), [(y, other), (circuit.wire(&named("x^2")), square)].into()),
  ]
}

fn names(list: &[&str]) -> BTreeSet<String> {
  list.iter().map(|name| name.to_string()).collect()
}

#[test]
fn every_group_of_the_augmentation() {
  // The first with no neutral point among those that it is told.
  let circuit = augmentation(3);
  let b = -Fr::from(17);
  let points = [
    ("cycle.p2", circuit.wire("cycle.p2.x"), circuit.wire("cycle.p2.y")),
    ("cycle.pt", circuit.wire("cycle.pt.x"), circuit.wire("cycle.pt.y")),
    (
      "cycle.p",
      circuit.nth("cycle-before.x", 0),
      circuit.nth("cycle-before.y", 0),
    ),
    (
      "cycle.q",
      circuit.nth("cycle-before.x", 1),
      circuit.nth("cycle-before.y", 1),
    ),
  ];
  let special = points
    .iter()
    .flat_map(|(scope, x, y)| off_curve(&circuit, scope, *x, *y, b))
    .collect();
  let elsewhere = [
    "first.start",
    "cycle.pt.neutral.y",
    "cycle.p.neutral.y",
    "cycle.q.neutral.y",
  ];
  every_group_breaks_alone(&circuit, &special, &elsewhere);

  // A flag for (0, y): that a neutral point's y is 0 follows from y² = x³ too; both groups break.
  for (scope, x, y) in &points[1..] {
    let broken = circuit.broken(&[(*x, Fr::ZERO), (*y, Fr::ONE)].into());
    let expected = ["neutral.y", "on-curve.y^2"].map(|row| format!("{scope}.{row}"));
    assert_eq!(broken, expected.into_iter().collect());
  }

  // Only a first step compares its start.
  let first = augmentation(0);
  let start = first.wire("start");
  assert_eq!(first.broken(&plus_one(&first, start)), names(&["first.start"]));
  assert_eq!(circuit.broken(&plus_one(&circuit, circuit.wire("start"))), names(&[]));
}

#[test]
fn every_group_of_cyclefold() {
  let point = |scalar: u64| (G::generator() * Fr::from(scalar)).to_affine();
  let circuit = cyclefold(Bits(0x1234_5678_9abc_def0_0fed_cba9_8765_4321), &point(3), &point(11));
  // Public values: s, t, then x and y of three points.
  let b = Fq::from(3);
  let mut special: BTreeMap<String, Edits<Fq>> = off_curve(&circuit, "second", 5, 6, b).into_iter().collect();
  special.extend(off_curve(&circuit, "sum", 3, 4, b));
  every_group_breaks_alone(&circuit, &special, &["sum.neutral.y"]);
  let broken = circuit.broken(&[(3, Fq::ZERO), (4, Fq::ONE)].into());
  assert_eq!(broken, names(&["sum.neutral.y", "sum.on-curve.y^2"]));
}
