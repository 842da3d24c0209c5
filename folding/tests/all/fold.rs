//! Setting up, folding, keeping, compressing and verifying, and all the ways in which each must refuse.

use crate::common::{Contracted, R1csFile, Temporary, World, set_up, start, unwatched, witness};
use rayon::prelude::*;
use std::{
  fs,
  sync::atomic::{AtomicBool, Ordering},
};
use wsc_folding::{
  curves::Fr,
  error::{Code, Result},
  field,
  scheme::{FoldingScheme, Watch},
  session::{self, Fold, Prover},
  verifying::VerifyingKey,
};

fn z0() -> Vec<u8> {
  field::encode_vec(&start())
}

/// A fold of some steps and the state that it must have.
fn folded<S: FoldingScheme>(world: &World<S>, steps: u64) -> (Fold<S>, [Fr; 2]) {
  let mut fold = world.prover.begin(&z0()).unwrap();
  let mut state = start();
  for x in 0..steps {
    let (bytes, next) = witness(state, x);
    fold.fold(&bytes).unwrap();
    state = next;
    assert_eq!(fold.state(), field::encode_vec(&state));
    assert_eq!(fold.steps(), x + 1);
  }
  (fold, state)
}

fn compress<S: FoldingScheme>(fold: &Fold<S>) -> Result<Vec<u8>> {
  unwatched(|watch| fold.compress(watch))
}

fn code<T>(result: Result<T>) -> Code {
  result.map(|_| ()).expect_err("must be refused").code
}

pub fn proof_of_some_steps<S: Contracted>() {
  let world = S::world();
  let verifier = S::VerifyingKey::load(&world.key, None).unwrap();
  assert_eq!(verifier.info().key_id, world.prover.info.key_id);
  for steps in [1, 2, 5] {
    let (fold, state) = folded(world, steps);
    let proof = compress(&fold).unwrap();
    assert_eq!(proof.len(), verifier.proof_len());
    assert_eq!(
      verifier.verify(&proof, steps, &z0()).unwrap(),
      field::encode_vec(&state)
    );
    // The same proof for another claim.
    for wrong in [steps - 1, steps + 1, 0, u64::MAX] {
      assert_eq!(code(verifier.verify(&proof, wrong, &z0())), Code::ProofInvalid);
    }
    let mut other = z0();
    other[0] ^= 1;
    for start in [&other[..], &other[..32], &[], &[0xff; 64]] {
      assert_eq!(code(verifier.verify(&proof, steps, start)), Code::ProofInvalid);
    }
  }
}

pub fn flipped_bytes_are_refused<S: Contracted>() {
  let world = S::world();
  let verifier = S::VerifyingKey::load(&world.key, None).unwrap();
  let proof = compress(&folded(world, 3).0).unwrap();
  // A verification takes some 50 ms: every byte with WSC_SOAK set, else a coprime stride that meets every kind of part.
  let stride = if std::env::var_os("WSC_SOAK").is_some() { 1 } else { 29 };
  (0..proof.len()).into_par_iter().step_by(stride).for_each(|at| {
    let mut bad = proof.clone();
    bad[at] ^= 1 << (at % 8);
    let code = code(verifier.verify(&bad, 3, &z0()));
    assert!(matches!(code, Code::ProofInvalid | Code::ProofMalformed), "byte {at}");
  });
  assert_eq!(
    code(verifier.verify(&proof[..proof.len() - 1], 3, &z0())),
    Code::ProofMalformed
  );
  assert_eq!(
    code(verifier.verify(&[&proof[..], &[0]].concat(), 3, &z0())),
    Code::ProofMalformed
  );
  assert_eq!(code(verifier.verify(&[], 3, &z0())), Code::ProofMalformed);
}

