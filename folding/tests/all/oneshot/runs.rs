//! One-shot proofs: a circuit whose outputs differ from its inputs, and all the ways in which each step must refuse.

use crate::common::{R1csFile, Row, Temporary, said_of_the_ceremony, unwatched};
use std::{
  fs,
  path::{Path, PathBuf},
  sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
  },
};
use wsc_folding::{
  curves::Fr,
  error::{Code, Result},
  field,
  oneshot::{Verifier, key_id},
  oneshot_prover::{Prover, SetupInfo, set_up},
  ptau, quiet,
  scheme::Watch,
  setup_kind::SetupKind,
};

fn setting_up(circuit: &Path, powers: &Path, out: &Path) -> Result<SetupInfo> {
  unwatched(|watch| set_up(circuit, powers, out, None, watch))
}

fn prove(prover: &Prover, witness: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
  unwatched(|watch| prover.prove(witness, watch))
}

fn code<T>(result: Result<T>) -> Code {
  result.map(|_| ()).expect_err("must be refused").code
}

/// out = (a + b)·c, one output, `a` public, `b` and `c` private. Wires: 1, out, a, b, c, sum.
fn product() -> R1csFile {
  let rows: [Row<'_>; 2] = [[&[5], &[4], &[1]], [&[2, 3], &[0], &[5]]];
  R1csFile::of([6, 1, 1, 2], &rows)
}

fn run(a: u64, b: u64, c: u64) -> Vec<u8> {
  let [a, b, c] = [a, b, c].map(Fr::from);
  field::encode_vec(&[Fr::from(1), (a + b) * c, a, b, c, a + b])
}

struct World {
  directory: Temporary,
  circuit: PathBuf,
  powers: PathBuf,
  prover: Prover,
  key: Vec<u8>,
}

fn world() -> &'static World {
  static WORLD: OnceLock<World> = OnceLock::new();
  WORLD.get_or_init(|| {
    let directory = Temporary::new("oneshot");
    let circuit = directory.0.join("product.r1cs");
    let powers = directory.0.join("dev.ptau");
    fs::write(&circuit, product().bytes()).unwrap();
    ptau::write_dev_ptau(&powers, 6, &mut |_, _| true).unwrap();
    let info = setting_up(&circuit, &powers, &directory.0).unwrap();
    let prover = Prover::load(&directory.0, &circuit).unwrap();
    assert_eq!(prover.info, info);
    let key = fs::read(directory.0.join("verifier.key")).unwrap();
    World {
      directory,
      circuit,
      powers,
      prover,
      key,
    }
  })
}

#[test]
fn proves_and_verifies() {
  let world = world();
  let SetupInfo {
    constraints,
    wires,
    public,
    ..
  } = world.prover.info;
  assert_eq!((constraints, wires, public), (2, 6, 2));
  let verifier = Verifier::load(&world.key, None).unwrap();
  assert_eq!(
    (verifier.key_id, verifier.setup),
    (key_id(&world.key), SetupKind::InsecureDev)
  );
  let (proof, public) = prove(&world.prover, &run(3, 4, 5)).unwrap();
  assert_eq!(public, field::encode_vec(&[35, 3].map(Fr::from)));
  assert_eq!(proof.len(), verifier.proof_len());
  verifier.verify(&proof, &public).unwrap();
  // Nothing is drawn at random.
  assert_eq!(prove(&world.prover, &run(3, 4, 5)).unwrap(), (proof.clone(), public));
  for other in [[36, 3], [35, 4], [3, 35], [0, 0]] {
    let other = field::encode_vec(&other.map(Fr::from));
    assert_eq!(code(verifier.verify(&proof, &other)), Code::ProofInvalid);
  }
  // Missing values must not count as zeroes, nor may there be more, or others than canonical ones.
  let (of_zeroes, zeroes) = prove(&world.prover, &run(0, 0, 0)).unwrap();
  verifier.verify(&of_zeroes, &zeroes).unwrap();
  for bad in [&[][..], &[0; 32], &[0; 96], &[0; 63], &[0xff; 64]] {
    assert_eq!(code(verifier.verify(&of_zeroes, bad)), Code::Public);
  }
}

