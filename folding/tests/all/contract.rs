//! What every folding scheme must do, whatever it is: the same tests for each.

use crate::{fold, key};
use wsc_folding::line::prover::scheme::Line;

macro_rules! contract {
  ($module:ident, $scheme:ty, $($file:ident: $($test:ident)*;)*) => {
    mod $module {
      use super::*;
      $($(
        #[test]
        fn $test() {
          $file::$test::<$scheme>();
        }
      )*)*
    }
  };
}

contract! {
  line, Line,
  fold:
    proof_of_some_steps
    flipped_bytes_are_refused
    a_bad_witness_leaves_the_fold_as_it_was
    nothing_folded_is_no_proof
    saved_and_restored
    forks_go_their_own_ways
    a_spoilt_accumulator_is_refused
    a_forged_accumulator_is_refused
    parameters_of_another_circuit_or_damaged
    setting_up_refuses_and_stops
    setting_up_is_reproducible;
  key:
    the_setup_follows_from_tau_g2
    a_parameter_file_is_not_believed_of_its_setup
    other_powers_make_another_key_and_another_kind
    the_id_covers_every_byte
    only_a_whole_key_is_taken
    the_identity_is_no_point_of_a_key
    a_spoilt_key_never_verifies;
}