pub fn a_bad_witness_leaves_the_fold_as_it_was<S: Contracted>() {
  let world = S::world();
  for steps in [0, 2] {
    let (mut fold, state) = folded(world, steps);
    let before = fold.state();
    let (good, _) = witness(state, 9);
    let mut broken = good.clone();
    broken[6 * 32] ^= 1;
    let (elsewhere, _) = witness([state[0] + Fr::from(1), state[1]], 9);
    for bad in [&broken, &elsewhere, &good[..32].to_vec()] {
      assert_eq!(code(fold.fold(bad)), Code::Witness);
      assert_eq!((fold.steps(), fold.state()), (steps, before.clone()));
    }
    fold.fold(&good).unwrap();
    let verifier = S::VerifyingKey::load(&world.key, None).unwrap();
    verifier.verify(&compress(&fold).unwrap(), steps + 1, &z0()).unwrap();
  }
}

pub fn nothing_folded_is_no_proof<S: Contracted>() {
  let world = S::world();
  assert_eq!(code(compress(&world.prover.begin(&z0()).unwrap())), Code::Accumulator);
  assert_eq!(code(world.prover.begin(&z0()[..32])), Code::Witness);
  assert_eq!(code(world.prover.begin(&[0xff; 64])), Code::Witness);
}

pub fn saved_and_restored<S: Contracted>() {
  let world = S::world();
  for steps in [0, 1, 3] {
    let (fold, state) = folded(world, steps);
    let saved = fold.save().unwrap();
    let mut again = world.prover.restore(&saved, &z0()).unwrap();
    assert_eq!((again.steps(), again.state()), (steps, fold.state()));
    let (bytes, next) = witness(state, 77);
    again.fold(&bytes).unwrap();
    let verifier = S::VerifyingKey::load(&world.key, None).unwrap();
    let proved = verifier.verify(&compress(&again).unwrap(), steps + 1, &z0()).unwrap();
    assert_eq!(proved, field::encode_vec(&next));
  }
}

pub fn forks_go_their_own_ways<S: Contracted>() {
  let world = S::world();
  for steps in [0, 2] {
    let (mut fold, state) = folded(world, steps);
    let mut fork = fold.fork();
    fold.fold(&witness(state, 77).0).unwrap();
    assert_eq!((fork.steps(), fork.state()), (steps, field::encode_vec(&state)));
    let (bytes, next) = witness(state, 78);
    fork.fold(&bytes).unwrap();
    let verifier = S::VerifyingKey::load(&world.key, None).unwrap();
    let proved = verifier.verify(&compress(&fork).unwrap(), steps + 1, &z0()).unwrap();
    assert_eq!(proved, field::encode_vec(&next));
  }
}

pub fn a_spoilt_accumulator_is_refused<S: Contracted>() {
  let world = S::world();
  let saved = folded(world, 2).0.save().unwrap();
  let mut other = z0();
  other[0] ^= 1;
  assert_eq!(code(world.prover.restore(&saved, &other)), Code::Accumulator);
  for at in (0..saved.len()).step_by(saved.len() / 200) {
    let mut bad = saved.clone();
    bad[at] ^= 1;
    assert_eq!(code(world.prover.restore(&bad, &z0())), Code::Accumulator, "byte {at}");
    assert_eq!(code(world.prover.restore(&saved[..at], &z0())), Code::Accumulator);
  }
  assert_eq!(
    code(world.prover.restore(&[&saved[..], &[0]].concat(), &z0())),
    Code::Accumulator
  );
}

/// With its checksum made good again, a spoilt accumulator must still fail: by structure or because it does not hold.
pub fn a_forged_accumulator_is_refused<S: Contracted>() {
  let world = S::world();
  let saved = folded(world, 2).0.save().unwrap();
  let reseal = |mut bytes: Vec<u8>| {
    use sha2::{Digest, Sha256};
    let end = bytes.len() - 32;
    let length = (end - 20) as u64;
    bytes[12..20].copy_from_slice(&length.to_le_bytes());
    let sum = Sha256::digest(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum);
    bytes
  };
  assert!(world.prover.restore(&reseal(saved.clone()), &z0()).is_ok());
  let body = 20;
  for at in (body..saved.len() - 32).step_by((saved.len() - 60) / 60) {
    let mut bad = saved.clone();
    bad[at] ^= 1;
    assert_eq!(
      code(world.prover.restore(&reseal(bad), &z0())),
      Code::Accumulator,
      "byte {at}"
    );
  }
  // Lengths of vectors, number of steps, an empty scheme part.
  for (at, value) in [
    (body + 32, 3u64),
    (body + 32, 0),
    (body + 44 + 64, 1),
    (body + 44 + 64, u64::MAX),
  ] {
    let mut bad = saved.clone();
    bad[at..at + 8].copy_from_slice(&value.to_le_bytes());
    assert_eq!(code(world.prover.restore(&reseal(bad), &z0())), Code::Accumulator);
  }
  let cut = [&saved[..body + 44 + 64], &[0; 32]].concat();
  assert_eq!(code(world.prover.restore(&reseal(cut), &z0())), Code::Accumulator);
}

