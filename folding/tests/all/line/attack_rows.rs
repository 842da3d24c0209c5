//! Attacks on the circuits themselves (folding-scheme §12, items 7 to 11, 13 and 17): each a complete witness in which all
//! that can be kept is kept, so that exactly the named rows refuse it. The untouched one breaks none (determined.rs).

use super::written::{Written, augmentation, cyclefold};
use ff::{Field, PrimeField};
use halo2curves::{
  bn256::{Fq, Fr, G1Affine as G},
  group::Curve,
};
use std::collections::{BTreeSet, HashMap};
use wsc_folding::line::{
  curve::{ENDOMORPHISM, LIMB_BITS},
  sponge::challenge::Bits,
};

fn rows(list: &[&str]) -> BTreeSet<String> {
  list.iter().map(|name| name.to_string()).collect()
}

/// The bits of γ's or r's squeeze, low first, and the number that they give.
fn squeeze(circuit: &Written<Fr>, name: &str) -> (Vec<u32>, Fr) {
  let step = circuit
    .steps
    .iter()
    .find(|step| circuit.name(step.columns[0]) == name && step.columns.len() == 254);
  let columns = step.unwrap().columns.clone();
  let two = Fr::from(2);
  let value = columns
    .iter()
    .rev()
    .fold(Fr::ZERO, |sum, column| sum * two + circuit.honest[column]);
  (columns, value)
}

/// Item 7. The bits of a squeeze are those of the number below p, each is a bit, and each has its place.
#[test]
fn bits_of_a_challenge() {
  for name in ["fold.gamma.bit", "cycle.r.bit"] {
    // p more is a number of 254 bits where the squeeze is small: of the first steps one is.
    let (circuit, columns, value) = (1..20)
      .map(|i| {
        let circuit = augmentation(i);
        let (columns, value) = squeeze(&circuit, name);
        (circuit, columns, value)
      })
      .find(|(_, _, value)| value.to_repr().as_ref()[31] < 0x0e)
      .unwrap();
    let mut carry = 1u16; // p = (p − 1) + 1
    let (repr, most) = (value.to_repr(), (-Fr::ONE).to_repr());
    let second: Vec<u8> = repr
      .as_ref()
      .iter()
      .zip(most.as_ref())
      .map(|(a, b)| {
        let sum = u16::from(*a) + u16::from(*b) + carry;
        carry = sum >> 8;
        sum as u8
      })
      .collect();
    assert!(carry == 0 && second[31] < 0x40);
    let edits: HashMap<u32, Fr> = columns
      .iter()
      .enumerate()
      .map(|(at, column)| (*column, Fr::from(u64::from(second[at / 8] >> (at % 8) & 1))))
      .collect();
    assert_eq!(circuit.broken(&edits), rows(&[name]));

    // s and t′ swapped, or one bit moved: another number.
    let packed = name.replace(".bit", ".packed");
    let mut edits = HashMap::new();
    for at in 0..64 {
      edits.insert(columns[at], circuit.honest[&columns[64 + at]]);
      edits.insert(columns[64 + at], circuit.honest[&columns[at]]);
    }
    assert_eq!(circuit.broken(&edits), rows(&[&packed]));
    // Not a bit: what two bits lack or have too much.
    let edits = HashMap::from([
      (columns[3], circuit.honest[&columns[3]] + Fr::from(2)),
      (columns[4], circuit.honest[&columns[4]] - Fr::ONE),
    ]);
    assert_eq!(circuit.broken(&edits), rows(&[name]));
  }
}

/// Item 8. Limbs have 85 bits, in every step, of all three points.
#[test]
fn limbs_of_points() {
  let circuit = augmentation(2);
  for name in ["running-before.limb", "c2.limb", "sum.limb"] {
    let columns: Vec<u32> = (0..6 * LIMB_BITS).map(|at| circuit.nth(name, at)).collect();
    let honest = |at: usize| circuit.honest[&columns[at]];
    // 2^85 carried from the second limb to the first: the same coordinate.
    let carried = HashMap::from([
      (columns[84], honest(84) + Fr::from(2)),
      (columns[85], honest(85) - Fr::ONE),
    ]);
    assert_eq!(circuit.broken(&carried), rows(&[name]));
    // ½ and ⅓ mod p, 2^85.
    let limb = (0..LIMB_BITS).rev().fold(Fr::ZERO, |sum, at| sum.double() + honest(at));
    for wanted in [
      Fr::from(2).invert().unwrap(),
      Fr::from(3).invert().unwrap(),
      Fr::from(2).pow_vartime([85]),
      -Fr::ONE,
    ] {
      let edits = HashMap::from([(columns[0], honest(0) + wanted - limb)]);
      assert_eq!(circuit.broken(&edits), rows(&[name]));
    }
  }
}

