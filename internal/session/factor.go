package session

import (
	"fmt"

	"github.com/warder-iam/warder/internal/seal"
)

// SealPasswords seals the hashes of a user's passwords for the user's login profile.
func (k *Keys) SealPasswords(userID string, hashes []byte) ([]byte, error) {
	box, err := k.ring.Seal(hashes, passwordData(userID))
	if err != nil {
		return nil, fmt.Errorf("session: seal passwords of %s: %w", userID, err)
	}
	return box, nil
}

// OpenPasswords gives what SealPasswords sealed for that user. An error is a damaged record, to be reported.
func (k *Keys) OpenPasswords(userID string, sealed []byte) ([]byte, error) {
	hashes, err := k.ring.Open(sealed, passwordData(userID))
	if err != nil {
		return nil, fmt.Errorf("session: open passwords of %s: %w", userID, err)
	}
	return hashes, nil
}

// SealSeed seals the seed of a virtual MFA device for its record.
func (k *Keys) SealSeed(deviceID string, seed seal.Secret) ([]byte, error) {
	box, err := k.ring.Seal(seed.Reveal(), seedData(deviceID))
	if err != nil {
		return nil, fmt.Errorf("session: seal seed of %s: %w", deviceID, err)
	}
	return box, nil
}

// OpenSeed gives what SealSeed sealed for that device. An error is a damaged record, to be reported.
func (k *Keys) OpenSeed(deviceID string, sealed []byte) (seal.Secret, error) {
	seed, err := k.ring.Open(sealed, seedData(deviceID))
	if err != nil {
		return seal.Secret{}, fmt.Errorf("session: open seed of %s: %w", deviceID, err)
	}
	s := seal.NewSecret(seed)
	clear(seed)
	return s, nil
}

func passwordData(userID string) []byte { return []byte("passwords of " + userID) }

func seedData(deviceID string) []byte { return []byte("MFA seed of " + deviceID) }
