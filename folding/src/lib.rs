//! Folding of a circom step circuit and one constant-size proof of the result.
//!
//! Nothing outside this crate knows nova-snark's types: the Node addon (`addon`, feature `addon`) and the WebAssembly
//! exports (`wasm`) speak of bytes alone.

pub mod engine;
pub mod error;
pub mod field;
pub mod nova;
pub mod powers;
pub mod proof;
pub mod ptau;
pub mod quiet;
pub mod r1cs;
pub mod scheme;
pub mod sealed;
pub mod step;
