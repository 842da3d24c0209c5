//! Folding of a circom step circuit and one constant-size proof of the result.
//!
//! Nothing outside this crate knows nova-snark's types: the Node addon (`addon`, feature `addon`) and the WebAssembly
//! exports (`wasm`) speak of bytes alone.

#[cfg(feature = "addon")]
mod addon;
pub mod affine;
pub mod bytes;
pub mod engine;
pub mod error;
pub mod field;
pub mod ipa;
pub mod ipa_prover;
pub mod key;
pub mod keyfile;
pub mod msm;
pub mod nova;
pub mod poseidon;
pub mod powers;
pub mod proof;
pub mod ptau;
pub mod quiet;
pub mod r1cs;
pub mod scheme;
pub mod sealed;
pub mod session;
pub mod spartan;
pub mod sparse;
pub mod step;
pub mod witness;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
