//! A circuit with an honest prover, a verifier, and a forger: put together from the engine's own parts, it goes on where
//! the honest prover stops. Of honest data it makes the honest prover's bytes.

use crate::common::{R1csFile, Temporary, WeightedRow, unwatched};
use ff::Field;
use halo2curves::{bn256::G1Affine, group::Curve};
use std::{fs, path::PathBuf, sync::OnceLock};
use wsc_folding::{
  curves::Fr,
  error::{Code, Result},
  field,
  line::{
    argument::{proving, spartan},
    relation::matrices::multiply,
  },
  msm::msm,
  oneshot::{Proof, Statement, Verifier},
  oneshot_prover::{Prover, set_up, shape_of},
  ptau, quiet,
  r1cs::R1cs,
  sparse::Shape,
};

/// Enough for 2^8 variables.
pub fn powers() -> &'static PathBuf {
  static POWERS: OnceLock<(Temporary, PathBuf)> = OnceLock::new();
  let (_, path) = POWERS.get_or_init(|| {
    let directory = Temporary::new("forged-powers");
    let path = directory.0.join("dev.ptau");
    ptau::write_dev_ptau(&path, 8, &mut |_, _| true).unwrap();
    (directory, path)
  });
  path
}

/// A circuit, set up, with all that a forger needs.
pub struct Scene {
  _directory: Temporary,
  pub rows: Vec<WeightedRow>,
  pub public: usize,
  pub shape: Shape<Fr>,
  powers: Vec<G1Affine>,
  prover: Prover,
  pub verifier: Verifier,
}

impl Scene {
  /// `counts`: wires, outputs, public inputs, private inputs.
  pub fn new(name: &str, counts: [u32; 4], rows: Vec<WeightedRow>) -> Self {
    let directory = Temporary::new(name);
    let circuit = directory.0.join("circuit.r1cs");
    let bytes = R1csFile::weighted(counts, &rows).bytes();
    fs::write(&circuit, &bytes).unwrap();
    unwatched(|watch| set_up(&circuit, powers(), &directory.0, None, watch)).unwrap();
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
  pub fn holds(&self, wires: &[Fr]) -> bool {
    let value = |terms: &Vec<(u32, Fr)>| -> Fr { terms.iter().map(|(wire, k)| *k * wires[*wire as usize]).sum() };
    self.rows.iter().all(|[a, b, c]| value(a) * value(b) == value(c))
  }

  pub fn honest(&self, wires: &[Fr]) -> Result<(Vec<u8>, Vec<u8>)> {
    unwatched(|watch| self.prover.prove(&field::encode_vec(wires), watch))
  }

  fn variables(&self, wires: &[Fr]) -> Vec<Fr> {
    let mut variables = wires[1 + self.public..].to_vec();
    variables.resize(self.shape.variables, Fr::ZERO);
    variables
  }

  /// What the forger was given, or made up.
  pub fn forge(&self, forgery: Forgery) -> Vec<u8> {
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
    let (spartan, points) = proving::spartan::prove(transcript, &claim, tables, None, folded).unwrap();
    let f = &variables[..self.shape.variables];
    let opening = proving::mercury::prove(transcript, &self.powers, &witness, f, &points.column, &spartan.witness);
    Proof {
      witness,
      spartan,
      opening,
    }
    .encode()
  }

  pub fn forgery(&self, wires: &[Fr]) -> Forgery {
    let variables = self.variables(wires);
    let known = wires[..1 + self.public].to_vec();
    Forgery {
      tables: multiply(&self.shape, &variables, &known),
      claimed: known[1..].to_vec(),
      variables,
      known,
    }
  }

  pub fn verify(&self, proof: &[u8], public: &[Fr]) -> Result<()> {
    self.verifier.verify(proof, &field::encode_vec(public))
  }

  /// Why it is refused.
  pub fn refusal(&self, proof: &[u8], public: &[Fr]) -> String {
    let error = self.verify(proof, public).expect_err("must be refused");
    assert_eq!(error.code, Code::ProofInvalid);
    error.message
  }
}

pub struct Forgery {
  pub variables: Vec<Fr>,
  /// The public values that the transcript begins with.
  pub claimed: Vec<Fr>,
  /// u and public values that the prover computes with.
  pub known: Vec<Fr>,
  pub tables: [Vec<Fr>; 3],
}

/// out = x^8 by three squares, and out·y = z: three rows in four, four private wires. Wires: 1, out, x, x², x⁴, y, z.
pub fn eighth() -> &'static (Scene, Vec<Fr>) {
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
