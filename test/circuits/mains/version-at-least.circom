pragma circom 2.1.6;

include "../../../circuits/bus/version.circom";

component main = VersionAtLeast();
