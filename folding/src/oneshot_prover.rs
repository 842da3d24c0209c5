//! Setting up and proving of one-shot proofs (`oneshot.rs`): nova-snark's `DirectSNARK` over circom's constraints as
//! they stand. Its own set-up draws powers of tau at random, which is for tests; this one reads them from a file.

mod file;
mod shape;

pub use file::SetupInfo;

use crate::{
  curves::{E1, Fr},
  engine::{EE1, S1},
  error::{Code, Error, Result},
  field,
  layout::Layout,
  oneshot::{self, Proof},
  powers::PowersDirectory,
  ptau,
  quiet::quietly,
  r1cs::{self, R1cs},
  scheme::Watch,
  sealed,
};
use ff::Field;
use nova_snark::{
  errors::NovaError,
  r1cs::{R1CSShape, RelaxedR1CSInstance, RelaxedR1CSWitness},
  traits::{
    Engine,
    commitment::{CommitmentEngineTrait, Len},
    evaluation::EvaluationEngineTrait,
    snark::RelaxedR1CSSNARKTrait,
  },
};
use std::path::Path;

type Commitments = <E1 as Engine>::CE;
type CommitmentKey = <Commitments as CommitmentEngineTrait<E1>>::CommitmentKey;
type SpartanProver = <S1 as RelaxedR1CSSNARKTrait<E1>>::ProverKey;

fn internal(doing: &'static str) -> impl Fn(NovaError) -> Error {
  move |error| Error::internal(format!("{doing}: {error}"))
}

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
  let shape = shape::padded(&circuit)?;
  watch.stage("parameters", 0, 1)?;
  let points = shape.num_cons();
  let file = ptau::open_ptau(powers, points)?;
  let directory = PowersDirectory::of(powers, file.power)?;
  // Reading the powers checks a G2 point, hence the silence. nova-snark checks curve and group, not that they are powers.
  let (key, checked) = quietly(|| {
    let key = R1CSShape::commitment_key_from_ptau_dir(&[&shape], &[&*S1::ck_floor()], directory.path());
    let key = key.map_err(|error| match error {
      NovaError::PtauFileError(reason) => Error::ptau(reason),
      other => internal("commitment key")(other),
    })?;
    Ok((key, ptau::check_ptau(powers, points)?))
  })?;
  watch.stage("compact key", 0, 1)?;
  let compact = oneshot::encode_key(&checked.tau_g2, &shape::compact(&shape)?);
  watch.stage("write", 0, 1)?;
  let info = file::write(out, &circuit, &bytes, &key, &compact, ceremony)?;
  watch.stage("write", 1, 1)?;
  Ok(info)
}

/// A circuit with its parameters.
pub struct Prover {
  pub info: SetupInfo,
  circuit: R1cs,
  shape: R1CSShape<E1>,
  commitment: CommitmentKey,
  spartan: SpartanProver,
  layout: Layout,
}

impl Prover {
  /// Loads what `set_up` wrote into `directory` for this circuit file.
  pub fn load(directory: &Path, circuit: &Path) -> Result<Prover> {
    let (circuit, bytes) = read_circuit(circuit)?;
    let (info, commitment) = file::read(directory, &circuit, &bytes)?;
    let shape = shape::padded(&circuit)?;
    if commitment.length() < shape.num_cons() {
      return Err(Error::key("parameter file: fewer powers than the circuit needs"));
    }
    shape.precompute_sparse_matrices();
    let spartan = spartan_prover(&commitment, &info.key_id)?;
    let layout = oneshot::layout(shape.num_cons());
    Ok(Prover {
      info,
      circuit,
      shape,
      commitment,
      spartan,
      layout,
    })
  }

  /// The public values in a witness, and a proof of them. The caller may stop it between the stages.
  pub fn prove(&self, witness: &[u8], watch: Watch<'_>) -> Result<(Vec<u8>, Vec<u8>)> {
    watch.stage("witness", 0, 3)?;
    let witness = self.circuit.read_witness(witness)?;
    if let Some(constraint) = self.circuit.broken_constraint(&witness) {
      let what = format!("the witness breaks constraint {constraint}");
      return Err(Error::new(Code::Witness, what));
    }
    watch.stage("commitment", 1, 3)?;
    let public = self.circuit.public_values(&witness);
    let variables = shape::variables(&self.circuit, &witness, self.shape.num_vars());
    let commitment = Commitments::commit(&self.commitment, &variables, &Fr::ZERO);
    watch.stage("proof", 2, 3)?;
    let instance = RelaxedR1CSInstance::from_r1cs_instance_unchecked(&commitment, public);
    let error = vec![Fr::ZERO; self.shape.num_cons()];
    let witness = RelaxedR1CSWitness::new(&self.shape, variables, Fr::ZERO, error, Fr::ZERO);
    let witness = witness.map_err(internal("witness"))?;
    let spartan = S1::prove(&self.commitment, &self.spartan, &self.shape, &instance, &witness);
    let proof = Proof {
      witness: commitment,
      spartan: spartan.map_err(internal("proving"))?,
    };
    // Not a place to stop: the proof is made.
    (watch.report)("proof", 3, 3);
    Ok((self.layout.encode(&proof)?, field::encode_vec(public)))
  }
}

/// nova-snark's prover key, whose fields it keeps to itself, with the digest that our verifier begins with.
fn spartan_prover(commitment: &CommitmentKey, key_id: &[u8; 32]) -> Result<SpartanProver> {
  let (engine, _) = quietly(|| EE1::setup(commitment)).map_err(internal("evaluation key"))?;
  let config = bincode::config::legacy();
  let encoded = bincode::serde::encode_to_vec((engine, oneshot::digest(key_id)), config);
  let encoded = encoded.map_err(|e| Error::internal(e.to_string()))?;
  let decoded = bincode::serde::decode_from_slice(&encoded, config);
  Ok(decoded.map_err(|e| Error::internal(e.to_string()))?.0)
}
