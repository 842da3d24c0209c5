//! One-shot proofs by provers who cheat, and proofs edited word by word. The forger is put together from the engine's
//! own parts and goes on where the honest prover stops; honest data gives the honest prover's bytes.

use crate::common::{R1csFile, Temporary, WeightedRow};
use ff::{Field, PrimeField};
use halo2curves::{CurveAffine, bn256::G1Affine, group::Curve};
use rand_core::{RngCore, SeedableRng};
use std::{
  collections::BTreeMap,
  fs,
  path::PathBuf,
  sync::{OnceLock, atomic::AtomicBool},
};
use wsc_folding::{
  curves::Fr,
  error::{Code, Result},
  field,
  line::{matrices::multiply, mercury, spartan, spartan_prover},
  msm::msm,
  oneshot::{Proof, Statement, Verifier},
  oneshot_prover::{Prover, set_up, shape_of},
  ptau, quiet,
  r1cs::R1cs,
  scheme::Watch,
  sparse::Shape,
};

type Random = rand_chacha::ChaCha20Rng;

fn random(seed: u64) -> Random {
  Random::seed_from_u64(seed)
}

/// Enough for 2^8 variables.
fn powers() -> &'static PathBuf {
  static POWERS: OnceLock<(Temporary, PathBuf)> = OnceLock::new();
  let (_, path) = POWERS.get_or_init(|| {
    let directory = Temporary::new("forged-powers");
    let path = directory.0.join("dev.ptau");
    ptau::write_dev_ptau(&path, 8, &mut |_, _| true).unwrap();
    (directory, path)
  });
  path
}

