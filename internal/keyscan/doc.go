// Package keyscan finds access keys that leaked: access key ids and the secrets beside them, in files, in the archives among
// them, in what is staged for a commit, and in everything that a git repository remembers. It exists for warder audit
// --scan-keys. It may read, and change no file; it runs git only, and of git nothing that a repository could turn into
// running something else; of a secret it keeps and tells the first characters and no more.
package keyscan
