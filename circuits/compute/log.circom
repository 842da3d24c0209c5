pragma circom 2.1.6;

// A program that says more than its last state does makes entries in a log: a chain of hashes, one link for each entry,
//
//   log' = Tagged(logTag()) of (log, entry, 0)
//
// from 0 before the first. A result carries the entries, and whoever verifies it chains them again
// (src/compute/stream/log.ts).
function logTag() { return 64; }