fn watching<T>(work: impl FnOnce(Watch<'_>) -> T) -> T {
  work(Watch {
    report: &|_, _, _| {},
    stop: &AtomicBool::new(false),
  })
}

/// A circuit, set up, with all that a forger needs.
struct Scene {
  _directory: Temporary,
  rows: Vec<WeightedRow>,
  public: usize,
  shape: Shape<Fr>,
  powers: Vec<G1Affine>,
  prover: Prover,
  verifier: Verifier,
}

impl Scene {
  /// `counts`: wires, outputs, public inputs, private inputs.
  fn new(name: &str, counts: [u32; 4], rows: Vec<WeightedRow>) -> Self {
    let directory = Temporary::new(name);
    let circuit = directory.0.join("circuit.r1cs");
    let bytes = R1csFile::weighted(counts, &rows).bytes();
    fs::write(&circuit, &bytes).unwrap();
    watching(|watch| set_up(&circuit, powers(), &directory.0, None, watch)).unwrap();
    let shape = shape_of(&R1cs::parse(&bytes).unwrap()).unwrap();
    Scene {
      rows,
      public: (counts[1] + counts[2]) as usize,
      powers: quiet::quietly(|| ptau::read_powers(powers(), shape.variables))
        .unwrap()
        .points,
      shape,
      prover: Prover::load(&directory.0, &circuit).unwrap(),
      verifier: Verifier::load(&fs::read(directory.0.join("verifier.key")).unwrap(), None).unwrap(),
      _directory: directory,
    }
  }

  /// The relation by its definition, over the rows as they were written.
  fn holds(&self, wires: &[Fr]) -> bool {
    let value = |terms: &Vec<(u32, Fr)>| -> Fr { terms.iter().map(|(wire, k)| *k * wires[*wire as usize]).sum() };
    self.rows.iter().all(|[a, b, c]| value(a) * value(b) == value(c))
  }

  fn honest(&self, wires: &[Fr]) -> Result<(Vec<u8>, Vec<u8>)> {
    watching(|watch| self.prover.prove(&field::encode_vec(wires), watch))
  }

  fn variables(&self, wires: &[Fr]) -> Vec<Fr> {
    let mut variables = wires[1 + self.public..].to_vec();
    variables.resize(self.shape.variables, Fr::ZERO);
    variables
  }

  /// What the forger was given, or made up.
  fn forge(&self, forgery: Forgery) -> Vec<u8> {
    let Forgery {
      variables,
      claimed,
      known,
      tables,
    } = forgery;
    let witness = msm(&variables, &self.powers[..variables.len()]).to_affine();
    let mut statement = Statement::new(&self.verifier.key_id, &self.shape, &claimed, &witness);
    let (transcript, claim) = statement.claim(&self.shape);
    let claim = spartan::Claim {
      public: &known,
      ..claim
    };
    let folded = variables[..self.shape.variables].to_vec();
    let (spartan, points) = spartan_prover::prove(transcript, &claim, tables, None, folded).unwrap();
    let f = &variables[..self.shape.variables];
    let opening = mercury::prove(transcript, &self.powers, &witness, f, &points.column, &spartan.witness);
    Proof {
      witness,
      spartan,
      opening,
    }
    .encode()
  }

  fn forgery(&self, wires: &[Fr]) -> Forgery {
    let variables = self.variables(wires);
    let known = wires[..1 + self.public].to_vec();
    Forgery {
      tables: multiply(&self.shape, &variables, &known),
      claimed: known[1..].to_vec(),
      variables,
      known,
    }
  }

  fn verify(&self, proof: &[u8], public: &[Fr]) -> Result<()> {
    self.verifier.verify(proof, &field::encode_vec(public))
  }

  /// Why it is refused.
  fn refusal(&self, proof: &[u8], public: &[Fr]) -> String {
    let error = self.verify(proof, public).expect_err("must be refused");
    assert_eq!(error.code, Code::ProofInvalid);
    error.message
  }
}

struct Forgery {
  variables: Vec<Fr>,
  /// The public values that the transcript begins with.
  claimed: Vec<Fr>,
  /// u and public values that the prover computes with.
  known: Vec<Fr>,
  tables: [Vec<Fr>; 3],
}

/// A random circuit and a run of it: rows over earlier wires, some of which fix a wire, some only hold.
fn random_circuit(random: &mut Random) -> ([u32; 4], Vec<WeightedRow>, Vec<Fr>) {
  let below = |random: &mut Random, n: u64| random.next_u64() % n;
  let value = |random: &mut Random| match random.next_u32() % 4 {
    0 => Fr::ZERO,
    1 => Fr::ONE,
    2 => -Fr::from(u64::from(random.next_u32() % 1000)),
    _ => Fr::random(random),
  };
  let inputs = 1 + below(random, 8) as usize;
  let (outputs, public) = (0u32, below(random, inputs as u64 + 1) as u32);
  let mut wires = vec![Fr::ONE];
  wires.extend((0..inputs).map(|_| value(random)));
  let combination = |random: &mut Random, wires: &[Fr]| -> Vec<(u32, Fr)> {
    (0..below(random, 4))
      .map(|_| (below(random, wires.len() as u64) as u32, value(random)))
      .collect()
  };
  let mut rows = Vec::new();
  for _ in 0..1 + below(random, 40) {
    let (a, b) = (combination(random, &wires), combination(random, &wires));
    let sum = |terms: &[(u32, Fr)]| -> Fr { terms.iter().map(|(wire, k)| *k * wires[*wire as usize]).sum() };
    let product = sum(&a) * sum(&b);
    if below(random, 3) > 0 || product.is_zero().into() {
      wires.push(product);
      rows.push([a, b, vec![(wires.len() as u32 - 1, Fr::ONE)]]);
    } else {
      rows.push([a, b, vec![(0, product)]]);
    }
  }
  let private = inputs as u32 - public;
  ([wires.len() as u32, outputs, public, private], rows, wires)
}

#[test]
fn agrees_with_the_relation_on_random_circuits() {
  let mut random = random(1);
  let mut broken = 0;
  for round in 0..60 {
    let (counts, rows, wires) = random_circuit(&mut random);
    let scene = Scene::new(&format!("random-{round}"), counts, rows);
    assert!(scene.holds(&wires));
    let (proof, public) = scene.honest(&wires).unwrap();
    scene.verifier.verify(&proof, &public).unwrap();
    assert_eq!(scene.forge(scene.forgery(&wires)), proof, "round {round}");
    for _ in 0..4 {
      let mut other = wires.clone();
      let wire = 1 + (random.next_u64() % (wires.len() as u64 - 1)) as usize;
      other[wire] += Fr::ONE;
      let holds = scene.holds(&other);
      broken += usize::from(!holds);
      let refused = scene.honest(&other).map(|_| ()).err().map(|error| error.code);
      assert_eq!(refused, (!holds).then_some(Code::Witness), "round {round}");
      let forged = scene.forge(scene.forgery(&other));
      let verdict = scene.verify(&forged, &other[1..=scene.public]);
      assert_eq!(verdict.is_ok(), holds, "round {round}, wire {wire}");
    }
  }
  assert!(broken > 100, "{broken} of 240 runs are broken");
}

/// out = x^8 by three squares, and out·y = z: three rows in four, four private wires. Wires: 1, out, x, x², x⁴, y, z.
fn eighth() -> &'static (Scene, Vec<Fr>) {
  static SCENE: OnceLock<(Scene, Vec<Fr>)> = OnceLock::new();
  SCENE.get_or_init(|| {
    let one = |wire| vec![(wire, Fr::ONE)];
    let square = |x, y| [one(x), one(x), one(y)];
    let rows = vec![
      square(2, 3),
      square(3, 4),
      square(4, 1),
      [one(1), one(5), one(6)],
      square(5, 7),
    ];
    let wires = [1, 256, 2, 4, 16, 3, 768, 9].map(Fr::from).to_vec();
    (Scene::new("eighth", [8, 1, 1, 1], rows), wires)
  })
}

