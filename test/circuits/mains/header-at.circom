pragma circom 2.1.6;

include "../../../circuits/compute/history.circom";

component main {public [history, start, tip, height]} = HeaderAt(22);
