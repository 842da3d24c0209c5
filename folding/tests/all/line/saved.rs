//! Line's own bytes: accumulators value by value, keys of other schemes, circuits that are too large.

use crate::common::{Contracted, R1csFile, start, witness};
use ff::PrimeField;
use halo2curves::grumpkin::G1Affine;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use wsc_folding::{
  error::{Code, Error},
  field,
  line::{
    prover::{generators, parameters::shape_of, scheme::Line},
    verifier::key::{GENERATORS, Verifier},
  },
  r1cs::R1cs,
  scheme::Watch,
  verifying::VerifyingKey,
};

/// Bytes before the scheme's own: the sealed head, key id, steps, arity, z₀.
const HEAD: usize = 20 + 44 + 64;
const VARIABLES: usize = 1 << 15;

/// An accumulator of three steps.
fn saved() -> Vec<u8> {
  let mut fold = Line::world().prover.begin(&field::encode_vec(&start())).unwrap();
  let mut state = start();
  for x in 0..3 {
    let (bytes, next) = witness(state, x);
    fold.fold(&bytes).unwrap();
    state = next;
  }
  fold.save().unwrap()
}

/// Restores an accumulator whose word `at` is another one, its checksum made good.
fn refused(saved: &[u8], at: usize, change: &dyn Fn(&mut [u8])) -> Error {
  let mut bytes = saved.to_vec();
  change(&mut bytes[HEAD + 32 * at..][..32]);
  let end = bytes.len() - 32;
  let sum = Sha256::digest(&bytes[..end]);
  bytes[end..].copy_from_slice(&sum);
  let restored = Line::world().prover.restore(&bytes, &field::encode_vec(&start()));
  let error = restored.map(|_| ()).expect_err("must be refused");
  assert_eq!(error.code, Code::Accumulator);
  error
}

#[test]
fn every_value_of_an_accumulator_counts() {
  let saved = saved();
  // z_n 2, U 4 + 15, W, u 2, w, V 3 + 20, W′, E′
  let running = 2;
  let w = running + 19;
  let incoming = w + VARIABLES;
  let cycle = incoming + 2 + VARIABLES;
  let cycle_w = cycle + 23;
  let cycle_e = cycle_w + 1024;
  assert_eq!(saved.len(), HEAD + 32 * (cycle_e + 1024) + 32);
  let low = |word: &mut [u8]| word[0] ^= 1;
  let hash = "the hash of the last step";
  for (at, reason) in [
    (0, hash),
    (1, hash),
    (running + 1, hash),
    (running + 2, hash),
    (running + 3, hash),
    (running + 4, hash),
    (running + 18, hash),
    (w, "the running instance's claim"),
    (incoming - 1, "the running instance's commitment"),
    (incoming + 1, hash),
    (incoming + 2, "a row of the last step"),
    (cycle - 1, "the commitment of the last step"),
    (cycle + 2, hash),
    (cycle + 3, hash),
    (cycle + 22, hash),
    (cycle_w, "a row of CycleFold's relation"),
    (cycle_e, "a row of CycleFold's relation"),
  ] {
    let error = refused(&saved, at, &low);
    assert!(error.message.ends_with(reason), "word {at}: {error}");
  }
  // Another point of the curve: y's parity.
  let other_y = |word: &mut [u8]| word[31] ^= 0x80;
  for (at, reason) in [
    (running, hash),
    (incoming, "the commitment of the last step"),
    (cycle, hash),
    (cycle + 1, hash),
  ] {
    let error = refused(&saved, at, &other_y);
    assert!(error.message.ends_with(reason), "word {at}: {error}");
    // The neutral element in a second encoding: no point has x = 0.
    let error = refused(&saved, at, &|word| {
      word.fill(0);
      word[31] = 0x80;
    });
    assert!(error.message.ends_with("is not on its curve"), "word {at}: {error}");
  }
  // A value and the same one plus p.
  for at in [0, running + 1, w + 7, incoming + 9, cycle + 4] {
    let error = refused(&saved, at, &|word| word.copy_from_slice(&plus_order(word)));
    assert!(error.message.ends_with("is not canonical"), "word {at}: {error}");
  }
}

/// A canonical number and p, which fit into 256 bits together.
fn plus_order(word: &[u8]) -> Vec<u8> {
  let mut carry = 0u16;
  let sum = word.iter().zip(field::MODULUS).map(|(a, b)| {
    carry += u16::from(*a) + u16::from(b);
    let byte = carry as u8;
    carry >>= 8;
    byte
  });
  sum.collect()
}

#[test]
fn an_accumulator_of_another_scheme_is_refused_by_its_version() {
  // Nova's were of version 1.
  let mut bytes = saved();
  assert_eq!(bytes[8..12], 2u32.to_le_bytes());
  bytes[8] = 1;
  let end = bytes.len() - 32;
  let sum = Sha256::digest(&bytes[..end]);
  bytes[end..].copy_from_slice(&sum);
  let restored = Line::world().prover.restore(&bytes, &field::encode_vec(&start()));
  let message = restored.map(|_| ()).unwrap_err().message;
  assert_eq!(message, "accumulator: written by another version");
}

