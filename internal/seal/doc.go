// Package seal keeps secrets: it closes bytes into boxes that only the holder of the master key opens, and holds what is
// secret in memory in a type that does not print. It exists so that everything below it may be read by anybody; it may
// not decide what is a secret, and it knows no store and no clock.
//
// There are three layers of keys. The master key lies outside the data, in a file, the environment or a key service. It
// seals the data keys (the "wrapped" bytes, which may lie beside the data). A data key seals boxes.
//
// Boxes are XAES-256-GCM (c2sp.org/XAES-256-GCM): AES-256-GCM with a 192-bit random nonce, of which one half derives a key
// for this box alone. Plain AES-GCM with its 96-bit nonce would allow 2^32 boxes for each key before two nonces may meet,
// and session tokens alone can pass that; here the count is of no concern (2^80). It costs an AES key schedule and two
// blocks for each box: opening a 400-byte token takes some 0.9 µs instead of 0.3 (BenchmarkOpen400).
package seal
