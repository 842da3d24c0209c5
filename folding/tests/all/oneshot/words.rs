//! Proofs edited word by word.

use super::scene::eighth;
use ff::{Field, PrimeField};
use halo2curves::{CurveAffine, bn256::G1Affine, group::Curve};
use std::collections::BTreeMap;
use wsc_folding::{curves::Fr, error::Code, field};

/// Every word by another canonical one: each is refused, by the check that it belongs to.
#[test]
fn every_word_counts() {
  let (scene, wires) = eighth();
  let proof = scene.forge(scene.forgery(wires));
  let words = proof.len() / 32;
  assert_eq!((proof.len(), words), (scene.verifier.proof_len(), 19 + 2 * 3 + 2 * 3));
  let points: Vec<usize> = [0].into_iter().chain(words - 14..words - 6).collect();
  let mut reasons = BTreeMap::new();
  for word in 0..words {
    let at = 32 * word..32 * word + 32;
    let with = |bytes: &[u8]| {
      let mut edited = proof.clone();
      edited[at.clone()].copy_from_slice(bytes);
      edited
    };
    if points.contains(&word) {
      let mut bytes = [0; 32];
      bytes.copy_from_slice(&proof[at.clone()]);
      let point = decompress(&bytes).unwrap();
      let mut negated = bytes;
      negated[31] ^= 0x80;
      let doubled = compress(&(point + point).to_affine());
      for other in [negated, doubled, compress(&G1Affine::generator()), [0; 32]] {
        *reasons.entry(scene.refusal(&with(&other), &wires[1..3])).or_insert(0) += 1;
      }
      let off = (4u64..)
        .map(|x| field::encode(&Fr::from(x)))
        .find(|x| decompress(x).is_none())
        .unwrap();
      // A second name of the neutral point, x that is not canonical, no point.
      let mut neutral = [0; 32];
      neutral[31] = 0x80;
      for bad in [off, neutral, [0xff; 32]] {
        assert_eq!(
          scene.verify(&with(&bad), &wires[1..3]).unwrap_err().code,
          Code::ProofMalformed
        );
      }
      continue;
    }
    let value = field::decode(&proof[at.clone()]).unwrap();
    for other in [value + Fr::ONE, -value, value.double(), Fr::ZERO] {
      if other != value {
        *reasons
          .entry(scene.refusal(&with(&field::encode(&other)), &wires[1..3]))
          .or_insert(0) += 1;
      }
    }
    // The same element by another number.
    let mut carried = 0u16;
    let mut spare = field::encode(&value);
    for (byte, modulus) in spare.iter_mut().zip(field::MODULUS) {
      carried += u16::from(*byte) + u16::from(modulus);
      *byte = carried as u8;
      carried >>= 8;
    }
    assert_eq!(
      scene.verify(&with(&spare), &wires[1..3]).unwrap_err().code,
      Code::ProofMalformed
    );
  }
  let expected = [
    "the inner sum-check",
    "the opening of the witness",
    "the outer sum-check",
  ];
  assert_eq!(reasons.keys().collect::<Vec<_>>(), expected);
}

fn decompress(word: &[u8; 32]) -> Option<G1Affine> {
  type Base = <G1Affine as CurveAffine>::Base;
  let mut repr = *word;
  repr[31] &= 0x7f;
  let x = Option::<Base>::from(Base::from_repr(repr.into()))?;
  let y = Option::<Base>::from((x.square() * x + Base::from(3)).sqrt())?;
  let odd = bool::from(y.is_odd());
  Some(G1Affine {
    x,
    y: if odd == (word[31] >> 7 == 1) { y } else { -y },
  })
}

fn compress(point: &G1Affine) -> [u8; 32] {
  let mut word = [0; 32];
  word.copy_from_slice(point.x.to_repr().as_ref());
  word[31] |= u8::from(bool::from(point.y.is_odd())) << 7;
  word
}