#[test]
fn other_public_values() {
  let (scene, wires) = eighth();
  let honest = scene.forge(scene.forgery(wires));
  scene.verify(&honest, &wires[1..3]).unwrap();
  assert_eq!(scene.refusal(&honest, &[wires[2], wires[1]]), "the outer sum-check");
  for at in 0..2 {
    // The forger claims another value and computes with the true ones.
    let mut forgery = scene.forgery(wires);
    forgery.claimed[at] += Fr::ONE;
    let claimed = forgery.claimed.clone();
    let forged = scene.forge(forgery);
    assert_eq!(scene.refusal(&forged, &claimed), "the inner sum-check");
    assert_eq!(scene.refusal(&forged, &wires[1..3]), "the outer sum-check");
    // Or computes with it, over a table that pretends.
    let mut forgery = scene.forgery(wires);
    forgery.claimed[at] += Fr::ONE;
    forgery.known[1 + at] += Fr::ONE;
    let claimed = forgery.claimed.clone();
    assert_eq!(scene.refusal(&scene.forge(forgery), &claimed), "the inner sum-check");
  }
}

/// Tables that obey every row, but are no products of the matrices; above all in the rows that pad.
#[test]
fn tables_that_are_no_products() {
  let (scene, wires) = eighth();
  assert_eq!((scene.shape.constraints, scene.rows.len()), (8, 5));
  for row in 0..8 {
    let mut forgery = scene.forgery(wires);
    forgery.tables[0][row] += Fr::ONE;
    forgery.tables[2][row] = forgery.tables[0][row] * forgery.tables[1][row];
    let altered = forgery.tables[0][row] * forgery.tables[1][row];
    assert_eq!(altered, forgery.tables[2][row]);
    assert_eq!(
      scene.refusal(&scene.forge(forgery), &wires[1..3]),
      "the inner sum-check",
      "row {row}"
    );
    let mut forgery = scene.forgery(wires);
    forgery.tables[2][row] += Fr::ONE;
    assert_eq!(
      scene.refusal(&scene.forge(forgery), &wires[1..3]),
      "the outer sum-check",
      "row {row}"
    );
  }
}

