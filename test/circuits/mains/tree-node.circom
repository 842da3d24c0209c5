pragma circom 2.1.6;

include "../../../circuits/storage/tree.circom";

component main = TreeNode(35);
