// Package localkey keeps a long-term access key on a person's machine and makes the most of it: it holds the key in the
// system's keyring or sealed under a passphrase, hands out sessions in its place, and rotates it. It exists so that no clear
// long-term key has to lie in a file; it may not know of commands, profiles' files or terminals: these are passed in.
package localkey
