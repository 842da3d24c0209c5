pragma circom 2.1.6;

include "../../../circuits/compute/bytes-commitment.circom";

component main = BytesCommitment(40);
