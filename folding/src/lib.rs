//! Folding of a circom step circuit and one constant-size proof of the result.
//!
//! Nothing outside this crate knows nova-snark's types: the Node addon (`addon`, feature `addon`) and the WebAssembly
//! exports (`wasm`) speak of bytes alone.

// What only proving needs is not part of the WebAssembly module (and no input of it: scripts/wasm/sources.ts).
#[cfg(all(feature = "addon", not(test)))]
mod addon;
pub mod affine;
pub mod bn254;
pub mod bytes;
pub mod commitment;
pub mod curves;
pub mod engine;
pub mod error;
pub mod field;
pub mod grumpkin;
pub mod ipa;
pub mod ipa_prover;
pub mod key;
#[cfg(not(target_arch = "wasm32"))]
pub mod keyfile;
pub mod kzg_key;
pub mod layout;
pub mod line;
pub mod msm;
#[cfg(not(target_arch = "wasm32"))]
pub mod nova;
pub mod oneshot;
#[cfg(not(target_arch = "wasm32"))]
pub mod oneshot_prover;
pub mod poseidon;
#[cfg(not(target_arch = "wasm32"))]
pub mod powers;
pub mod product;
pub mod proof;
pub mod ptau;
pub mod quiet;
pub mod r1cs;
pub mod raw;
#[cfg(not(target_arch = "wasm32"))]
pub mod scheme;
#[cfg(not(target_arch = "wasm32"))]
pub mod sealed;
#[cfg(not(target_arch = "wasm32"))]
pub mod session;
pub mod setup_kind;
pub mod sparse;
pub mod spartan;
pub mod step;
pub mod verifying;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
#[cfg(not(target_arch = "wasm32"))]
pub mod witness;
