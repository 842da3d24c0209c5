pragma circom 2.1.6;

include "step.circom";

component main {public [state]} = BusStep();
