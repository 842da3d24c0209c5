//! Line: folding of a circom step circuit without committed cross terms (Mova, eprint 2024/1220, with CycleFold,
//! 2023/1192), compressed by one Spartan proof. README.md says how far it is.

pub mod argument;
pub mod circuit;
pub mod curve;
pub mod cyclefold;
pub mod fold;
pub mod layout;
pub mod relation;
pub mod sponge;
pub mod verifier;
pub mod words;

// What only proving needs is not part of the WebAssembly module (and no input of it: scripts/wasm/sources.ts).
#[cfg(not(target_arch = "wasm32"))]
pub mod augmented;
#[cfg(not(target_arch = "wasm32"))]
pub mod commitment;
#[cfg(not(target_arch = "wasm32"))]
pub mod prover;
