//! What storage computes over many bytes (`storage/` in the repository says what it is for): the hashes of the tree over
//! a blob's units, and the Reed–Solomon code over them.

pub mod code;
pub mod tree;
