//! Setting up and proving of one-shot proofs (`oneshot.rs`), over circom's constraints as they stand.

mod file;
mod shape;

pub use file::SetupInfo;
pub use shape::of as shape_of;

use crate::{
  curves::Fr,
  error::{Code, Error, Result},
  field,
  line::{argument::proving, curve::G, relation::matrices::multiply},
  msm::msm,
  oneshot::{self, Proof, Statement},
  ptau,
  quiet::quietly,
  r1cs::{self, R1cs},
  scheme::Watch,
  sealed,
  sparse::Shape,
};
use ff::Field;
use halo2curves::group::Curve;
use rayon::prelude::*;
use std::path::Path;

fn read_circuit(path: &Path) -> Result<(R1cs, Vec<u8>)> {
  let bytes = sealed::read_bounded(path, r1cs::MAX_FILE)?;
  Ok((R1cs::parse(&bytes)?, bytes))
}

/// Makes `out/params.bin` and `out/verifier.key` for any circuit; each appears whole or not at all.
pub fn set_up(
  circuit: &Path,
  powers: &Path,
  out: &Path,
  ceremony: Option<&[u8]>,
  watch: Watch<'_>,
) -> Result<SetupInfo> {
  watch.stage("circuit", 0, 1)?;
  std::fs::read_dir(out).map_err(|e| Error::io("write into", out, e))?; // before the long work
  let (circuit, bytes) = read_circuit(circuit)?;
  let shape = shape_of(&circuit)?;
  watch.stage("parameters", 0, 1)?;
  // Reading the powers checks a G2 point, hence the silence.
  let powers = quietly(|| ptau::read_powers(powers, shape.variables))?;
  watch.stage("compact key", 0, 1)?;
  let compact = oneshot::encode_key(&powers.tau_g2, &shape);
  watch.stage("write", 0, 1)?;
  let info = file::write(out, &circuit, &bytes, &powers.points, &compact, ceremony)?;
  watch.stage("write", 1, 1)?;
  Ok(info)
}

/// A circuit with its parameters.
pub struct Prover {
  pub info: SetupInfo,
  circuit: R1cs,
  shape: Shape<Fr>,
  /// Powers of tau, one a variable.
  powers: Vec<G>,
}

impl Prover {
  /// Loads what `set_up` wrote into `directory` for this circuit file.
  pub fn load(directory: &Path, circuit: &Path) -> Result<Prover> {
    let (circuit, bytes) = read_circuit(circuit)?;
    let (info, powers) = file::read(directory, &circuit, &bytes)?;
    let shape = shape_of(&circuit)?;
    if powers.len() != shape.variables {
      return Err(Error::key(
        "parameter file: another number of powers than the circuit needs",
      ));
    }
    Ok(Prover {
      info,
      circuit,
      shape,
      powers,
    })
  }

  /// The public values in a witness, and a proof of them. The caller may stop it between the stages.
  pub fn prove(&self, witness: &[u8], watch: Watch<'_>) -> Result<(Vec<u8>, Vec<u8>)> {
    watch.stage("witness", 0, 3)?;
    let Prover { circuit, shape, .. } = self;
    let witness = circuit.read_witness(witness)?;
    let public = circuit.public_values(&witness);
    let mut variables = witness[1 + public.len()..].to_vec();
    variables.resize(shape.variables, Fr::ZERO);
    let tables = multiply(shape, &variables, &witness[..1 + public.len()]);
    if let Some(row) = broken_row(&tables) {
      let what = format!("the witness breaks constraint {row}");
      return Err(Error::new(Code::Witness, what));
    }
    watch.stage("commitment", 1, 3)?;
    let commitment = msm(&variables, &self.powers).to_affine();
    watch.stage("proof", 2, 3)?;
    let mut statement = Statement::new(&self.info.key_id, shape, public, &commitment);
    let (transcript, claim) = statement.claim(shape);
    let (spartan, points) = proving::spartan::prove(transcript, &claim, tables, None, variables.clone())?;
    let (point, value) = (&points.column, &spartan.witness);
    let opening = proving::mercury::prove(transcript, &self.powers, &commitment, &variables, point, value);
    let proof = Proof {
      witness: commitment,
      spartan,
      opening,
    };
    // Not a place to stop: the proof is made.
    (watch.report)("proof", 3, 3);
    Ok((proof.encode(), field::encode_vec(public)))
  }
}

/// The first row with a·b ≠ c.
fn broken_row([a, b, c]: &[Vec<Fr>; 3]) -> Option<usize> {
  (0..c.len())
    .into_par_iter()
    .with_min_len(4096)
    .position_first(|row| a[row] * b[row] != c[row])
}
