package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// parseDuration is time.ParseDuration, and knows whole days: "90d".
func parseDuration(s string) (time.Duration, error) {
	digits, ok := strings.CutSuffix(s, "d")
	if !ok {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseUint(digits, 10, 16) // 65,535 days are within a duration
	if err != nil {
		return 0, fmt.Errorf("%q is no number of days", s)
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

// parseSize reads a number of bytes with a unit: "256MiB". Nothing is 0.
func parseSize(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	for i, unit := range []string{"MiB", "GiB", "TiB"} {
		digits, ok := strings.CutSuffix(s, unit)
		if !ok {
			continue
		}
		factor := int64(1) << (20 + 10*i)
		n, err := strconv.ParseUint(digits, 10, 63)
		if err != nil || n == 0 || n > uint64(math.MaxInt64/factor) {
			break
		}
		return int64(n) * factor, nil
	}
	return 0, errors.New(strconv.Quote(s) + " is no size: write a whole number with MiB, GiB or TiB, such as 20GiB")
}
