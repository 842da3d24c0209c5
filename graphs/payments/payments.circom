pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/payments.circom";

component main {public [state]} = Payments(5);
