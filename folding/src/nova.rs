//! Nova behind the `FoldingScheme` trait.

use crate::{
  engine::{Compressed, Fr, ProvingKey, PublicParams, Recursive, S1, S2},
  error::{Code, Error, Result},
  key,
  powers::PowersDirectory,
  proof::ProofShape,
  ptau,
  quiet::quietly,
  r1cs::R1cs,
  scheme::{FoldingScheme, Watch, breaks},
  step::CircomStep,
};
use nova_snark::{errors::NovaError, traits::snark::RelaxedR1CSSNARKTrait};
use std::{path::Path, sync::Arc};

/// Nova over BN254 and Grumpkin, compressed by direct Spartan.
pub struct Nova;

pub struct NovaParameters {
  pub params: PublicParams,
  pub proving: ProvingKey,
  pub shape: ProofShape,
}

/// Shape of the proofs that these parameters lead to.
pub fn proof_shape(params: &PublicParams, arity: usize) -> ProofShape {
  let (constraints, variables) = (params.num_constraints(), params.num_variables());
  ProofShape {
    arity,
    primary: (constraints.0, variables.0),
    secondary: (constraints.1, variables.1),
  }
}

fn internal(doing: &'static str) -> impl Fn(NovaError) -> Error {
  move |error| Error::internal(format!("{doing}: {error}"))
}

/// Saved accumulators are nova-snark's serialisation; the limit keeps a forged length from being believed.
fn accumulator_config() -> impl bincode::config::Config {
  bincode::config::legacy().with_limit::<{ 1 << 30 }>()
}

impl FoldingScheme for Nova {
  const ACCUMULATORS: u32 = 1;
  const PARAMETERS: u32 = 1;
  type Parameters = NovaParameters;
  type VerifyingKey = key::Verifier;
  type Accumulator = Recursive;

  fn set_up(circuit: &Arc<R1cs>, powers: &Path, watch: Watch<'_>) -> Result<(NovaParameters, Vec<u8>)> {
    let step = CircomStep::shape(circuit.clone());
    watch.stage("parameters", 0, 3)?;
    let file = ptau::open_ptau(powers, circuit.constraints().max(circuit.wires()))?;
    let directory = PowersDirectory::of(powers, file.power)?;
    // Reading the powers checks a G2 point, hence the silence.
    let params =
      quietly(|| PublicParams::setup_with_ptau_dir(&step, &*S1::ck_floor(), &*S2::ck_floor(), directory.path()))
        .map_err(|error| match error {
          NovaError::PtauFileError(reason) => Error::ptau(reason),
          other => internal("public parameters")(other),
        })?;
    // As many as nova-snark has read: curve and group it has checked itself, but not that they are powers.
    let points = params
      .num_constraints()
      .0
      .max(params.num_variables().0)
      .next_power_of_two();
    quietly(|| ptau::check_ptau(powers, points))?;
    watch.stage("keys", 1, 3)?;
    let (proving, verifying) = Compressed::setup(&params).map_err(internal("keys"))?;
    watch.stage("compact key", 2, 3)?;
    let compact = key::encode(&verifying)?;
    watch.stage("compact key", 3, 3)?;
    let shape = proof_shape(&params, circuit.arity());
    Ok((NovaParameters { params, proving, shape }, compact))
  }

  fn constraints(parameters: &NovaParameters) -> [usize; 2] {
    let (primary, secondary) = parameters.params.num_constraints();
    [primary, secondary]
  }

  fn write_parameters(parameters: &NovaParameters) -> Result<Vec<u8>> {
    let write = |e: bincode::error::EncodeError| Error::internal(format!("encoding parameters: {e}"));
    let params = bincode::serde::encode_to_vec(&parameters.params, bincode::config::legacy()).map_err(write)?;
    let mut out = (params.len() as u64).to_le_bytes().to_vec();
    out.extend_from_slice(&params);
    drop(params);
    out.extend_from_slice(
      &bincode::serde::encode_to_vec(&parameters.proving, bincode::config::legacy()).map_err(write)?,
    );
    Ok(out)
  }

