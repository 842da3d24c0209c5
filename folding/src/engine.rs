//! The proof systems in use, named once. What proves and verifies speaks of these aliases.

use crate::{bn254::Borrowed, ipa_prover::LazyIpa, step::CircomStep};
use nova_snark::{nova, provider::Bn256EngineKZG, spartan::snark::RelaxedR1CSSNARK};

pub use crate::curves::{E1, E2, Fq, Fr};

#[cfg(not(feature = "hyperkzg"))]
pub type EE1 = Borrowed<nova_snark::provider::mercury::EvaluationEngine<Bn256EngineKZG>>;
#[cfg(feature = "hyperkzg")]
pub type EE1 = Borrowed<nova_snark::provider::hyperkzg::EvaluationEngine<Bn256EngineKZG>>;
pub type EE2 = LazyIpa;

/// Name of the primary evaluation argument; part of what a key id covers.
pub const COMMITMENT_SCHEME: &str = if cfg!(feature = "hyperkzg") {
  "hyperkzg"
} else {
  "mercury"
};

/// Spartan without preprocessing ("direct"): the verifier keeps the matrices.
pub type S1 = RelaxedR1CSSNARK<E1, EE1>;
pub type S2 = RelaxedR1CSSNARK<E2, EE2>;

pub type PublicParams = nova::PublicParams<E1, E2, CircomStep>;
pub type Recursive = nova::RecursiveSNARK<E1, E2, CircomStep>;
pub type Compressed = nova::CompressedSNARK<E1, E2, CircomStep, S1, S2>;
pub type ProvingKey = nova::ProverKey<E1, E2, CircomStep, S1, S2>;
pub type VerifyingKey = nova::VerifierKey<E1, E2, CircomStep, S1, S2>;
