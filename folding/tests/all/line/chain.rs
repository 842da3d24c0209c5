//! Chains of a small step circuit: every state is complete, and nothing in one can be changed.

use super::scene::{chain, compressed, parameters, verifier_key};
use ff::Field;
use halo2curves::{bn256::G1Affine, group::Curve, grumpkin::G1Affine as H};
use wsc_folding::curves::{Fq, Fr};
use wsc_folding::line::{
  cyclefold::instance::CycleRunning,
  prover::ivc::Accumulator,
  relation::Running,
  verifier::{proof, verify::verify},
};

#[test]
fn every_length_holds() {
  for steps in 1..=5 {
    let accumulator = chain(steps);
    assert_eq!(accumulator.n, steps);
    assert_eq!(accumulator.broken(parameters()), None);
  }
}

#[test]
fn nothing_can_be_changed() {
  let honest = chain(3);
  assert_eq!(honest.broken(parameters()), None);
  type Change = (&'static str, Box<dyn Fn(&mut Accumulator)>);
  let one = Fr::ONE;
  let changes: Vec<Change> = vec![
    ("the number of steps", Box::new(|a| a.n = 0)),
    ("the number of steps", Box::new(|a| a.n = (1 << 38) + 1)),
    ("the hash of the last step", Box::new(|a| a.n = 4)),
    ("the length of a vector", Box::new(|a| a.zn.push(Fr::ZERO))),
    ("the length of a vector", Box::new(|a| a.running.beta.truncate(3))),
    ("the length of a witness", Box::new(|a| a.witness.w.truncate(9))),
    (
      "a point",
      Box::new(|a| a.running.c = G1Affine { x: Fq::ONE, y: Fq::ONE }),
    ),
    ("a point", Box::new(|a| a.cycle.q = H { x: Fr::ONE, y: Fr::ONE })),
    ("the bounds of CycleFold's sums", Box::new(|a| a.cycle.x[2] = -Fr::ONE)),
    (
      "the bounds of CycleFold's sums",
      Box::new(|a| a.cycle.u = Fr::from(2).pow_vartime([168])),
    ),
    ("the hash of the last step", Box::new(move |a| a.z0[0] += one)),
    ("the hash of the last step", Box::new(move |a| a.zn[1] += one)),
    ("the hash of the last step", Box::new(move |a| a.running.u += one)),
    ("the hash of the last step", Box::new(move |a| a.running.x += one)),
    ("the hash of the last step", Box::new(move |a| a.running.e += one)),
    ("the hash of the last step", Box::new(move |a| a.running.beta[3] += one)),
    (
      "the hash of the last step",
      Box::new(|a| a.running.c = (a.running.c + a.running.c).to_affine()),
    ),
    (
      "the hash of the last step",
      Box::new(|a| a.cycle.p = (a.cycle.p + a.cycle.p).to_affine()),
    ),
    ("the hash of the last step", Box::new(move |a| a.cycle.x[19] += one)),
    ("the hash of the last step", Box::new(move |a| a.cycle.u += one)),
    ("the hash of the last step", Box::new(move |a| a.incoming.x += one)),
    (
      "a row of the last step",
      Box::new(move |a| a.incoming_witness[2] += one),
    ),
    (
      "the commitment of the last step",
      Box::new(|a| a.incoming.c = (a.incoming.c + a.incoming.c).to_affine()),
    ),
    (
      "the running instance's claim",
      Box::new(move |a| a.witness.w[30] += one),
    ),
    (
      "a row of CycleFold's relation",
      Box::new(|a| a.cycle_witness.w[5] += Fq::ONE),
    ),
    (
      "a row of CycleFold's relation",
      Box::new(|a| a.cycle_witness.e[5] += Fq::ONE),
    ),
  ];
  for (reason, change) in changes {
    let mut altered = honest.clone();
    change(&mut altered);
    assert_eq!(altered.broken(parameters()), Some(reason));
  }
}

/// After one step nothing is folded yet: the default instances, and no others.
#[test]
fn a_first_step_has_the_default_instances() {
  let honest = chain(1);
  assert_eq!(honest.running, Running::default_of(parameters().layout.log_rows));
  assert_eq!(honest.cycle, CycleRunning::default());
  let mut altered = honest.clone();
  altered.running.e = Fr::ONE;
  assert_eq!(altered.broken(parameters()), Some("the instances of a first step"));
  let mut altered = honest.clone();
  altered.cycle.x[0] = Fr::ONE;
  assert_eq!(altered.broken(parameters()), Some("the instances of a first step"));
}

/// The unused columns of a witness are free; a commitment to other values there is another commitment.
#[test]
fn a_commitment_covers_unused_columns() {
  let mut altered = chain(2);
  let last = altered.incoming_witness.len() - 1;
  altered.incoming_witness[last] += Fr::ONE;
  assert_eq!(altered.broken(parameters()), Some("the commitment of the last step"));
}

#[test]
fn compressed_proofs_verify_at_every_length() {
  let key = verifier_key();
  for steps in 1..=4 {
    let accumulator = chain(steps);
    let bytes = compressed(&accumulator).encode();
    assert_eq!(bytes.len(), proof::length(&key.layout));
    assert_eq!(verify(&key, &bytes, steps, &accumulator.z0).unwrap(), accumulator.zn);
    assert!(verify(&key, &bytes, steps + 1, &accumulator.z0).is_err());
    assert!(verify(&key, &bytes, steps, &accumulator.zn).is_err());
  }
}

/// Every word of a proof, altered in its lowest bit: refused, each by a named check.
#[test]
fn every_word_of_a_proof_counts() {
  let key = verifier_key();
  let accumulator = chain(3);
  let bytes = compressed(&accumulator).encode();
  let mut reasons = std::collections::BTreeMap::new();
  for word in 0..bytes.len() / 32 {
    let mut altered = bytes.clone();
    altered[32 * word] ^= 1;
    let error = verify(&key, &altered, 3, &accumulator.z0).unwrap_err();
    *reasons.entry(error.message).or_insert(0) += 1;
  }
  println!("{reasons:#?}");
}

/// The bus: arity 10, 2^17 rows.
#[test]
fn a_proof_of_the_bus_has_7904_bytes() {
  let layout = wsc_folding::line::layout::Layout {
    arity: 10,
    log_rows: 17,
    step_wires: 107_000,
  };
  assert_eq!(proof::length(&layout), 7_584 + 320);
}
