//! Line through the crate's public face.

mod attack_chain;
mod attack_constants;
mod attack_cycle;
mod attack_fold;
mod attack_names;
mod attack_proof;
mod attack_rows;
mod by_hand;
mod chain;
mod counts;
mod determined;
mod fold;
mod forged_proof;
mod forged_rows;
mod forger;
mod hashes;
mod independent;
mod mercury;
mod reference_chain;
mod replay;
mod saved;
mod scene;
mod solver;
pub mod textbook;
mod whole_chains;
mod written;
