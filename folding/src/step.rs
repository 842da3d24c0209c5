//! A circom circuit as Nova's step function, without a single constraint of its own.
//!
//! circom orders its wires: the constant one, the outputs, the public inputs, the private ones. The incoming state
//! *is* the public inputs (no copies), and each output wire is allocated once and handed back as the next state.

use crate::{curves::Fr, r1cs::R1cs};
use nova_snark::{
  frontend::{ConstraintSystem, LinearCombination, SynthesisError, num::AllocatedNum},
  traits::circuit::StepCircuit,
};
use std::sync::Arc;

/// One step: the circuit and, while proving, the values of all its wires.
#[derive(Clone, Debug)]
pub struct CircomStep {
  circuit: Arc<R1cs>,
  witness: Option<Arc<Vec<Fr>>>,
}

impl CircomStep {
  /// The shape alone, for making parameters.
  pub fn shape(circuit: Arc<R1cs>) -> Self {
    CircomStep { circuit, witness: None }
  }

  /// One step to prove. `witness` holds one value a wire (checked by the caller, `R1cs::broken_constraint`).
  pub fn proving(circuit: Arc<R1cs>, witness: Vec<Fr>) -> Self {
    CircomStep {
      circuit,
      witness: Some(Arc::new(witness)),
    }
  }
}

impl StepCircuit<Fr> for CircomStep {
  fn arity(&self) -> usize {
    self.circuit.arity()
  }

  fn synthesize<CS: ConstraintSystem<Fr>>(
    &self,
    cs: &mut CS,
    z: &[AllocatedNum<Fr>],
  ) -> Result<Vec<AllocatedNum<Fr>>, SynthesisError> {
    let circuit = &*self.circuit;
    let arity = circuit.arity();
    if z.len() != arity {
      return Err(SynthesisError::Unsatisfiable("arity".into()));
    }
    let value = |wire: usize| self.witness.as_ref().map(|w| w[wire]);
    let mut variables = Vec::with_capacity(circuit.wires());
    let mut outputs = Vec::with_capacity(arity);
    variables.push(CS::one());
    for wire in 1..circuit.wires() {
      if let Some(input) = wire.checked_sub(1 + arity).filter(|i| *i < arity) {
        let number = &z[input];
        // The witness must continue the very state that has been folded so far.
        if let (Some(state), Some(given)) = (number.get_value(), value(wire))
          && state != given
        {
          return Err(SynthesisError::Unsatisfiable(format!("public input {input}")));
        }
        variables.push(number.get_variable());
        continue;
      }
      let variable = cs.alloc(|| "", || value(wire).ok_or(SynthesisError::AssignmentMissing))?;
      variables.push(variable);
      if wire <= arity {
        outputs.push(AllocatedNum::from_parts(variable, value(wire)));
      }
    }
    if !cs.is_witness_generator() {
      let combine = |terms: &mut dyn Iterator<Item = (usize, Fr)>| {
        terms.fold(LinearCombination::zero(), |sum, (wire, coefficient)| {
          sum + (coefficient, variables[wire])
        })
      };
      for row in 0..circuit.constraints() {
        let [a, b, c] = circuit.row(row);
        cs.enforce(
          || "",
          |_| combine(&mut { a }),
          |_| combine(&mut { b }),
          |_| combine(&mut { c }),
        );
      }
    }
    Ok(outputs)
  }
}
