package trailstore

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/warder-iam/warder/internal/wholefile"
	"github.com/warder-iam/warder/trail"
)

// roomName is the file that Room writes; no segment's name.
const roomName = "room"

// Room tries whether the disk has room for the largest record again, in a file of its own that it empties afterwards. Err
// alone cannot tell: it knows of the newest event only, and none comes as long as whoever asks takes the server for full.
func (s *Store) Room() error {
	s.room.Lock()
	defer s.room.Unlock()
	f, err := s.disk.Replace(filepath.Join(s.dir, roomName))
	if err == nil {
		_, err = f.WriteAt(make([]byte, trail.MaxRecord), 0)
		err = errors.Join(err, f.Truncate(0), f.Close())
	}
	switch {
	case err == nil:
		return nil
	case wholefile.Full(err):
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("trailstore: %w", err)
}
