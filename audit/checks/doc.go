// Package checks holds the checks of the audit, one file each, named for the check's id. It exists so that a check is found
// by its name and reads as one thought; a check looks at one account as package audit shows it, and may do no I/O.
package checks