/// The relation is strict: another u than one scales the linear part.
#[test]
fn another_u() {
  let (scene, wires) = eighth();
  // All wires but the constant one halved hold for u = 1/2.
  let half = Fr::from(2).invert().unwrap();
  let scaled: Vec<Fr> = wires.iter().map(|wire| *wire * half).collect();
  let mut forgery = scene.forgery(&scaled);
  assert_eq!(forgery.known[0], half);
  let claimed = forgery.claimed.clone();
  assert_eq!(scene.refusal(&scene.forge(forgery), &claimed), "the outer sum-check");
  forgery = scene.forgery(wires);
  forgery.known[0] = -Fr::ONE;
  assert_eq!(
    scene.refusal(&scene.forge(forgery), &wires[1..3]),
    "the outer sum-check"
  );
}

/// Columns that no row names are free, whatever stands in them; the commitment binds them all the same.
#[test]
fn unused_columns_are_free() {
  let (scene, wires) = eighth();
  let used = wires.len() - 3;
  assert_eq!((used, scene.shape.variables), (5, 8));
  let mut forgery = scene.forgery(wires);
  forgery.variables[used..].fill(Fr::from(7));
  let other = scene.forge(forgery);
  scene.verify(&other, &wires[1..3]).unwrap();
  let honest = scene.forge(scene.forgery(wires));
  let mixed = [&other[..32], &honest[32..]].concat();
  assert_eq!(scene.refusal(&mixed, &wires[1..3]), "the outer sum-check");
}

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

/// Two rows and two variables at least; rows and variables of different sizes; as many variables as the powers file has.
#[test]
fn every_size() {
  let one = |wire: u32| vec![(wire, Fr::ONE)];
  // A chain of squares from a public input, of so many private wires.
  let squares = |private: u32| -> (Vec<WeightedRow>, Vec<Fr>) {
    let rows = (1..=private).map(|i| [one(i), one(i), one(i + 1)]).collect();
    let mut wires = vec![Fr::ONE, Fr::from(3)];
    for i in 1..=private as usize {
      wires.push(wires[i].square());
    }
    (rows, wires)
  };
  for private in [1u32, 2, 3, 4, 5, 8, 9, 128, 256] {
    let (rows, wires) = squares(private);
    let scene = Scene::new(&format!("size-{private}"), [2 + private, 0, 1, 0], rows);
    let (proof, public) = scene.honest(&wires).unwrap();
    scene.verifier.verify(&proof, &public).unwrap();
    let mut other = public.clone();
    other[0] ^= 1;
    assert_eq!(
      scene.verifier.verify(&proof, &other).unwrap_err().code,
      Code::ProofInvalid
    );
  }
  // One private wire in many rows, and many of them in one.
  let many = vec![[one(1), one(1), one(2)]; 100];
  let tall = Scene::new("tall", [3, 0, 1, 0], many);
  let flat = Scene::new(
    "flat",
    [202, 1, 0, 200],
    vec![[(2..=201).map(|w| (w, Fr::ONE)).collect(), one(0), one(1)]],
  );
  assert_eq!([tall.shape.constraints, tall.shape.variables], [128, 2]);
  assert_eq!([flat.shape.constraints, flat.shape.variables], [2, 256]);
  let (proof, public) = tall.honest(&[1, 3, 9].map(Fr::from)).unwrap();
  tall.verifier.verify(&proof, &public).unwrap();
  let mut wires = vec![Fr::ONE; 202];
  wires[1] = Fr::from(200);
  let (proof, public) = flat.honest(&wires).unwrap();
  flat.verifier.verify(&proof, &public).unwrap();

  // 2^8 powers and the ones after them, but one: 512 variables are too many.
  let (rows, _) = squares(257);
  let directory = Temporary::new("size-too-large");
  let circuit = directory.0.join("circuit.r1cs");
  fs::write(&circuit, R1csFile::weighted([259, 0, 1, 0], &rows).bytes()).unwrap();
  let refused = watching(|watch| set_up(&circuit, powers(), &directory.0, None, watch)).unwrap_err();
  assert_eq!(refused.code, Code::Ptau);
}
