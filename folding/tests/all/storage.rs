//! Storage's tree and code: the tree against the textbook's Poseidon, the code against itself.

use crate::line::textbook;
use ff::Field;
use rand_core::{RngCore, SeedableRng};
use wsc_folding::{
  curves::Fr,
  field,
  storage::{
    code::{encode, parity_units, restore},
    tree::{ARITY, UNIT_BYTES, node, nodes, unit_roots},
  },
};

fn random() -> rand_chacha::ChaCha20Rng {
  rand_chacha::ChaCha20Rng::seed_from_u64(10)
}

fn bytes(length: usize) -> Vec<u8> {
  let mut bytes = vec![0; length];
  random().fill_bytes(&mut bytes);
  bytes
}

#[test]
fn a_node_is_the_textbooks_poseidon() {
  let parameters = textbook::parameters(17, 8, 68);
  let mut random = random();
  for case in 0..4 {
    let children: [Fr; ARITY] = std::array::from_fn(|_| match case {
      0 => Fr::ZERO,
      1 => -Fr::ONE,
      _ => Fr::random(&mut random),
    });
    let mut state = vec![Fr::from(36)];
    state.extend(children);
    let expected = textbook::permute(&state, &parameters)[0];
    assert_eq!(node(36, &children), expected);
    let batch = field::encode_vec(&children).repeat(3);
    assert_eq!(nodes(36, &batch), Some(field::encode(&expected).repeat(3)));
  }
}

/// The vector of the specification: elements 0, 1, … 255.
#[test]
fn the_root_of_a_unit_is_the_specifications() {
  let mut unit = vec![0; UNIT_BYTES];
  for (i, element) in unit.chunks_exact_mut(31).enumerate() {
    element[0] = i as u8;
  }
  let mut root = unit_roots(&unit).unwrap();
  root.reverse();
  let hex: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
  assert_eq!(hex, "03807e6122a63ed2e40b8044712a5d09a809bd016d5dc95c6a4d9cbc52ae5baf");
}

#[test]
fn other_bytes_are_refused() {
  assert_eq!(unit_roots(&[0; UNIT_BYTES - 1]), None);
  assert_eq!(nodes(35, &[0; 511]), None);
  assert_eq!(nodes(35, &[255; 512]), None);
  assert!(encode(0, 64, &[]).is_err());
  assert!(encode(2, 63, &[0; 126]).is_err());
  assert!(encode(2, 64, &[0; 127]).is_err());
  assert!(encode(32_769, 64, &vec![0; 32_769 * 64]).is_err());
  for numbers in [&[0, 0][..], &[1, 0], &[0], &[0, 3], &[0, 1, 2]] {
    assert!(restore(2, 64, numbers, &[0; 128]).is_err(), "{numbers:?}");
  }
}

#[test]
fn any_as_many_units_as_there_are_data_units_restore_them() {
  let mut random = random();
  for data_units in [1, 2, 3, 7, 16, 17, 100] {
    let width = 192;
    let data = bytes(data_units * width);
    let parity = encode(data_units, width, &data).unwrap();
    assert_eq!(parity.len(), parity_units(data_units) * width);
    let all: Vec<&[u8]> = data.chunks_exact(width).chain(parity.chunks_exact(width)).collect();
    for _ in 0..5 {
      let mut numbers: Vec<u32> = (0..all.len() as u32).collect();
      while numbers.len() > data_units {
        numbers.remove(random.next_u32() as usize % numbers.len());
      }
      let units: Vec<u8> = numbers.iter().flat_map(|n| all[*n as usize]).copied().collect();
      assert_eq!(restore(data_units, width, &numbers, &units).unwrap(), data);
    }
  }
}

/// What streaming relies on.
#[test]
fn columns_give_the_same_bytes_as_whole_units() {
  let (data_units, width) = (21, 640);
  let data = bytes(data_units * width);
  let whole = encode(data_units, width, &data).unwrap();
  for column in [64, 128, 320] {
    for from in (0..width).step_by(column) {
      let cut = |units: &[u8]| -> Vec<u8> {
        let of = |unit: &[u8]| unit[from..from + column].to_vec();
        units.chunks_exact(width).flat_map(of).collect()
      };
      assert_eq!(encode(data_units, column, &cut(&data)).unwrap(), cut(&whole));
    }
  }
}
