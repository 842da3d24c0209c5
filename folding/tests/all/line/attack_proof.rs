//! Attacks on a compressed proof (folding-scheme §12, items 17, 18, 20, 23): other orders, other transcripts, other bytes,
//! other keys.

use super::{
  forged_proof::{Order, compress_with},
  forger::{OUTER, judged, key},
  scene::{chain, compressed, parameters, tau, verifier_key},
};
use ff::{Field, PrimeField};
use halo2curves::{bn256::G2Affine, group::Curve};
use wsc_folding::curves::{Fq, Fr};
use wsc_folding::line::{
  argument::{
    sumcheck::{self, ZeroWeight},
    transcript::Transcript,
  },
  curve::H,
  verifier::{
    statement::{Claim, PROTOCOL},
    verify::verify,
  },
  words::WORD,
};

/// Items 17 and 18. Every challenge comes after what it must not be known to.
#[test]
fn orders_of_absorption() {
  let honest = chain(3);
  let right = compress_with(&honest, &|m| m, &|claim: &Claim<'_>| claim.begin(), Order::Right);
  assert_eq!(right.encode(), compressed(&honest).encode());
  for (order, reason) in [
    (Order::RhoEarly, "the inner sum-check"),
    (Order::MercuryEarly, "the opening on BN254"),
    (Order::TauEarly, "CycleFold's outer sum-check"),
    (Order::ThetaEarly, "CycleFold's joint sum-check"),
    (Order::CombinerEarly, "the opening on Grumpkin"),
    (Order::BetaReversed, OUTER),
    (Order::NoFold, OUTER),
  ] {
    let proof = compress_with(&honest, &|m| m, &|claim: &Claim<'_>| claim.begin(), order);
    assert_eq!(judged(&proof, &honest), Err(reason.into()), "{order:?}");
  }
}

/// Item 18. A transcript that lacks any part of the statement, or has it in another order or under another name.
#[test]
fn transcripts_without_a_part() {
  let honest = chain(2);
  // Without part `left_out`; `swapped` puts U before z_n.
  let begin = |left_out: usize, name: &'static [u8]| {
    move |claim: &Claim<'_>| {
      let (running, cycle, messages) = (claim.running, claim.cycle, claim.messages);
      let mut t = Transcript::new(name);
      type Part<'a> = Box<dyn Fn(&mut Transcript) + 'a>;
      let parts: [Part<'_>; 13] = [
        Box::new(|t| t.absorb(b"key", claim.key)),
        Box::new(|t| t.absorb(b"n", &claim.n.to_le_bytes())),
        Box::new(|t| t.scalars(b"z0", claim.z0)),
        Box::new(|t| t.scalars(b"zn", claim.zn)),
        Box::new(|t| t.g(b"U.C", &running.c)),
        Box::new(|t| t.scalars(b"U", &[running.u, running.x, running.e])),
        Box::new(|t| t.scalars(b"beta", &running.beta)),
        Box::new(|t| t.g(b"C2", claim.c2)),
        Box::new(|t| t.h(b"V.P", &cycle.p)),
        Box::new(|t| t.h(b"V.Q", &cycle.q)),
        Box::new(|t| {
          t.scalars(b"V.u", &[cycle.u]);
          t.scalars(b"V.X", &cycle.x);
        }),
        Box::new(|t| t.scalars(b"F", &messages.line)),
        Box::new(|t| t.scalars(b"k", &[messages.cross])),
      ];
      for (at, part) in parts.iter().enumerate() {
        if at != left_out {
          part(&mut t);
        }
      }
      t
    }
  };
  let whole = compress_with(&honest, &|m| m, &begin(99, PROTOCOL.as_bytes()), Order::Right);
  assert_eq!(judged(&whole, &honest), Ok(honest.zn.clone()));
  for left_out in 0..13 {
    let proof = compress_with(&honest, &|m| m, &begin(left_out, PROTOCOL.as_bytes()), Order::Right);
    assert_eq!(judged(&proof, &honest), Err(OUTER.into()), "{left_out}");
  }
  let proof = compress_with(&honest, &|m| m, &begin(99, b"wsc-line-0"), Order::Right);
  assert_eq!(judged(&proof, &honest), Err(OUTER.into()));
}

/// The words of a proof that are points of G, of H, and the scalars of K.
fn kinds() -> Vec<char> {
  let rows = parameters().layout.log_rows;
  let mut kinds = vec!['F'; 2];
  kinds.extend("G".chars());
  kinds.extend(vec!['F'; 3 + rows]);
  kinds.extend("GHH".chars());
  kinds.extend(vec!['F'; 1 + 20 + rows + 1 + 2 * rows + 3 + 2 * rows + 1]);
  kinds.extend(vec!['G'; 8]);
  kinds.extend(vec!['F'; 6]);
  kinds.extend(vec!['K'; 20 + 4 + 20 + 1 + 20 + 2]);
  kinds.extend(vec!['H'; 20]);
  kinds.push('K');
  kinds
}

/// The order of a field, as bytes, low first.
fn order<F: PrimeField>() -> [u8; WORD] {
  let mut out: [u8; WORD] = (-F::ONE).to_repr().as_ref().try_into().unwrap();
  out[0] += 1;
  out
}

fn plus(a: &[u8], b: &[u8; WORD]) -> [u8; WORD] {
  let mut carry = 0u16;
  std::array::from_fn(|at| {
    let sum = u16::from(a[at]) + u16::from(b[at]) + carry;
    carry = sum >> 8;
    sum as u8
  })
}

