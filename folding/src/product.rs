//! The folding scheme that the product uses, named once: addon and WebAssembly module speak of these aliases.

#[cfg(not(target_arch = "wasm32"))]
pub type Scheme = crate::line::prover::scheme::Line;
pub type Verifier = crate::line::verifier::key::Verifier;
