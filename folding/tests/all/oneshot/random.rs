//! Random circuits: the verdict is the plain relation's.

use super::scene::Scene;
use crate::common::WeightedRow;
use ff::Field;
use rand_core::{RngCore, SeedableRng};
use wsc_folding::{curves::Fr, error::Code};

type Random = rand_chacha::ChaCha20Rng;

/// A random circuit and a run of it: rows over earlier wires, some of which fix a wire, some only hold.
fn random_circuit(random: &mut Random) -> ([u32; 4], Vec<WeightedRow>, Vec<Fr>) {
  let below = |random: &mut Random, n: u64| random.next_u64() % n;
  let value = |random: &mut Random| match random.next_u32() % 4 {
    0 => Fr::ZERO,
    1 => Fr::ONE,
    2 => -Fr::from(u64::from(random.next_u32() % 1000)),
    _ => Fr::random(random),
  };
  let inputs = 1 + below(random, 8) as usize;
  let (outputs, public) = (0u32, below(random, inputs as u64 + 1) as u32);
  let mut wires = vec![Fr::ONE];
  wires.extend((0..inputs).map(|_| value(random)));
  let combination = |random: &mut Random, wires: &[Fr]| -> Vec<(u32, Fr)> {
    (0..below(random, 4))
      .map(|_| (below(random, wires.len() as u64) as u32, value(random)))
      .collect()
  };
  let mut rows = Vec::new();
  for _ in 0..1 + below(random, 40) {
    let (a, b) = (combination(random, &wires), combination(random, &wires));
    let sum = |terms: &[(u32, Fr)]| -> Fr { terms.iter().map(|(wire, k)| *k * wires[*wire as usize]).sum() };
    let product = sum(&a) * sum(&b);
    if below(random, 3) > 0 || product.is_zero().into() {
      wires.push(product);
      rows.push([a, b, vec![(wires.len() as u32 - 1, Fr::ONE)]]);
    } else {
      rows.push([a, b, vec![(0, product)]]);
    }
  }
  let private = inputs as u32 - public;
  ([wires.len() as u32, outputs, public, private], rows, wires)
}

#[test]
fn agrees_with_the_relation_on_random_circuits() {
  let mut random = Random::seed_from_u64(1);
  let mut broken = 0;
  for round in 0..60 {
    let (counts, rows, wires) = random_circuit(&mut random);
    let scene = Scene::new(&format!("random-{round}"), counts, rows);
    assert!(scene.holds(&wires));
    let (proof, public) = scene.honest(&wires).unwrap();
    scene.verifier.verify(&proof, &public).unwrap();
    assert_eq!(scene.forge(scene.forgery(&wires)), proof, "round {round}");
    for _ in 0..4 {
      let mut other = wires.clone();
      let wire = 1 + (random.next_u64() % (wires.len() as u64 - 1)) as usize;
      other[wire] += Fr::ONE;
      let holds = scene.holds(&other);
      broken += usize::from(!holds);
      let refused = scene.honest(&other).map(|_| ()).err().map(|error| error.code);
      assert_eq!(refused, (!holds).then_some(Code::Witness), "round {round}");
      let forged = scene.forge(scene.forgery(&other));
      let verdict = scene.verify(&forged, &other[1..=scene.public]);
      assert_eq!(verdict.is_ok(), holds, "round {round}, wire {wire}");
    }
  }
  assert!(broken > 100, "{broken} of 240 runs are broken");
}
