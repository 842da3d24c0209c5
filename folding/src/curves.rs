//! The two curves in use and their scalar fields, named once: what computes imports these names, and the proof systems
//! over them are named above it all (`engine.rs`).

use crate::{bn254::Bn254, grumpkin::Grumpkin};
use nova_snark::traits::Engine;

/// BN254, on which circom's circuits live.
pub type E1 = Bn254;
/// Grumpkin, BN254's cycle partner.
pub type E2 = Grumpkin;
/// The scalar field of BN254: the field of circom's circuits.
pub type Fr = <E1 as Engine>::Scalar;
/// The scalar field of Grumpkin.
pub type Fq = <E2 as Engine>::Scalar;
