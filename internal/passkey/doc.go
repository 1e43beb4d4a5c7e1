// Package passkey registers passkeys and FIDO security keys and verifies what they sign, with go-webauthn. It exists so that
// nobody else reads WebAuthn; it may not decide who signs in, and holds no state but the challenges that are open.
package passkey
