//! The scalar fields of the two curves in use, named once: BN254, on which circom's circuits live, and Grumpkin, its
//! cycle partner.

use halo2curves::bn256;

/// The scalar field of BN254: the field of circom's circuits.
pub type Fr = bn256::Fr;
/// The scalar field of Grumpkin, BN254's base field.
pub type Fq = bn256::Fq;