pub fn parameters_of_another_circuit_or_damaged<S: Contracted>() {
  let world = S::world();
  let other = world.directory.0.join("other.r1cs");
  let mut file = R1csFile::new();
  file.constraints[8] = 2; // (2a + x)·(a + x)
  fs::write(&other, file.bytes()).unwrap();
  assert_eq!(code(Prover::<S>::load(&world.directory.0, &other)), Code::Key);
  assert_eq!(code(Prover::<S>::load(&world.directory.0, &world.powers)), Code::R1cs);
  assert_eq!(
    code(Prover::<S>::load(&world.directory.0.join("none"), &world.circuit)),
    Code::Io
  );

  let spoilt = Temporary::new(&format!("spoilt-{}", S::POWER));
  let bytes = fs::read(world.directory.0.join("params.bin")).unwrap();
  for at in [0, 8, 12, 30, bytes.len() / 2, bytes.len() - 1] {
    let mut bad = bytes.clone();
    bad[at] ^= 1;
    fs::write(spoilt.0.join("params.bin"), &bad).unwrap();
    assert_eq!(
      code(Prover::<S>::load(&spoilt.0, &world.circuit)),
      Code::Key,
      "byte {at}"
    );
  }
  fs::write(spoilt.0.join("params.bin"), &bytes[..bytes.len() / 2]).unwrap();
  assert_eq!(code(Prover::<S>::load(&spoilt.0, &world.circuit)), Code::Key);
}

pub fn setting_up_refuses_and_stops<S: Contracted>() {
  let world = S::world();
  let out = Temporary::new(&format!("out-{}", S::POWER));
  assert_eq!(code(set_up::<S>(&world.powers, &world.powers, &out.0)), Code::R1cs);
  assert_eq!(code(set_up::<S>(&world.circuit, &world.circuit, &out.0)), Code::Ptau);
  assert_eq!(code(set_up::<S>(&world.circuit, &out.0.join("none"), &out.0)), Code::Io);
  let small = out.0.join("small.ptau");
  wsc_folding::ptau::write_dev_ptau(&small, 10, &mut |_, _| true).unwrap();
  assert_eq!(code(set_up::<S>(&world.circuit, &small, &out.0)), Code::Ptau);
  assert_eq!(
    code(set_up::<S>(&world.circuit, &world.powers, &out.0.join("none"))),
    Code::Io
  );

  let stop = AtomicBool::new(false);
  let stopping = |stage: &str, _: u32, _: u32| stop.store(stage == "parameters", Ordering::Relaxed);
  let watch = Watch {
    report: &stopping,
    stop: &stop,
  };
  let stopped = session::set_up::<S>(&world.circuit, &world.powers, &out.0, None, watch);
  assert_eq!(code(stopped), Code::Aborted);
  assert!(!out.0.join("params.bin").exists());
}

/// The same circuit and powers give the same key everywhere.
pub fn setting_up_is_reproducible<S: Contracted>() {
  let world = S::world();
  let out = Temporary::new(&format!("again-{}", S::POWER));
  let info = set_up::<S>(&world.circuit, &world.powers, &out.0).unwrap();
  assert_eq!(info, world.prover.info);
  assert_eq!(fs::read(out.0.join("verifier.key")).unwrap(), world.key);
}
