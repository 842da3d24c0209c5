//! The compact verifying key: what it says of itself, and that nothing but a whole key is taken.

use crate::common::{Temporary, World, set_up, start, witness, world};
use std::{
  fs,
  sync::{OnceLock, atomic::AtomicBool},
};
use wsc_folding::{
  error::{Code, Error},
  field,
  key::{Verifier, key_id},
  ptau,
  quiet::quietly,
  scheme::Watch,
  setup_kind::SetupKind,
};

fn refused(key: &[u8]) -> Error {
  match Verifier::load(key, None) {
    Ok(_) => panic!("must be refused"),
    Err(error) => {
      assert_eq!(error.code, Code::Key);
      error
    }
  }
}

/// A proof of one step under the world's key.
fn proof(world: &'static World) -> &'static [u8] {
  static PROOF: OnceLock<Vec<u8>> = OnceLock::new();
  PROOF.get_or_init(|| {
    let mut fold = world.prover.begin(&field::encode_vec(&start())).unwrap();
    fold.fold(&witness(start(), 1).0).unwrap();
    fold
      .compress(Watch {
        report: &|_, _, _| {},
        stop: &AtomicBool::new(false),
      })
      .unwrap()
  })
}

#[test]
fn the_setup_follows_from_tau_g2() {
  let key = &world().key;
  let kind = |pin: Option<&[u8]>| Verifier::load(key, pin).unwrap().setup;
  assert_eq!(kind(None), SetupKind::InsecureDev);
  let dev = ptau::encode_g2(&ptau::dev_tau_g2());
  assert_eq!(kind(Some(&dev)), SetupKind::Ceremony);
  assert_eq!(kind(Some(&ptau::CEREMONY_TAU_G2)), SetupKind::InsecureDev);
  for pin in [&dev[..127], &[]] {
    assert_eq!(Verifier::load(key, Some(pin)).err().map(|e| e.code), Some(Code::Key));
  }
}

#[test]
fn other_powers_make_another_key_and_another_kind() {
  let world = world();
  let directory = Temporary::new("ceremony");
  let powers = directory.0.join("ceremony.ptau");
  ptau::write_ptau_of("a ceremony of this test", &powers, 14, &mut |_, _| true).unwrap();
  let info = set_up(&world.circuit, &powers, &directory.0).unwrap();
  assert_ne!(info.key_id, world.prover.info.key_id);
  let key = fs::read(directory.0.join("verifier.key")).unwrap();
  let pin = ptau::encode_g2(&quietly(|| ptau::check_ptau(&powers, 2)).unwrap().tau_g2);
  let verifier = Verifier::load(&key, Some(&pin)).unwrap();
  assert_eq!((verifier.setup, verifier.key_id), (SetupKind::Ceremony, info.key_id));
  // The same circuit and the same steps, but not under this key.
  let start = field::encode_vec(&start());
  assert_eq!(
    verifier.verify(proof(world), 1, &start).map_err(|e| e.code),
    Err(Code::ProofInvalid)
  );
}

#[test]
fn the_id_covers_every_byte() {
  let key = &world().key;
  assert_eq!(Verifier::load(key, None).unwrap().key_id, key_id(key));
  assert_eq!(world().prover.info.key_id, key_id(key));
  for at in (0..key.len()).step_by(key.len() / 50) {
    let mut other = key.clone();
    other[at] ^= 1;
    assert_ne!(key_id(&other), key_id(key));
  }
}

#[test]
fn only_a_whole_key_is_taken() {
  let key = &world().key;
  for length in (0..200)
    .chain((200..key.len()).step_by(key.len() / 100))
    .chain([key.len() - 1])
  {
    refused(&key[..length]);
  }
  assert!(refused(&[&key[..], &[0]].concat()).message.contains("after the end"));
  assert!(refused(b"WSC-KEY\x02 and more").message.contains("not a verifying key"));
  let mut other = key.clone();
  other[9] = b'N';
  assert!(
    refused(&other)
      .message
      .contains("this verifier for \"nova-snark 0.76.0\"")
  );
  assert!(
    refused(&vec![0; wsc_folding::key::MAX_KEY + 1])
      .message
      .contains("at most")
  );
}

/// As a generator the identity would leave commitments without binding or hiding, as τ·G2 without soundness.
#[test]
fn the_identity_is_no_point_of_a_key() {
  let key = &world().key;
  let tau = ptau::encode_g2(&ptau::dev_tau_g2());
  let tau_at = key.windows(tau.len()).position(|window| window == tau).unwrap();
  let blinds = [tau_at + 128, tau_at + 192].map(|at| (at, 64));
  // The generators come last, the one for inner products at the very end.
  let generators = [64, 128, 192].map(|back| (key.len() - back, 64));
  for (at, size) in [(tau_at, 128)].into_iter().chain(blinds).chain(generators) {
    let mut spoilt = key.clone();
    spoilt[at..at + size].fill(0);
    let error = refused(&spoilt);
    assert!(error.message.contains("identity"), "byte {at}: {error}");
  }
}

/// A spoilt key is refused, or it is another key (its id differs) under which the proof does not verify: digests and
/// constants cannot be told from others, and matrices are bound by the digest only in so far as the proof is.
#[test]
fn a_spoilt_key_never_verifies() {
  let world = world();
  let (key, start) = (&world.key, field::encode_vec(&start()));
  let good = Verifier::load(key, None).unwrap();
  good.verify(proof(world), 1, &start).unwrap();
  let (mut refused, mut others) = (0, 0);
  let header = 0..400;
  for at in header.step_by(7).chain((400..key.len()).step_by(key.len() / 150)) {
    let mut spoilt = key.clone();
    spoilt[at] ^= 1 << (at % 8);
    match Verifier::load(&spoilt, None) {
      Err(error) => {
        assert_eq!(error.code, Code::Key, "byte {at}: {error}");
        refused += 1;
      }
      Ok(other) => {
        assert_ne!(other.key_id, good.key_id);
        let result = other.verify(proof(world), 1, &start).map_err(|e| e.code);
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
