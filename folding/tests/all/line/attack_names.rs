//! Second names of points (folding-scheme §12, item 12), carried through folds, compression and the product's verifier.

use super::{
  by_hand::{Engine, Named},
  forger::{OUTER, accepted, judged, refused, rehashed},
  scene::{chain, compressed, parameters, start},
  textbook::CONSTANTS,
  written::augmentation,
};
use ff::{Field, PrimeField};
use wsc_folding::curves::{Fq, Fr};
use wsc_folding::line::{
  curve::{G, LIMB_BITS, LIMBS, PointLimbs, point_limbs},
  sponge::poseidon::PARAMETERS,
};

fn engine() -> Engine<'static> {
  Engine {
    parameters: parameters(),
    constants: &CONSTANTS,
    permutation: &PARAMETERS,
  }
}

/// Another name of a point: x + `times`·q, or y + `times`·q, in place of x or y. All fit into the 255 bits of three limbs.
fn named(point: &G, times: usize) -> PointLimbs {
  let mut name = point_limbs(point);
  let coordinates = [point.x, point.y].map(|coordinate| plus_modulus(&coordinate, times));
  // x + 2q may be too long; then y's is taken.
  let (at, bytes) = coordinates
    .iter()
    .enumerate()
    .find_map(|(at, bytes)| Some((at, bytes.as_ref()?)))
    .unwrap();
  for (limb, name) in name[LIMBS * at..][..LIMBS].iter_mut().enumerate() {
    let bits = (LIMB_BITS * limb..LIMB_BITS * (limb + 1)).rev();
    *name = bits.fold(Fr::ZERO, |value, at| {
      value.double() + Fr::from(u64::from(bytes[at / 8] >> (at % 8) & 1))
    });
  }
  assert_ne!(name, point_limbs(point));
  name
}

/// value + times·q as an integer of at most 255 bits.
fn plus_modulus(value: &Fq, times: usize) -> Option<[u8; 32]> {
  let most = (-Fq::ONE).to_repr();
  let mut sum: [u8; 32] = value.to_repr().as_ref().try_into().unwrap();
  for _ in 0..times {
    let mut carry = 1u16; // q = (q − 1) + 1
    for (byte, more) in sum.iter_mut().zip(most.as_ref()) {
      carry += u16::from(*byte) + u16::from(*more);
      *byte = carry as u8;
      carry >>= 8;
    }
    if carry > 0 || sum[31] >> 7 > 0 {
      return None;
    }
  }
  Some(sum)
}

fn second_name(point: &G) -> PointLimbs {
  named(point, 1)
}

fn third_name(point: &G) -> PointLimbs {
  named(point, 2)
}

/// The rows take another name. What the circuit hashes then is not what a verifier, who hashes canonical coordinates,
/// expects of C*.
#[test]
fn no_row_minds_a_name() {
  let circuit = augmentation(2);
  for (wire, point) in [("c2.limb", chain(2).incoming.c), ("sum.limb", chain(3).running.c)] {
    for name in [second_name(&point), third_name(&point)] {
      let bits = name.iter().flat_map(|limb| {
        let repr = limb.to_repr();
        (0..LIMB_BITS).map(move |at| repr.as_ref()[at / 8] >> (at % 8) & 1)
      });
      let edits = bits
        .enumerate()
        .map(|(at, bit)| (circuit.nth(wire, at), Fr::from(u64::from(bit))))
        .collect();
      assert_eq!(circuit.broken(&edits), Default::default());
      let values = circuit.system.replay(&circuit.steps, &circuit.told, &edits);
      assert_ne!(values[1], circuit.honest[&1], "the io hash");
    }
  }
}

/// By hand and with honest names the chain is the engine's.
#[test]
fn the_same_by_hand() {
  let Named { accumulator, name } = engine().chain(&start(), 4);
  let honest = chain(4);
  assert_eq!(name, point_limbs(&honest.running.c));
  assert_eq!(
    (&accumulator.running, &accumulator.cycle),
    (&honest.running, &honest.cycle)
  );
  assert_eq!(accumulator.incoming, honest.incoming);
  assert_eq!(compressed(&accumulator).encode(), compressed(&honest).encode());
}

/// C₂ by its second name, in the midst of a chain and in its last fold: other challenges, the same points and state. The
/// proof is accepted, and what it proves is what the honest one does.
#[test]
fn a_second_name_of_c2_is_harmless() {
  let engine = engine();
  let honest = chain(4);
  let second = engine.chain(&start(), 2);
  let third = engine.step(&second, second_name, point_limbs);
  assert_ne!(third.accumulator.running.u, chain(3).running.u, "another γ");
  for last in [point_limbs, second_name, third_name] {
    let fourth = engine.step(&third, last, point_limbs).accumulator;
    accepted(&fourth);
    assert_eq!(
      (fourth.zn, fourth.z0, fourth.n),
      (honest.zn.clone(), honest.z0.clone(), 4)
    );
  }
  accepted(&honest);
}

/// C* by its second name: while the next step calls it by that name too, nothing is lost; but whoever verifies hashes
/// canonical coordinates, so a chain does not end so.
#[test]
fn a_second_name_of_the_last_sum_is_refused() {
  let engine = engine();
  let second = engine.chain(&start(), 2);
  let ending = engine.step(&second, point_limbs, third_name);
  refused(&ending.accumulator, "the hash of the last step", OUTER);
  let third = engine.step(&second, point_limbs, second_name);
  let hash = "the hash of the last step";
  refused(&third.accumulator, hash, OUTER);
  refused(&rehashed(third.accumulator.clone()), "a row of the last step", OUTER);
  // Even the verifier's own messages do not help: the name is nowhere in a proof.
  let proof = compressed(&third.accumulator);
  assert_eq!(judged(&proof, &third.accumulator), Err(OUTER.into()));

  let fourth = engine.step(&third, point_limbs, point_limbs).accumulator;
  accepted(&fourth);
  assert_eq!(fourth.zn, chain(4).zn);
}
