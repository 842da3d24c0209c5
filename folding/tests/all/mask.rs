//! The mask of storage: the specification's vector, and decoding as the inverse of encoding.

use ff::Field;
use rand_core::{RngCore, SeedableRng};
use wsc_folding::{
  curves::Fr,
  field,
  storage::mask::{ENCODED_BYTES, constant, decode, encode},
  storage::tree::UNIT_BYTES,
};

fn element(bytes: &[u8]) -> String {
  bytes.iter().rev().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_vector_of_the_specification() {
  let mut unit = vec![0; UNIT_BYTES];
  for (i, element) in unit.chunks_exact_mut(31).enumerate() {
    element[0] = i as u8;
  }
  let encoded = encode(&Fr::ONE, &[0], &unit, false).unwrap();
  assert_eq!(
    element(&encoded[..32]),
    "1e07a61fed62c41bc3c60751c2e836839296a9a6bc1aa2fe02fe2aa353626b43"
  );
  assert_eq!(
    element(&encoded[ENCODED_BYTES - 32..]),
    "2f49557d64e25b82061d6b2577d68754755a49c62e65b8a692ae8bf2d811c793"
  );
  let decoded = decode(&Fr::ONE, &[0], &encoded, false).unwrap();
  assert_eq!(decoded, [unit, vec![1]].concat());
}

#[test]
fn what_is_encoded_is_decoded() {
  let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(11);
  let base = Fr::random(&mut random);
  let mut units = vec![0; 5 * UNIT_BYTES];
  random.fill_bytes(&mut units);
  units[UNIT_BYTES..2 * UNIT_BYTES].fill(0);
  units[2 * UNIT_BYTES..3 * UNIT_BYTES].fill(255);
  let numbers = [7, 0, u32::MAX, 7, 1 << 16];
  let encoded = encode(&base, &numbers, &units, true).unwrap();
  assert_eq!(encoded, encode(&base, &numbers, &units, false).unwrap());
  for parallel in [false, true] {
    let decoded = decode(&base, &numbers, &encoded, parallel).unwrap();
    assert_eq!(decoded, [&units[..], &[1; 5]].concat());
  }
  // Equal bytes under another number are kept as other elements, every one of them.
  let twice = encode(&base, &[1, 2], &units[..UNIT_BYTES].repeat(2), false).unwrap();
  let (one, other) = twice.split_at(ENCODED_BYTES);
  assert!(one.chunks_exact(32).zip(other.chunks_exact(32)).all(|(a, b)| a != b));
}

#[test]
fn units_together_are_encoded_as_each_alone() {
  let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(13);
  for count in [7, 8, 9, 16, 19] {
    let base = Fr::random(&mut random);
    let mut units = vec![0; count * UNIT_BYTES];
    random.fill_bytes(&mut units);
    units[..UNIT_BYTES].fill(0);
    units[UNIT_BYTES..2 * UNIT_BYTES].fill(255);
    let numbers: Vec<u32> = (0..count).map(|_| random.next_u32()).collect();
    let each = numbers.iter().zip(units.chunks_exact(UNIT_BYTES));
    let alone: Vec<_> = each
      .map(|(number, unit)| encode(&base, &[*number], unit, false).unwrap())
      .collect();
    for parallel in [false, true] {
      assert_eq!(encode(&base, &numbers, &units, parallel).unwrap(), alone.concat());
    }
  }
}

#[test]
fn what_is_no_encoding_of_bytes_is_told() {
  let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(12);
  let units = vec![1; 4 * UNIT_BYTES];
  let numbers = [0, 1, 2, 3];
  let mut encoded = encode(&Fr::ONE, &numbers, &units, false).unwrap();
  // Not canonical; another element; p − 1 throughout.
  encoded[8_160..8_192].copy_from_slice(&field::MODULUS);
  encoded[ENCODED_BYTES..ENCODED_BYTES + 32].copy_from_slice(&field::encode(&Fr::random(&mut random)));
  encoded[3 * ENCODED_BYTES..].copy_from_slice(&field::encode_vec(&[-Fr::ONE; 256]));
  let decoded = decode(&Fr::ONE, &numbers, &encoded, false).unwrap();
  let (found, whole) = decoded.split_at(4 * UNIT_BYTES);
  assert_eq!(whole, [0, 0, 1, 0]);
  assert!(found[..2 * UNIT_BYTES].iter().all(|byte| *byte == 0));
  assert_eq!(found[2 * UNIT_BYTES..3 * UNIT_BYTES], units[..UNIT_BYTES]);
}

#[test]
fn bytes_that_do_not_fit_are_refused() {
  assert!(encode(&Fr::ONE, &[0], &[0; UNIT_BYTES - 1], false).is_err());
  assert!(encode(&Fr::ONE, &[0, 1], &[0; UNIT_BYTES], false).is_err());
  assert!(decode(&Fr::ONE, &[0], &[0; UNIT_BYTES], true).is_err());
  assert!(decode(&Fr::ONE, &[], &[], true).is_ok());
}

#[test]
fn constants_are_distinct_and_below_2_to_the_248() {
  let mut all: Vec<_> = (0..4)
    .flat_map(|round| (0..256).map(move |i| field::encode(&constant(round, i))))
    .collect();
  assert!(all.iter().all(|bytes| bytes[31] == 0));
  all.sort_unstable();
  all.dedup();
  assert_eq!(all.len(), 1024);
}