/// Item 20. Each word: altered, non-canonical, off its curve, negated, neutral, a second neutral.
#[test]
fn every_word() {
  let honest = chain(3);
  let bytes = compressed(&honest).encode();
  let kinds = kinds();
  assert_eq!(bytes.len(), WORD * kinds.len());
  let judge = |bytes: &[u8]| verify(key(), bytes, 3, &honest.z0).map_err(|error| error.message);
  let (canonical, curve) = (
    "a value of the proof is not canonical",
    "a point of the proof is not on its curve",
  );
  for (at, kind) in kinds.iter().enumerate() {
    let place = WORD * at..WORD * (at + 1);
    let with = |word: &[u8]| {
      let mut altered = bytes.clone();
      altered[place.clone()].copy_from_slice(word);
      judge(&altered)
    };
    let word = &bytes[place.clone()];
    let mut altered = word.to_vec();
    match kind {
      'F' | 'K' => {
        let order = if *kind == 'F' { order::<Fr>() } else { order::<Fq>() };
        assert_eq!(with(&plus(word, &order)), Err(canonical.into()), "{at}");
        assert_eq!(with(&order), Err(canonical.into()), "{at}");
        assert_eq!(with(&[0xff; WORD]), Err(canonical.into()), "{at}");
        altered[5] ^= 0x10;
        assert!(!with(&altered).unwrap_err().contains("not"), "{at}");
      }
      _ => {
        // x beyond the field, x of no point, the neutral point's sign.
        let order = if *kind == 'G' { order::<Fq>() } else { order::<Fr>() };
        assert_eq!(with(&order), Err(curve.into()), "{at}");
        assert_eq!(with(&[0x7f; WORD]), Err(curve.into()), "{at}");
        let mut neutral = [0; WORD];
        neutral[WORD - 1] = 0x80;
        assert_eq!(with(&neutral), Err(curve.into()), "a second neutral point {at}");
        let mut x = altered.clone();
        x[WORD - 1] &= 0x3f;
        while with(&x) != Err(curve.into()) {
          x[0] = x[0].wrapping_add(1);
        }
        // The negative, and the neutral one.
        altered[WORD - 1] ^= 0x80;
        let reason = with(&altered).unwrap_err();
        assert!(reason != curve, "{at}");
        assert!(with(&[0; WORD]).is_err(), "{at}");
      }
    }
  }
}

/// Item 20. Words dropped, doubled, added: a proof has one length.
#[test]
fn every_length() {
  let honest = chain(2);
  let bytes = compressed(&honest).encode();
  let judge = |bytes: &[u8]| verify(key(), bytes, 2, &honest.z0).map_err(|error| error.message);
  assert_eq!(judge(&bytes), Ok(honest.zn.clone()));
  let wrong = |length: usize| Err(format!("the proof has {length} bytes, {} under this key", bytes.len()));
  for at in (0..bytes.len()).step_by(7 * WORD) {
    let dropped = [&bytes[..at], &bytes[at + WORD..]].concat();
    assert_eq!(judge(&dropped), wrong(dropped.len()));
    let doubled = [&bytes[..at + WORD], &bytes[at..]].concat();
    assert_eq!(judge(&doubled), wrong(doubled.len()));
  }
  for length in [0, 1, bytes.len() - 1] {
    assert_eq!(judge(&bytes[..length]), wrong(length));
  }
  assert_eq!(judge(&[&bytes[..], &[0]].concat()), wrong(bytes.len() + 1));
}

/// Item 20. β*_j = 0 leaves v(1) free: refused before it is used.
#[test]
fn a_weight_of_zero() {
  let rounds = [[Fr::from(1), Fr::from(2)]; 3];
  let weights = [Fr::from(5), Fr::ZERO, Fr::from(7)];
  let judged = sumcheck::verify(&mut Transcript::new(b"test"), Fr::ONE, &rounds, Some(&weights));
  assert_eq!(judged.err(), Some(ZeroWeight));
}

/// Item 23. A key of the same shape with another τ, other generators, other parameters, another id.
#[test]
fn other_keys() {
  let honest = chain(3);
  let bytes = compressed(&honest).encode();
  let judge = |change: &dyn Fn(&mut wsc_folding::line::verifier::verify::VerifierKey)| {
    let mut key = verifier_key();
    change(&mut key);
    verify(&key, &bytes, 3, &honest.z0).map_err(|error| error.message)
  };
  assert_eq!(judge(&|_| ()), Ok(honest.zn.clone()));
  assert_eq!(judge(&|key| key.id[31] ^= 1), Err(OUTER.into()));
  // The parameters' digest covers generators and Poseidon's constants.
  assert_eq!(judge(&|key| key.pp += Fr::ONE), Err(OUTER.into()));
  let other = (G2Affine::generator() * (tau() + Fr::ONE)).to_affine();
  assert_eq!(judge(&|key| key.tau = other), Err("the opening on BN254".into()));
  let grumpkin = "the opening on Grumpkin";
  assert_eq!(judge(&|key| key.cycle_bases.swap(3, 4)), Err(grumpkin.into()));
  assert_eq!(judge(&|key| key.product = H::generator()), Err(grumpkin.into()));
  let reason = judge(&|key| key.shape.table[2] += Fr::ONE);
  assert_eq!(reason, Err("the inner sum-check".into()));
}