  fn read_parameters(bytes: &[u8], circuit: &R1cs, _: &[u8; 32]) -> Result<NovaParameters> {
    let bad = |what: &str| Error::key(format!("parameter file: {what}"));
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(|| bad("too short"))?;
    let (params, proving) = usize::try_from(u64::from_le_bytes(*length))
      .ok()
      .and_then(|length| rest.split_at_checked(length))
      .ok_or_else(|| bad("has an impossible length"))?;
    let decode = |_| bad("cannot be decoded");
    let config = bincode::config::legacy();
    let (params, _): (PublicParams, usize) =
      quietly(|| bincode::serde::decode_from_slice(params, config)).map_err(decode)?;
    let (proving, _): (ProvingKey, usize) = bincode::serde::decode_from_slice(proving, config).map_err(decode)?;
    let shape = proof_shape(&params, circuit.arity());
    Ok(NovaParameters { params, proving, shape })
  }

  fn begin(parameters: &NovaParameters, circuit: &Arc<R1cs>, witness: Vec<Fr>) -> Result<Recursive> {
    // nova-snark folds a broken witness without a murmur.
    if let Some(constraint) = circuit.broken_constraint(&witness) {
      return Err(breaks(constraint));
    }
    let z0 = circuit.state_before(&witness).to_vec();
    let step = CircomStep::proving(circuit.clone(), witness);
    let mut accumulator = Recursive::new(&parameters.params, &step, &z0).map_err(internal("first step"))?;
    // `new` does the first step and the first `prove_step` merely counts it.
    accumulator
      .prove_step(&parameters.params, &step)
      .map_err(internal("first step"))?;
    Ok(accumulator)
  }

  fn fold(
    parameters: &NovaParameters,
    circuit: &Arc<R1cs>,
    accumulator: &mut Recursive,
    witness: Vec<Fr>,
  ) -> Result<()> {
    if let Some(constraint) = circuit.broken_constraint(&witness) {
      return Err(breaks(constraint));
    }
    let step = CircomStep::proving(circuit.clone(), witness);
    accumulator
      .prove_step(&parameters.params, &step)
      .map_err(internal("step"))
  }

  fn steps(accumulator: &Recursive) -> u64 {
    accumulator.num_steps() as u64
  }

  fn state(accumulator: &Recursive) -> &[Fr] {
    accumulator.outputs()
  }

  fn save(accumulator: &Recursive) -> Result<Vec<u8>> {
    bincode::serde::encode_to_vec(accumulator, bincode::config::legacy()).map_err(|e| Error::internal(e.to_string()))
  }

  fn restore(parameters: &NovaParameters, bytes: &[u8], steps: u64, z0: &[Fr]) -> Result<Recursive> {
    let bad = |what: &str| Error::new(Code::Accumulator, format!("accumulator: {what}"));
    let (accumulator, read): (Recursive, usize) =
      bincode::serde::decode_from_slice(bytes, accumulator_config()).map_err(|_| bad("cannot be decoded"))?;
    if read != bytes.len() {
      return Err(bad("has bytes after its end"));
    }
    let steps = usize::try_from(steps).map_err(|_| bad("too many steps"))?;
    accumulator
      .verify(&parameters.params, steps, z0)
      .map_err(|error| bad(&format!("does not hold: {error}")))?;
    Ok(accumulator)
  }

  fn compress(parameters: &NovaParameters, accumulator: &Recursive, watch: Watch<'_>) -> Result<Vec<u8>> {
    watch.stage("compress", 0, 1)?;
    let proof =
      Compressed::prove(&parameters.params, &parameters.proving, accumulator).map_err(internal("compressing"))?;
    // Not a place to stop: the proof is made.
    (watch.report)("compress", 1, 1);
    parameters.shape.encode(&proof)
  }
}
