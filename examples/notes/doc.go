// Notes is an example: a small object store with part of S3's API, protected by Warder. It knows no user and no key; who
// calls, and whether they may, it asks of Warder with authz/authzhttp. README.md shows it at work.
package main
