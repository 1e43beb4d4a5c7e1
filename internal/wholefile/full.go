package wholefile

import (
	"errors"
	"syscall"
)

// Full reports whether an error of writing says that the disk, the quota or the largest file size is used up.
func Full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