/// Item 9. Sums near p, or one bit too long, cannot even be written.
#[test]
fn sums_out_of_range() {
  let circuit = augmentation(2);
  for (name, bits, first) in [
    ("cycle-before.sum", 232, 0),
    ("cycle-before.sum", 253, 2 * 232),
    ("cycle-before.u", 168, 0),
  ] {
    let columns: Vec<u32> = (0..bits).map(|at| circuit.nth(name, first + at)).collect();
    let sum = columns
      .iter()
      .rev()
      .fold(Fr::ZERO, |sum, column| sum.double() + circuit.honest[column]);
    for wanted in [-Fr::ONE, -Fr::from(1 << 40), Fr::from(2).pow_vartime([bits as u64])] {
      let edits = HashMap::from([(columns[0], circuit.honest[&columns[0]] + wanted - sum)]);
      assert_eq!(circuit.broken(&edits), rows(&[name]));
    }
  }
}

fn point(scalar: u64) -> G {
  (G::generator() * Fr::from(scalar)).to_affine()
}

const GAMMA: Bits = Bits(0x1234_5678_9abc_def0_0fed_cba9_8765_4321);

/// Items 10 and 11 on G: points that are none, sums that would be doublings.
#[test]
fn points_of_cyclefold() {
  let circuit = cyclefold(GAMMA, &point(3), &point(11));
  let (x1, y1, x2, y2) = (3u32, 4u32, 5u32, 6u32);
  let told = |edits: &[(u32, Fq)]| circuit.broken(&edits.iter().copied().collect());
  // The second point neutral, off the curve, on a twist (y² = x³ + 4).
  let off = rows(&["second.on-curve.y^2"]);
  assert_eq!(told(&[(x2, Fq::ZERO), (y2, Fq::ZERO)]), off);
  assert_eq!(told(&[(y2, circuit.honest[&y2] + Fq::ONE)]), off);
  let twisted = (1..)
    .find_map(|x| Option::<Fq>::from((Fq::from(x * x * x) + Fq::from(4)).sqrt()).map(|y| (x, y)))
    .unwrap();
  assert_eq!(told(&[(x2, Fq::from(twisted.0)), (y2, twisted.1)]), off);
  // The first point (x, 0), and one that lies on the line through R = γ·second with slope 5 and on no curve of ours.
  let off = rows(&["sum.on-curve.y^2"]);
  assert_eq!(told(&[(y1, Fq::ZERO)]), off);
  let r = (point(11) * GAMMA.gamma()).to_affine();
  let x = Fq::from(25) - r.x.double();
  assert_eq!(told(&[(x1, x), (y1, r.y + Fq::from(5) * (x - r.x))]), off);

  // The first point is ±γ·second: for + any slope would do but for the row `apart`.
  let same = cyclefold(GAMMA, &r, &point(11));
  assert_eq!(same.broken(&HashMap::new()), rows(&["sum.apart"]));
  let slope = same.wire("sum.slope");
  assert_eq!(
    same.broken(&HashMap::from([(slope, Fq::from(9))])),
    rows(&["sum.apart"])
  );
  let opposite = cyclefold(GAMMA, &-r, &point(11));
  assert_eq!(opposite.broken(&HashMap::new()), rows(&["sum.apart", "sum.slope"]));

  // Item 17: λ² in λ's place gives another sum.
  let wrong = {
    let (s, t) = (GAMMA.s(), GAMMA.t());
    let lambda = ENDOMORPHISM.lambda.square();
    (0..64).rev().fold((Fr::ONE + lambda).double(), |sum, j| {
      let digit = if s >> j & 1 == 0 {
        Fr::ONE + lambda
      } else {
        Fr::ONE - lambda
      };
      sum.double() + if t >> j & 1 == 1 { digit } else { -digit }
    })
  };
  let sum = (point(11) * wrong + point(3)).to_affine();
  assert_eq!(told(&[(7, sum.x), (8, sum.y)]), rows(&["sum.sum-x", "sum.sum-y"]));
}

