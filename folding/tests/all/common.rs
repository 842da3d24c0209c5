//! A small step circuit, written as bytes: state (a, b) and a private x become ((a + x)² + b, b + 1).

use sha2::{Digest, Sha256};
use std::{
  fs,
  ops::Range,
  path::{Path, PathBuf},
  sync::{Arc, OnceLock, atomic::AtomicBool},
};
use wsc_folding::{
  curves::Fr,
  error::Result,
  field::{self, MODULUS},
  keyfile::SetupInfo,
  line::{self, prover::scheme::Line},
  ptau,
  scheme::{FoldingScheme, Watch},
  session::{self, Prover},
};

pub const WIRES: u32 = 7;

/// Sections of an `.r1cs` file, to be spoilt at will.
#[derive(Clone)]
pub struct R1csFile {
  pub header: Vec<u8>,
  pub constraints: Vec<u8>,
  pub labels: Vec<u8>,
}

/// One constraint: the wires that are summed in A, in B and in C.
pub type Row<'a> = [&'a [u32]; 3];

/// The same with coefficients.
pub type WeightedRow = [Vec<(u32, Fr)>; 3];

pub fn weighted(rows: &[Row<'_>]) -> Vec<WeightedRow> {
  let one = |wires: &&[u32]| wires.iter().map(|wire| (*wire, Fr::from(1))).collect();
  rows.iter().map(|row| row.each_ref().map(one)).collect()
}

impl R1csFile {
  pub fn new() -> Self {
    // Wires: 1, a', b', a, b, x, square.
    let rows: [Row<'_>; 3] = [[&[3, 5], &[3, 5], &[6]], [&[6, 4], &[0], &[1]], [&[4, 0], &[0], &[2]]];
    R1csFile::of([WIRES, 2, 2, 1], &rows)
  }

  /// `counts`: wires, outputs, public inputs, private inputs.
  pub fn of(counts: [u32; 4], rows: &[Row<'_>]) -> Self {
    R1csFile::weighted(counts, &weighted(rows))
  }

  pub fn weighted(counts: [u32; 4], rows: &[WeightedRow]) -> Self {
    let mut header = Vec::new();
    header.extend(32u32.to_le_bytes());
    header.extend(MODULUS);
    for number in counts {
      header.extend(number.to_le_bytes());
    }
    let wires = u64::from(counts[0]);
    header.extend(wires.to_le_bytes());
    header.extend((rows.len() as u32).to_le_bytes());
    let mut constraints = Vec::new();
    for combination in rows.iter().flatten() {
      constraints.extend((combination.len() as u32).to_le_bytes());
      for (wire, coefficient) in combination {
        constraints.extend(wire.to_le_bytes());
        constraints.extend(field::encode(coefficient));
      }
    }
    let labels = (0..wires).flat_map(u64::to_le_bytes).collect();
    R1csFile {
      header,
      constraints,
      labels,
    }
  }

  pub fn bytes(&self) -> Vec<u8> {
    assemble(&[(2, &self.constraints), (1, &self.header), (3, &self.labels)])
  }
}

pub fn assemble(sections: &[(u32, &[u8])]) -> Vec<u8> {
  let mut out = b"r1cs".to_vec();
  out.extend(1u32.to_le_bytes());
  out.extend((sections.len() as u32).to_le_bytes());
  for (kind, content) in sections {
    out.extend(kind.to_le_bytes());
    out.extend((content.len() as u64).to_le_bytes());
    out.extend(*content);
  }
  out
}

/// The witness of one step, and the state after it.
pub fn witness(state: [Fr; 2], x: u64) -> (Vec<u8>, [Fr; 2]) {
  let x = Fr::from(x);
  let square = (state[0] + x) * (state[0] + x);
  let next = [square + state[1], state[1] + Fr::from(1)];
  (
    field::encode_vec(&[Fr::from(1), next[0], next[1], state[0], state[1], x, square]),
    next,
  )
}

pub fn start() -> [Fr; 2] {
  [Fr::from(3), Fr::from(4)]
}

/// A directory that is gone when the test ends.
pub struct Temporary(pub PathBuf);

impl Temporary {
  pub fn new(name: &str) -> Self {
    let path = std::env::temp_dir().join(format!("wsc-folding-{name}-{}", std::process::id()));
    fs::create_dir_all(&path).unwrap();
    Temporary(path)
  }
}

impl Drop for Temporary {
  fn drop(&mut self) {
    let _ = fs::remove_dir_all(&self.0);
  }
}

/// A copy of a directory's `params.bin` in another one; its byte for the kind of the setup says "ceremony", and the checksum
/// fits.
pub fn said_of_the_ceremony(directory: &Path, to: &Path) {
  let mut bytes = fs::read(directory.join("params.bin")).unwrap();
  let kind = 20 + 32; // after the sealed head and the key id
  assert_eq!(bytes[kind], 0);
  bytes[kind] = 1;
  let end = bytes.len() - 32;
  let sum = Sha256::digest(&bytes[..end]);
  bytes[end..].copy_from_slice(&sum);
  fs::write(to.join("params.bin"), bytes).unwrap();
}

/// Hears nothing and never stops.
pub fn unwatched<T>(work: impl FnOnce(Watch<'_>) -> T) -> T {
  work(Watch {
    report: &|_, _, _| {},
    stop: &AtomicBool::new(false),
  })
}

pub fn set_up<S: FoldingScheme>(circuit: &Path, powers: &Path, out: &Path) -> Result<SetupInfo> {
  unwatched(|watch| session::set_up::<S>(circuit, powers, out, None, watch))
}

/// A folding scheme under the tests that all of them must pass (contract.rs).
pub trait Contracted: FoldingScheme {
  /// The small circuit needs 2^this powers of tau.
  const POWER: u32;
  /// Says what a key's proofs are of, to a verifier of others.
  const ORIGIN: &'static str;
  fn world() -> &'static World<Self>
  where
    Self: Sized;
  fn key_id(compact: &[u8]) -> [u8; 32];
  /// Where some generators begin in a key; `after` is what follows τ·G2.
  fn generators(after: Range<usize>) -> Vec<usize>;
}

/// One setup for all tests of a scheme: circuit, powers, `params.bin`, `verifier.key`, a proof of one step.
pub struct World<S: FoldingScheme> {
  pub directory: Temporary,
  pub circuit: PathBuf,
  pub powers: PathBuf,
  pub prover: Arc<Prover<S>>,
  pub key: Vec<u8>,
  pub proof: Vec<u8>,
}

impl<S: Contracted> World<S> {
  fn new(name: &str) -> Self {
    let directory = Temporary::new(name);
    let circuit = directory.0.join("step.r1cs");
    let powers = directory.0.join("dev.ptau");
    fs::write(&circuit, R1csFile::new().bytes()).unwrap();
    ptau::write_dev_ptau(&powers, S::POWER, &mut |_, _| true).unwrap();
    set_up::<S>(&circuit, &powers, &directory.0).unwrap();
    let prover = Arc::new(Prover::<S>::load(&directory.0, &circuit).unwrap());
    let key = fs::read(directory.0.join("verifier.key")).unwrap();
    let mut fold = prover.begin(&field::encode_vec(&start())).unwrap();
    fold.fold(&witness(start(), 1).0).unwrap();
    let proof = unwatched(|watch| fold.compress(watch)).unwrap();
    World {
      directory,
      circuit,
      powers,
      prover,
      key,
      proof,
    }
  }
}

impl Contracted for Line {
  const POWER: u32 = 15;
  const ORIGIN: &'static str = "wsc-line-1";

  fn world() -> &'static World<Self> {
    static WORLD: OnceLock<World<Line>> = OnceLock::new();
    WORLD.get_or_init(|| World::new("world-line"))
  }

  fn key_id(compact: &[u8]) -> [u8; 32] {
    line::verifier::key::key_id(compact)
  }

  /// The one for inner products is the last of 1,025.
  fn generators(after: Range<usize>) -> Vec<usize> {
    [0, 1, 1023, 1024].map(|number| after.start + 64 * number).to_vec()
  }
}
