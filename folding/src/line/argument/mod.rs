//! Arguments that compression and one-shot proofs are made of: sum-checks, Spartan and openings under one transcript.

pub mod evaluation;
pub mod inner_product;
pub mod mercury;
#[cfg(not(target_arch = "wasm32"))]
pub mod proving;
pub mod spartan;
pub mod sumcheck;
pub mod transcript;