/// Items 10 and 11 on H.
#[test]
fn points_of_the_augmentation() {
  let circuit = augmentation(3);
  let (x, y) = (circuit.wire("cycle.p2.x"), circuit.wire("cycle.p2.y"));
  let neutral = HashMap::from([(x, Fr::ZERO), (y, Fr::ZERO)]);
  assert_eq!(circuit.broken(&neutral), rows(&["cycle.p2.on-curve.y^2"]));
  // P_T neutral is a point's absence and allowed: that T′ = 0 then is the decider's affair (attack_cycle.rs).
  let (x, y) = (circuit.wire("cycle.pt.x"), circuit.wire("cycle.pt.y"));
  assert_eq!(
    circuit.broken(&HashMap::from([(x, Fr::ZERO), (y, Fr::ZERO)])),
    rows(&[])
  );
  for (point, x, y) in [
    ("p", circuit.nth("cycle-before.x", 0), circuit.nth("cycle-before.y", 0)),
    ("q", circuit.nth("cycle-before.x", 1), circuit.nth("cycle-before.y", 1)),
  ] {
    let off = format!("cycle.{point}.on-curve.y^2");
    assert_eq!(circuit.broken(&HashMap::from([(y, Fr::ZERO)])), rows(&[&off]), "(x, 0)");
    assert_eq!(
      circuit.broken(&HashMap::from([(x, circuit.honest[&x] + Fr::ONE)])),
      rows(&[&off])
    );
  }
  // V.P = r·P₂ for an r that the bits are made to give: no slope may be chosen freely even then.
  let (columns, _) = squeeze(&circuit, "cycle.r.bit");
  let p2 = wsc_folding::line::curve::H {
    x: circuit.honest[&circuit.wire("cycle.p2.x")],
    y: circuit.honest[&circuit.wire("cycle.p2.y")],
  };
  let r = Bits(99);
  let multiple = (p2 * r.r_in_k()).to_affine();
  let mut edits: HashMap<u32, Fr> = columns
    .iter()
    .enumerate()
    .map(|(at, column)| (*column, Fr::from(if at < 7 { 99 >> at & 1 } else { 0 })))
    .collect();
  edits.insert(circuit.nth("cycle-before.x", 0), multiple.x);
  edits.insert(circuit.nth("cycle-before.y", 0), multiple.y);
  assert_eq!(circuit.broken(&edits), rows(&["cycle.r.packed", "cycle.p.apart"]));
}

/// Item 13. What makes a first step one, and what it starts from.
#[test]
fn the_base_case() {
  let first = augmentation(0);
  let later = augmentation(2);
  // At i = 0 the instances after the step are the default ones, whatever the fold gives.
  for name in ["running.chosen", "cycle-running.chosen"] {
    for n in [0, 1, 7, 20] {
      let chosen = first.nth(name, n);
      assert_eq!(first.honest[&chosen], Fr::ZERO);
      assert_eq!(first.broken(&HashMap::from([(chosen, Fr::ONE)])), rows(&[name]));
    }
  }
  // Other instances, messages and points going in: nothing of them comes out.
  let out = |edits: &HashMap<u32, Fr>| first.system.replay(&first.steps, &first.told, edits)[1];
  let edits = HashMap::from([
    (first.wire("running-before.u"), Fr::ONE),
    (first.wire("fold.cross"), Fr::ONE),
  ]);
  assert_eq!(first.broken(&edits), rows(&[]));
  assert_eq!(out(&edits), first.honest[&1]);
  // Another first state, other parameters.
  let start = rows(&["first.start"]);
  for name in ["start", "pp"] {
    let column = first.wire(name);
    assert_eq!(
      first.broken(&HashMap::from([(column, first.honest[&column] + Fr::ONE)])),
      start
    );
  }
  // The flag of a first step at i = 2, and none at i = 0.
  let flag = later.wire("first.i") + 1;
  assert_eq!(later.honest[&flag], Fr::ZERO);
  assert!(
    later
      .broken(&HashMap::from([(flag, Fr::ONE), (flag - 1, Fr::ZERO)]))
      .contains("first.i")
  );
  assert_eq!(
    first.broken(&HashMap::from([(flag, Fr::ZERO), (flag - 1, Fr::ZERO)])),
    rows(&["first.i"])
  );
  // i = p − 1 goes on to 0 and is allowed: n = 0 is the verifier's to refuse, and a step from 0 starts anew.
  let i = later.wire("i");
  assert_eq!(later.broken(&HashMap::from([(i, -Fr::ONE)])), rows(&[]));
}