/// Of every byte some bits: no other bytes mean the same proof, and none panic.
#[test]
fn altered_proofs_are_refused() {
  let world = world();
  let verifier = Verifier::load(&world.key, None).unwrap();
  let (proof, public) = prove(&world.prover, &run(3, 4, 5)).unwrap();
  for at in 0..proof.len() {
    let mut bad = proof.clone();
    bad[at] ^= 1 << (at % 8);
    let found = code(verifier.verify(&bad, &public));
    assert!(
      matches!(found, Code::ProofInvalid | Code::ProofMalformed),
      "byte {at}: {found:?}"
    );
    if at % 32 == 0 {
      bad[at..at + 32].fill(0xff);
      assert_eq!(code(verifier.verify(&bad, &public)), Code::ProofMalformed, "byte {at}");
      bad[at..at + 32].fill(0);
      // A word of zeroes is canonical: zero, as the first constant of the outer sum-check is (every row holds), or the
      // neutral point.
      if bad != proof {
        assert_eq!(code(verifier.verify(&bad, &public)), Code::ProofInvalid, "byte {at}");
      }
      assert_eq!(code(verifier.verify(&proof[..at], &public)), Code::ProofMalformed);
    }
  }
  assert_eq!(
    code(verifier.verify(&[&proof[..], &[0]].concat(), &public)),
    Code::ProofMalformed
  );
}

#[test]
fn a_broken_witness_is_no_run() {
  let prover = &world().prover;
  let good = run(3, 4, 5);
  for wire in 0..6 {
    let mut bad = good.clone();
    bad[32 * wire] ^= 1;
    assert_eq!(code(prove(prover, &bad)), Code::Witness, "wire {wire}");
  }
  for bad in [&good[32..], &good[..good.len() - 1], &[]] {
    assert_eq!(code(prove(prover, bad)), Code::Witness);
  }
}

