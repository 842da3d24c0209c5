//! What storage computes over many bytes (`storage/` in the repository says what it is for): the hashes of the tree over
//! a blob’s units, the Reed–Solomon code over them, what is drawn by, and the mask under which a provider keeps units.

pub mod code;
pub mod hash;
// Serving and keeping replicas is native alone.
#[cfg(not(target_arch = "wasm32"))]
pub mod mask;
pub mod tree;
