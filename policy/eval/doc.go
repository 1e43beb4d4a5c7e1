// Package eval decides one request against layers of policies and can say why. It exists so that enforcement,
// simulation, tests and audit give one answer; it may do no I/O, read no clock and know no account.
package eval