#[test]
fn a_key_of_another_circuit_or_of_other_powers() {
  let world = world();
  let (proof, public) = prove(&world.prover, &run(3, 4, 5)).unwrap();
  let out = Temporary::new("oneshot-others");
  let circuit = out.0.join("other.r1cs");
  // out = (a + c)·b instead
  let rows: [Row<'_>; 2] = [[&[5], &[3], &[1]], [&[2, 4], &[0], &[5]]];
  fs::write(&circuit, R1csFile::of([6, 1, 1, 2], &rows).bytes()).unwrap();
  let powers = out.0.join("ceremony.ptau");
  ptau::write_ptau_of("a ceremony of this test", &powers, 6, &mut |_, _| true).unwrap();
  for (circuit, powers) in [(&circuit, &world.powers), (&world.circuit, &powers)] {
    let info = setting_up(circuit, powers, &out.0).unwrap();
    assert_ne!(info.key_id, world.prover.info.key_id);
    let key = fs::read(out.0.join("verifier.key")).unwrap();
    let verifier = Verifier::load(&key, None).unwrap();
    assert_eq!(code(verifier.verify(&proof, &public)), Code::ProofInvalid);
  }
  // The kind of the setup follows from τ·G2.
  let key = fs::read(out.0.join("verifier.key")).unwrap();
  let pin = ptau::encode_g2(&quiet::quietly(|| ptau::check_ptau(&powers, 2)).unwrap().tau_g2);
  assert_eq!(Verifier::load(&key, Some(&pin)).unwrap().setup, SetupKind::Ceremony);
  assert_eq!(code(Verifier::load(&key, Some(&pin[1..]))), Code::Key);
}

/// The kind of the setup follows from the powers in a parameter file, not from the byte that names it.
#[test]
fn a_parameter_file_is_not_believed_of_its_setup() {
  let world = world();
  let other = Temporary::new("oneshot-said");
  said_of_the_ceremony(&world.directory.0, &other.0);
  let prover = Prover::load(&other.0, &world.circuit).unwrap();
  assert_eq!(prover.info, world.prover.info);
  assert_eq!(prover.info.setup, "insecure-dev");
}

/// A spoilt key is refused, or it is another key (its id differs) under which the proof does not verify.
#[test]
fn a_spoilt_key_never_verifies() {
  let world = world();
  let key = &world.key;
  let (proof, public) = prove(&world.prover, &run(3, 4, 5)).unwrap();
  for at in 0..key.len() {
    assert_eq!(code(Verifier::load(&key[..at], None)), Code::Key, "cut at {at}");
    for bit in 0..8 {
      let mut spoilt = key.clone();
      spoilt[at] ^= 1 << bit;
      match Verifier::load(&spoilt, None) {
        Err(error) => assert_eq!(error.code, Code::Key, "byte {at}: {error}"),
        Ok(other) => {
          assert_ne!(other.key_id, world.prover.info.key_id);
          let found = code(other.verify(&proof, &public));
          assert!(
            matches!(found, Code::ProofInvalid | Code::ProofMalformed | Code::Public),
            "byte {at}: {found:?}"
          );
        }
      }
    }
  }
  assert_eq!(code(Verifier::load(&[&key[..], &[0]].concat(), None)), Code::Key);
  // Of nova-snark's time.
  let before = [b"WSC-ONE\x01\x11nova-snark 0.76.0\x07mercury", &key[22..]].concat();
  let error = Verifier::load(&before, None).map(|_| ()).unwrap_err();
  assert_eq!(
    (error.code, error.message.as_str()),
    (Code::Key, "verifying key of version 1, this verifier reads version 2")
  );
  assert_eq!(
    code(Verifier::load(&vec![0; wsc_folding::bytes::MAX_KEY + 1], None)),
    Code::Key
  );
}

#[test]
fn setting_up_refuses_and_stops() {
  let world = world();
  let out = Temporary::new("oneshot-out");
  assert_eq!(code(setting_up(&world.powers, &world.powers, &out.0)), Code::R1cs);
  assert_eq!(code(setting_up(&world.circuit, &world.circuit, &out.0)), Code::Ptau);
  assert_eq!(
    code(setting_up(&world.circuit, &world.powers, &out.0.join("none"))),
    Code::Io
  );
  let empty = out.0.join("empty.r1cs");
  fs::write(&empty, R1csFile::of([3, 1, 1, 0], &[]).bytes()).unwrap();
  assert_eq!(code(setting_up(&empty, &world.powers, &out.0)), Code::R1cs);
  let small = out.0.join("small.ptau");
  ptau::write_dev_ptau(&small, 1, &mut |_, _| true).unwrap();
  assert_eq!(code(setting_up(&world.circuit, &small, &out.0)), Code::Ptau);

  let stop = AtomicBool::new(false);
  let stopping = |stage: &str, _: u32, _: u32| stop.store(stage == "parameters", Ordering::Relaxed);
  let watch = Watch {
    report: &stopping,
    stop: &stop,
  };
  assert_eq!(
    code(set_up(&world.circuit, &world.powers, &out.0, None, watch)),
    Code::Aborted
  );
  assert!(!out.0.join("params.bin").exists());
  assert_eq!(code(world.prover.prove(&run(1, 2, 3), watch)), Code::Aborted);
}

#[test]
fn parameters_of_another_circuit_or_damaged() {
  let world = world();
  let out = Temporary::new("oneshot-damaged");
  let other = out.0.join("other.r1cs");
  let mut file = product();
  file.constraints[8] = 2;
  fs::write(&other, file.bytes()).unwrap();
  assert_eq!(code(Prover::load(&world.directory.0, &other)), Code::Key);
  assert_eq!(code(Prover::load(&out.0, &world.circuit)), Code::Io);
  let bytes = fs::read(world.directory.0.join("params.bin")).unwrap();
  for at in [0, 8, 12, 30, 60, bytes.len() / 2, bytes.len() - 1] {
    let mut bad = bytes.clone();
    bad[at] ^= 1;
    fs::write(out.0.join("params.bin"), &bad).unwrap();
    assert_eq!(code(Prover::load(&out.0, &world.circuit)), Code::Key, "byte {at}");
  }
}
