//! Line behind the `FoldingScheme` trait.

use super::{accumulator, compress, ivc::Accumulator, parameter_file, parameters::Parameters};
use crate::{
  curves::Fr,
  error::Result,
  line::verifier::key::Verifier,
  ptau,
  quiet::quietly,
  r1cs::R1cs,
  scheme::{FoldingScheme, Watch},
};
use halo2curves::bn256::G2Affine;
use std::{path::Path, sync::Arc};

/// Folding without committed cross terms over BN254 and Grumpkin, compressed by one Spartan proof.
pub struct Line;

impl FoldingScheme for Line {
  const ACCUMULATORS: u32 = 2;
  const PARAMETERS: u32 = 2;
  type Parameters = Parameters;
  type VerifyingKey = Verifier;
  type Accumulator = Accumulator;

  fn set_up(circuit: &Arc<R1cs>, powers: &Path, watch: Watch<'_>) -> Result<(Parameters, Vec<u8>)> {
    watch.stage("parameters", 0, 3)?;
    let parameters = Parameters::new(circuit, |points| {
      watch.stage("keys", 1, 3)?;
      // Reading the powers checks a G2 point, hence the silence.
      quietly(|| ptau::read_powers(powers, points))
    })?;
    watch.stage("compact key", 2, 3)?;
    let compact = parameters.key()?;
    watch.stage("compact key", 3, 3)?;
    Ok((parameters, compact))
  }

  fn constraints(parameters: &Parameters) -> [usize; 2] {
    [parameters.shape.matrices[0].ends.len(), crate::line::cyclefold::ROWS]
  }

  fn tau_g2(parameters: &Parameters) -> &G2Affine {
    &parameters.tau
  }

  fn write_parameters(parameters: &Parameters) -> Result<Vec<u8>> {
    parameter_file::encode(parameters)
  }

  fn read_parameters(bytes: &[u8], circuit: &R1cs, key_id: &[u8; 32]) -> Result<Parameters> {
    parameter_file::decode(bytes, circuit, key_id)
  }

  fn prepare(parameters: &Parameters) {
    parameters.make_tables();
  }

  fn begin(parameters: &Parameters, _: &Arc<R1cs>, witness: Vec<Fr>) -> Result<Accumulator> {
    Accumulator::begin(parameters, &witness)
  }

  fn fold(parameters: &Parameters, _: &Arc<R1cs>, accumulator: &mut Accumulator, witness: Vec<Fr>) -> Result<()> {
    accumulator.fold(parameters, &witness)
  }

  fn steps(accumulator: &Accumulator) -> u64 {
    accumulator.n
  }

  fn state(accumulator: &Accumulator) -> &[Fr] {
    &accumulator.zn
  }

  fn save(accumulator: &Accumulator) -> Result<Vec<u8>> {
    Ok(accumulator::encode(accumulator))
  }

  fn restore(parameters: &Parameters, bytes: &[u8], steps: u64, z0: &[Fr]) -> Result<Accumulator> {
    accumulator::decode(parameters, bytes, steps, z0)
  }

  fn compress(parameters: &Parameters, accumulator: &Accumulator, watch: Watch<'_>) -> Result<Vec<u8>> {
    let proof = compress::compress(parameters, &parameters.id, accumulator, watch)?;
    Ok(proof.encode())
  }
}
