pragma circom 2.1.6;

include "../../../circuits/compute/payments.circom";

component main {public [state]} = Payments(2);
