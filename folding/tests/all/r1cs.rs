//! The circuit reader: every way to be wrong has its refusal, and no bytes whatever make it panic.

use crate::common::{R1csFile, assemble, start, witness};
use rand_chacha::{ChaCha20Rng, rand_core::RngCore, rand_core::SeedableRng};
use wsc_folding::{
  error::Code,
  r1cs::{MAX_PUBLIC, R1cs},
};

fn refusal(bytes: &[u8]) -> String {
  let error = R1cs::parse(bytes).expect_err("must be refused");
  assert_eq!(error.code, Code::R1cs);
  error.message
}

/// Why a circuit is none that could be folded.
fn step_refusal(bytes: &[u8]) -> String {
  let error = R1cs::parse_step(bytes).expect_err("must be refused");
  assert_eq!(error.code, Code::R1cs);
  error.message
}

fn put(bytes: &mut [u8], at: usize, number: u32) {
  bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

#[test]
fn reads_a_circuit() {
  let circuit = R1cs::parse(&R1csFile::new().bytes()).unwrap();
  assert_eq!((circuit.wires(), circuit.arity(), circuit.constraints()), (7, 2, 3));
  let (bytes, next) = witness(start(), 5);
  let values = circuit.read_witness(&bytes).unwrap();
  assert_eq!(circuit.state_before(&values), start());
  assert_eq!(circuit.state_after(&values), next);
  assert_eq!(circuit.broken_constraint(&values), None);
  for (wire, constraint) in [(1, 1), (2, 2), (6, 0)] {
    let mut broken = values.clone();
    broken[wire] += values[0];
    assert_eq!(circuit.broken_constraint(&broken), Some(constraint));
  }
}

#[test]
fn refuses_a_witness_that_is_none() {
  let circuit = R1cs::parse(&R1csFile::new().bytes()).unwrap();
  let (good, _) = witness(start(), 5);
  let mut not_canonical = good.clone();
  not_canonical[64..96].fill(0xff);
  let mut not_one = good.clone();
  not_one[0] = 2;
  for bad in [&good[..good.len() - 1], &good[32..], &[], &not_canonical, &not_one] {
    assert_eq!(circuit.read_witness(bad).unwrap_err().code, Code::Witness);
  }
}

#[test]
fn names_what_is_wrong() {
  let good = R1csFile::new();
  let header = |at: usize, number: u32| {
    let mut file = good.clone();
    put(&mut file.header, at, number);
    refusal(&file.bytes())
  };
  assert!(refusal(b"").contains("ends early"));
  assert!(refusal(b"wtns\x01\0\0\0").contains("not an .r1cs"));
  assert!(header(0, 48).contains("prime"));
  assert!(header(4, 7).contains("prime"));
  assert!(header(36, u32::MAX).contains("limit"));
  assert!(header(40, MAX_PUBLIC).contains("public values"));
  assert!(header(44, u32::MAX).contains("public values"));
  assert!(header(48, 9).contains("more signals than wires"));
  assert!(header(52, 6).contains("fewer labels"));
  assert!(header(60, 4).contains("ends early"));
  assert!(header(60, 2).contains("too many"));
  assert!(header(60, u32::MAX).contains("limit"));

  let mut file = good.clone();
  put(&mut file.constraints, 4, 7);
  assert!(refusal(&file.bytes()).contains("wire 7 of 7"));
  let mut file = good.clone();
  file.constraints[8..40].fill(0xff);
  assert!(refusal(&file.bytes()).contains("not below the prime"));
  let mut file = good.clone();
  put(&mut file.constraints, 0, u32::MAX);
  assert!(refusal(&file.bytes()).contains("ends early"));

  // Outputs that differ from the inputs make a circuit, but no step.
  for (outputs, inputs) in [(3, 2), (2, 1), (0, 0), (0, 2)] {
    let mut no_step = good.clone();
    put(&mut no_step.header, 40, outputs);
    put(&mut no_step.header, 44, inputs);
    put(&mut no_step.header, 48, 5 - outputs - inputs);
    let circuit = R1cs::parse(&no_step.bytes()).unwrap();
    assert_eq!(circuit.public() as u32, outputs + inputs);
    assert!(step_refusal(&no_step.bytes()).contains("as many outputs"));
  }
  assert!(R1cs::parse_step(&good.bytes()).is_ok());

  let (h, c, l) = (&good.header[..], &good.constraints[..], &good.labels[..]);
  assert!(refusal(&assemble(&[(1, h), (3, l)])).contains("no constraint section"));
  assert!(refusal(&assemble(&[(2, c), (3, l)])).contains("no header"));
  assert!(refusal(&assemble(&[(1, h), (2, c), (2, c)])).contains("twice"));
  assert!(refusal(&assemble(&[(1, h), (2, c), (4, l)])).contains("unknown type 4"));
  assert!(refusal(&assemble(&[(1, h), (2, c), (3, &l[8..])])).contains("label section"));
  assert!(refusal(&assemble(&[(1, &[h, b"x"].concat()), (2, c)])).contains("too many"));
  let mut trailing = good.bytes();
  trailing.push(0);
  assert!(refusal(&trailing).contains("too many"));
}

#[test]
fn survives_anything() {
  let good = R1csFile::new().bytes();
  for end in 0..good.len() {
    refusal(&good[..end]);
  }
  let mut random = ChaCha20Rng::seed_from_u64(1);
  for _ in 0..20_000 {
    let mut bytes = good.clone();
    for _ in 0..1 + random.next_u32() % 4 {
      let at = random.next_u32() as usize % bytes.len();
      bytes[at] = random.next_u32() as u8;
    }
    if let Ok(circuit) = R1cs::parse(&bytes) {
      // Whatever is accepted can be used.
      let values = vec![wsc_folding::curves::Fr::from(1); circuit.wires()];
      circuit.broken_constraint(&values);
    }
  }
}
