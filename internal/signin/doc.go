// Package signin judges what people prove themselves with: passwords and one-time codes. It exists so that every channel
// (the API and the sign-in pages) counts failures and applies the account's rules alike; it may not decide what a person
// may do, changes no state, and keeps no secret.
package signin
