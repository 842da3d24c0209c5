//! Field elements at the boundary: 32 bytes, little-endian, canonical (below the modulus), vectors concatenated.

use crate::curves::Fr;
use ff::{Field, PrimeField};

/// Bytes of one field element.
pub const FIELD_BYTES: usize = 32;

/// r, the order of BN254's scalar field, little-endian: the prime circom calls bn128.
pub const MODULUS: [u8; 32] = [
  0x01, 0x00, 0x00, 0xf0, 0x93, 0xf5, 0xe1, 0x43, 0x91, 0x70, 0xb9, 0x79, 0x48, 0xe8, 0x33, 0x28, 0x5d, 0x58, 0x81,
  0x81, 0xb6, 0x45, 0x50, 0xb8, 0x29, 0xa0, 0x31, 0xe1, 0x72, 0x4e, 0x64, 0x30,
];

/// Decodes one element; `None` unless the bytes are exactly 32 and canonical.
pub fn decode(bytes: &[u8]) -> Option<Fr> {
  let mut repr = <Fr as PrimeField>::Repr::default();
  if bytes.len() != FIELD_BYTES {
    return None;
  }
  // Most wires of a witness are bits.
  if bytes[0] <= 1 && bytes[1..].iter().all(|byte| *byte == 0) {
    return Some(if bytes[0] == 0 { Fr::ZERO } else { Fr::ONE });
  }
  repr.as_mut().copy_from_slice(bytes);
  Option::from(Fr::from_repr(repr))
}

/// Decodes a concatenation of elements; `None` if any is not canonical or a remainder is left.
pub fn decode_vec(bytes: &[u8]) -> Option<Vec<Fr>> {
  if !bytes.len().is_multiple_of(FIELD_BYTES) {
    return None;
  }
  bytes.chunks_exact(FIELD_BYTES).map(decode).collect()
}

pub fn encode(element: &Fr) -> [u8; 32] {
  let mut out = [0; 32];
  out.copy_from_slice(element.to_repr().as_ref());
  out
}

pub fn encode_vec(elements: &[Fr]) -> Vec<u8> {
  elements.iter().flat_map(encode).collect()
}