#[test]
fn keys_and_proofs_of_another_scheme_are_refused() {
  let line = Line::world();
  // As a key of Nova's time begins, and of a one-shot proof's circuit; Line's own content after it.
  for other in [&b"WSC-KEY\x01\x11nova-snark 0.76.0"[..], b"WSC-ONE\x02"] {
    let key = [other, &line.key[other.len()..]].concat();
    let error = Verifier::load(&key, None).map(|_| ()).unwrap_err();
    assert_eq!(
      (error.code, error.message.as_str()),
      (Code::Key, "not a verifying key of this kind")
    );
  }
  let verifier = Verifier::load(&line.key, None).unwrap();
  // Nova's proofs had 10,240 bytes for the bus.
  for length in [0, line.proof.len() - 32, line.proof.len() + 32, 10_240] {
    let mut proof = line.proof.clone();
    proof.resize(length, 0);
    let error = verifier.verify(&proof, 1, &field::encode_vec(&start())).unwrap_err();
    assert_eq!(error.code, Code::ProofMalformed);
  }
}

#[test]
fn the_generators_are_the_pinned_ones() {
  // As a key has them, right after τ·G2.
  let key = &Line::world().key;
  let tau = wsc_folding::ptau::encode_g2(&wsc_folding::ptau::dev_tau_g2());
  let at = key.windows(tau.len()).position(|window| window == tau).unwrap() + tau.len();
  let derived = generators::derive();
  assert_eq!(derived.len(), GENERATORS);
  for (point, bytes) in derived.iter().zip(key[at..].chunks(64)) {
    let G1Affine { x, y } = point;
    assert_eq!([x.to_repr().as_ref(), y.to_repr().as_ref()].concat(), bytes);
  }
}

/// The circuit id is the same under other powers, the key id is not.
#[test]
fn the_circuit_id_leaves_out_the_powers() {
  let world = Line::world();
  let tau = wsc_folding::ptau::encode_g2(&wsc_folding::ptau::dev_tau_g2());
  let at = world.key.windows(tau.len()).position(|window| window == tau).unwrap();
  let mut other = world.key.clone();
  other[at..at + tau.len()].copy_from_slice(&wsc_folding::ptau::CEREMONY_TAU_G2);
  let (ours, theirs) = (
    Verifier::load(&world.key, None).unwrap(),
    Verifier::load(&other, None).unwrap(),
  );
  assert_eq!(ours.info().circuit_id, theirs.info().circuit_id);
  assert_ne!(ours.info().key_id, theirs.info().key_id);
  let mut circuit = world.key.clone();
  let coefficient = circuit.len() / 2;
  circuit[coefficient] ^= 1;
  if let Ok(other) = Verifier::load(&circuit, None) {
    assert_ne!(other.info().circuit_id, ours.info().circuit_id);
  }
}

#[test]
fn a_step_that_does_not_fit_is_refused_with_the_numbers() {
  let wide = |wires: u32| R1cs::parse(&R1csFile::of([wires, 1, 1, wires - 3], &[[&[2], &[0], &[1]]]).bytes()).unwrap();
  let (layout, shape) = shape_of(&wide(20_000)).unwrap();
  assert_eq!((layout.log_rows, shape.constraints), (16, 1 << 16));
  for wires in [120_000, 400_000] {
    let error = shape_of(&wide(wires)).map(|_| ()).unwrap_err();
    assert_eq!(error.code, Code::R1cs);
    let said = format!("the step has 1 constraints and {wires} wires; ");
    assert!(error.message.starts_with(&said), "{error}");
  }
  let inputs: Vec<u32> = (17..33).collect();
  let file = R1csFile::of([33, 16, 16, 0], &[[&inputs[..1], &[0], &[1]]]);
  let error = shape_of(&R1cs::parse(&file.bytes()).unwrap()).map(|_| ()).unwrap_err();
  assert_eq!(
    error.message,
    "the step carries 16 elements of state; 1 to 15 can be folded"
  );
}

/// Long work stops between its stages, and the fold is as it was.
#[test]
fn compressing_stops_at_every_stage_but_the_last() {
  let world = Line::world();
  let z0 = field::encode_vec(&start());
  let mut fold = world.prover.begin(&z0).unwrap();
  fold.fold(&witness(start(), 1).0).unwrap();
  for at in 0..5 {
    let stop = AtomicBool::new(false);
    let seen = AtomicU32::new(0);
    let report = |_: &str, done: u32, total: u32| {
      assert_eq!((done, total), (seen.fetch_add(1, Ordering::Relaxed), 4));
      stop.store(done == at, Ordering::Relaxed);
    };
    let proof = fold.compress(Watch {
      report: &report,
      stop: &stop,
    });
    match (at, proof) {
      (0..=2, Err(error)) => assert_eq!((error.code, seen.into_inner()), (Code::Aborted, at + 1)),
      // The last stage to stop at is the one before the end; asked later, the proof is made.
      (_, Ok(proof)) => assert_eq!(proof, world.proof),
      (_, other) => panic!("asked at {at}: {:?}", other.map(|proof| proof.len())),
    }
  }
}
