//! The compact verifying key: what it says of itself, and that nothing but a whole key is taken.

use crate::common::{Contracted, Temporary, said_of_the_ceremony, set_up, start};
use std::fs;
use wsc_folding::{
  error::{Code, Error},
  field, ptau,
  quiet::quietly,
  session::Prover,
  setup_kind::SetupKind,
  verifying::VerifyingKey,
};

fn refused<S: Contracted>(key: &[u8]) -> Error {
  match S::VerifyingKey::load(key, None) {
    Ok(_) => panic!("must be refused"),
    Err(error) => {
      assert_eq!(error.code, Code::Key);
      error
    }
  }
}

pub fn the_setup_follows_from_tau_g2<S: Contracted>() {
  let key = &S::world().key;
  let kind = |pin: Option<&[u8]>| S::VerifyingKey::load(key, pin).unwrap().info().setup;
  assert_eq!(kind(None), SetupKind::InsecureDev);
  let dev = ptau::encode_g2(&ptau::dev_tau_g2());
  assert_eq!(kind(Some(&dev)), SetupKind::Ceremony);
  assert_eq!(kind(Some(&ptau::CEREMONY_TAU_G2)), SetupKind::InsecureDev);
  for pin in [&dev[..127], &[]] {
    assert_eq!(
      S::VerifyingKey::load(key, Some(pin)).err().map(|e| e.code),
      Some(Code::Key)
    );
  }
}

pub fn a_parameter_file_is_not_believed_of_its_setup<S: Contracted>() {
  let world = S::world();
  let other = Temporary::new(&format!("said-{}", S::POWER));
  said_of_the_ceremony(&world.directory.0, &other.0);
  let prover = Prover::<S>::load(&other.0, &world.circuit).unwrap();
  assert_eq!(prover.info, world.prover.info);
  assert_eq!(prover.info.setup, "insecure-dev");
}

pub fn other_powers_make_another_key_and_another_kind<S: Contracted>() {
  let world = S::world();
  let directory = Temporary::new(&format!("ceremony-{}", S::POWER));
  let powers = directory.0.join("ceremony.ptau");
  ptau::write_ptau_of("a ceremony of this test", &powers, S::POWER, &mut |_, _| true).unwrap();
  let info = set_up::<S>(&world.circuit, &powers, &directory.0).unwrap();
  assert_ne!(info.key_id, world.prover.info.key_id);
  let key = fs::read(directory.0.join("verifier.key")).unwrap();
  let pin = ptau::encode_g2(&quietly(|| ptau::check_ptau(&powers, 2)).unwrap().tau_g2);
  let verifier = S::VerifyingKey::load(&key, Some(&pin)).unwrap();
  let said = verifier.info();
  assert_eq!((said.setup, said.key_id), (SetupKind::Ceremony, info.key_id));
  // The same circuit and the same steps, but not under this key.
  let start = field::encode_vec(&start());
  assert_eq!(
    verifier.verify(&world.proof, 1, &start).map_err(|e| e.code),
    Err(Code::ProofInvalid)
  );
}

pub fn the_id_covers_every_byte<S: Contracted>() {
  let key = &S::world().key;
  assert_eq!(S::VerifyingKey::load(key, None).unwrap().info().key_id, S::key_id(key));
  assert_eq!(S::world().prover.info.key_id, S::key_id(key));
  for at in (0..key.len()).step_by(key.len() / 50) {
    let mut other = key.clone();
    other[at] ^= 1;
    assert_ne!(S::key_id(&other), S::key_id(key));
  }
}

pub fn only_a_whole_key_is_taken<S: Contracted>() {
  let key = &S::world().key;
  for length in (0..200)
    .chain((200..key.len()).step_by(key.len() / 100))
    .chain([key.len() - 1])
  {
    refused::<S>(&key[..length]);
  }
  assert!(refused::<S>(&[&key[..], &[0]].concat()).message.contains("after the "));
  assert!(
    refused::<S>(b"WSC-KEY\x02 and more")
      .message
      .contains("not a verifying key")
  );
  let origin = S::ORIGIN.as_bytes();
  let origin_at = key.windows(origin.len()).position(|window| window == origin).unwrap();
  let mut other = key.clone();
  other[origin_at] ^= 1;
  let expected = format!("this verifier for {:?}", S::ORIGIN);
  assert!(refused::<S>(&other).message.contains(&expected));
  assert!(
    refused::<S>(&vec![0; wsc_folding::bytes::MAX_KEY + 1])
      .message
      .contains("at most")
  );
}

/// As a generator the identity would leave commitments without binding or hiding, as τ·G2 without soundness.
pub fn the_identity_is_no_point_of_a_key<S: Contracted>() {
  let key = &S::world().key;
  let tau = ptau::encode_g2(&ptau::dev_tau_g2());
  let tau_at = key.windows(tau.len()).position(|window| window == tau).unwrap();
  let generators = S::generators(tau_at + tau.len()..key.len())
    .into_iter()
    .map(|at| (at, 64));
  for (at, size) in [(tau_at, 128)].into_iter().chain(generators) {
    let mut spoilt = key.clone();
    spoilt[at..at + size].fill(0);
    let error = refused::<S>(&spoilt);
    let said = error.message.contains("identity") || error.message.contains("other generators");
    assert!(said, "byte {at}: {error}");
  }
}

/// A spoilt key is refused, or it is another key (its id differs) under which the proof does not verify: matrices cannot
/// be told from others.
pub fn a_spoilt_key_never_verifies<S: Contracted>() {
  let world = S::world();
  let (key, start) = (&world.key, field::encode_vec(&start()));
  let good = S::VerifyingKey::load(key, None).unwrap();
  good.verify(&world.proof, 1, &start).unwrap();
  let (mut refused, mut others) = (0, 0);
  let header = 0..400;
  for at in header.step_by(7).chain((400..key.len()).step_by(key.len() / 150)) {
    let mut spoilt = key.clone();
    spoilt[at] ^= 1 << (at % 8);
    match S::VerifyingKey::load(&spoilt, None) {
      Err(error) => {
        assert_eq!(error.code, Code::Key, "byte {at}: {error}");
        refused += 1;
      }
      Ok(other) => {
        assert_ne!(other.info().key_id, good.info().key_id);
        let result = other.verify(&world.proof, 1, &start).map_err(|e| e.code);
        assert!(
          matches!(result, Err(Code::ProofInvalid | Code::ProofMalformed)),
          "byte {at}: {result:?}"
        );
        others += 1;
      }
    }
  }
  assert!(refused > 20 && others > 20, "{refused} refused, {others} of other keys");
}
