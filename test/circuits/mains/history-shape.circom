pragma circom 2.1.6;

include "../../../circuits/lib/history.circom";

component main = HistoryShape(22);
