//! Folding of a circom step circuit and one constant-size proof of the result.
//!
//! The Node addon (`addon`, feature `addon`) and the WebAssembly exports (`wasm`) speak of bytes alone.

// What only proving needs is not part of the WebAssembly module (and no input of it: scripts/wasm/sources.ts).
#[cfg(all(feature = "addon", not(test)))]
mod addon;
pub mod affine;
pub mod bytes;
pub mod curves;
pub mod error;
pub mod field;
#[cfg(not(target_arch = "wasm32"))]
pub mod keyfile;
pub mod line;
pub mod msm;
pub mod oneshot;
#[cfg(not(target_arch = "wasm32"))]
pub mod oneshot_prover;
pub mod poseidon;
pub mod product;
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
#[cfg(not(target_arch = "wasm32"))]
pub mod setup_files;
pub mod setup_kind;
pub mod sparse;
pub mod storage;
pub mod verifying;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
#[cfg(not(target_arch = "wasm32"))]
pub mod witness;
