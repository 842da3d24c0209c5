//! A compressed proof, the key that it is verified by, and the verification.

pub mod key;
pub mod proof;
pub mod statement;
pub mod verify;
