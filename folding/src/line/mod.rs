//! Line: folding of a circom step circuit without committed cross terms (Mova, eprint 2024/1220, with CycleFold,
//! 2023/1192), compressed by one Spartan proof. README.md says how far it is.

// What only proving needs is not part of the WebAssembly module (and no input of it: scripts/wasm/sources.ts).
#[cfg(not(target_arch = "wasm32"))]
pub mod accumulator;
#[cfg(not(target_arch = "wasm32"))]
pub mod augmented;
pub mod builder;
pub mod challenge;
#[cfg(not(target_arch = "wasm32"))]
pub mod compress;
pub mod curve;
pub mod cycle;
pub mod cyclefold;
#[cfg(not(target_arch = "wasm32"))]
pub mod generators;
pub mod grain;
pub mod hashes;
pub mod inner_product;
#[cfg(not(target_arch = "wasm32"))]
pub mod ivc;
pub mod key;
pub mod layout;
pub mod matrices;
pub mod mercury;
pub mod nifs;
#[cfg(not(target_arch = "wasm32"))]
pub mod parameter_file;
#[cfg(not(target_arch = "wasm32"))]
pub mod parameters;
pub mod points;
pub mod poseidon;
pub mod proof;
pub mod relation;
#[cfg(not(target_arch = "wasm32"))]
pub mod scheme;
pub mod sponge;
#[cfg(not(target_arch = "wasm32"))]
pub mod sponge_gadget;
pub mod statement;
pub mod sumcheck;
pub mod transcript;
pub mod verify;
pub mod words;
