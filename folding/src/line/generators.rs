//! Grumpkin's generators: hashed to the curve, so that nobody knows a relation between them.

use super::{curve::H, cyclefold::SIZE, key::GENERATORS};
use crate::curves::E2;
use nova_snark::{provider::traits::DlogGroup, traits::Engine};

/// What they are hashed from.
const LABEL: &[u8] = b"wsc-line-1 cyclefold";

/// One a variable of CycleFold's circuit, and after them the one that commits to an inner product.
pub fn derive() -> Vec<H> {
  debug_assert_eq!(GENERATORS, SIZE + 1);
  <E2 as Engine>::GE::from_label(LABEL, GENERATORS)
}
