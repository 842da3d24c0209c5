//! Line through the crate's public face.

mod chain;
mod counts;
mod fold;
mod hashes;
mod mercury;
mod saved;
mod textbook;
