pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/record-state.circom";

// Up to 32 records of a list.
component main = RecordState(32);
