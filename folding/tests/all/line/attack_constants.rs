//! Another Poseidon (folding-scheme §12, item 23): an engine that runs with other constants, in its circuit and natively,
//! against the product's verifier.

use super::{
  by_hand::Engine,
  forged_proof::{Order, compress_folded, compress_with},
  forger::{OUTER, judged, key},
  scene::{chain, compressed, parameters, start, tau, told_first, wires},
  textbook::{CONSTANTS, Constants},
};
use ff::Field;
use halo2curves::{bn256::G2Affine, group::Curve};
use sha2::{Digest, Sha256};
use wsc_folding::line::{
  augmented,
  circuit::builder::Builder,
  curve::point_limbs,
  prover::parameters::{Parameters, record},
  sponge::poseidon::{PARAMETERS, Permutation, WIDTH},
  verifier::{
    key::{Content, Verifier},
    proof::Proof,
    statement::Claim,
    verify::{VerifierKey, verify},
  },
};
use wsc_folding::{curves::Fr, field, r1cs::R1cs, verifying::VerifyingKey};

fn permutation(constants: &Constants) -> Permutation<WIDTH> {
  let row = |row: &Vec<Fr>| -> [Fr; WIDTH] { row.clone().try_into().unwrap() };
  let mix: Vec<[Fr; WIDTH]> = constants.1.iter().map(row).collect();
  Permutation::of(constants.0.iter().map(row).collect(), mix.try_into().unwrap())
}

/// The same rounds and matrix, one constant of the last round another.
fn others() -> Constants {
  let mut constants = CONSTANTS.clone();
  constants.0.last_mut().unwrap()[3] += Fr::ONE;
  constants
}

/// The digest by which a key names the constants.
fn digest(constants: &Constants) -> [u8; 32] {
  let rows = constants.0.iter().chain(&constants.1);
  let bytes: Vec<u8> = rows.flat_map(|row| field::encode_vec(row)).collect();
  Sha256::digest(bytes).into()
}

/// A key whose circuit hashes with these constants, and which says that it has the product's; the parameters to it.
fn set_up(permutation: &Permutation<WIDTH>) -> (Vec<u8>, Parameters) {
  let honest = parameters();
  let layout = honest.layout;
  let circuit = R1cs::parse(&crate::common::R1csFile::new().bytes()).unwrap();
  let mut cs = Builder::recording(layout.first());
  let wires = wires(&start(), 5);
  told_first(honest, Fr::ZERO, &wires, |inputs| {
    augmented::write(&mut cs, permutation, &layout, inputs)
  });
  let rows = record(&circuit, &layout).record().unwrap().rows.clone();
  cs.prepend(rows.into_iter().filter(|row| row.name.starts_with("step.")).collect());
  let size = 1 << layout.log_rows;
  let content = Content {
    layout,
    tau: (G2Affine::generator() * tau()).to_affine(),
    generators: &[&honest.cycle_bases[..], &[honest.product]].concat(),
    shape: &cs.shape(size, size).unwrap(),
  };
  let key = content.encode().unwrap();
  let loaded = Verifier::load(&key, None).unwrap().into_key();
  (key, Parameters::of_key(loaded, honest.bases.clone()))
}

fn said(key: &VerifierKey, proof: &Proof) -> Result<Vec<Fr>, String> {
  verify(key, &proof.encode(), 3, &start()).map_err(|error| error.message)
}

/// With the product's constants all this machinery gives the product's own key, chain and proof.
#[test]
fn the_honest_twin() {
  let (key_bytes, own) = set_up(&permutation(&CONSTANTS));
  assert_eq!(key_bytes, parameters().key().unwrap());
  let permutation = permutation(&CONSTANTS);
  let engine = Engine {
    parameters: &own,
    constants: &CONSTANTS,
    permutation: &permutation,
  };
  let chain = engine.chain(&start(), 3).accumulator;
  let last = engine.fold(&chain, point_limbs).last;
  let proof = compress_folded(&own, &chain, last, &|claim: &Claim<'_>| claim.begin(), Order::Right);
  assert_eq!(proof.encode(), compressed(&super::scene::chain(3)).encode());
  assert_eq!(said(key(), &proof), Ok(chain.zn));
}

#[test]
fn an_engine_with_other_constants() {
  let constants = others();
  let permutation = permutation(&constants);
  let (lying, foreign) = set_up(&permutation);
  assert_eq!(digest(&CONSTANTS), {
    let rows = PARAMETERS.round.iter().chain(&PARAMETERS.mix);
    let bytes: Vec<u8> = rows.flat_map(|row| field::encode_vec(row)).collect();
    <[u8; 32]>::from(Sha256::digest(bytes))
  });

  // A key that says which constants it has is none of this verifier's.
  let at = lying
    .windows(32)
    .position(|window| window == digest(&CONSTANTS))
    .unwrap();
  let mut frank = lying.clone();
  frank[at..at + 32].copy_from_slice(&digest(&constants));
  let refusal = Verifier::load(&frank, None).map(|_| ()).unwrap_err().message;
  assert_eq!(
    refusal,
    "verifying key for another hash or another circuit of the curve operation"
  );
  // One that lies is another circuit's.
  let lying = Verifier::load(&lying, None).unwrap();
  let own = Verifier::load(&parameters().key().unwrap(), None).unwrap();
  assert_ne!(lying.info().circuit_id, own.info().circuit_id);

  // Three steps that keep every row of the foreign circuit (`last_step` asserts it), and their proof.
  let engine = Engine {
    parameters: &foreign,
    constants: &constants,
    permutation: &permutation,
  };
  let accumulator = engine.chain(&start(), 3).accumulator;
  assert_eq!(accumulator.zn, chain(3).zn);
  let begin = |claim: &Claim<'_>| claim.begin();
  let last = engine.fold(&accumulator, point_limbs).last;
  let proof = compress_folded(&foreign, &accumulator, last, &begin, Order::Right);
  let lying = lying.into_key();
  assert_eq!(said(&lying, &proof), Err(OUTER.into()), "under the lying key");
  assert_eq!(
    judged(&proof, &accumulator),
    Err(OUTER.into()),
    "under the product's key"
  );
  // The last fold by the product's sponge: what the last step hashed is still another value than the verifier's.
  let product = Engine {
    constants: &CONSTANTS,
    ..engine
  };
  let last = product.fold(&accumulator, point_limbs).last;
  let proof = compress_folded(&foreign, &accumulator, last, &begin, Order::Right);
  assert_eq!(said(&lying, &proof), Err(OUTER.into()));
  // The product's own proof is not the lying key's either.
  let honest = compress_with(&chain(3), &|m| m, &begin, Order::Right);
  assert_eq!(judged(&honest, &chain(3)), Ok(chain(3).zn));
  assert_eq!(said(&lying, &honest), Err(OUTER.into()));
}
