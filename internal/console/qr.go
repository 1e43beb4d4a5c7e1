package console

import (
	"strconv"
	"strings"
)

// qrPath is the dark modules of a QR code as one SVG path, each run of a row a rectangle, in units of a module.
func qrPath(rows [][]bool) string {
	var path strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			start := x
			for x < len(row) && row[x] {
				x++
			}
			if x > start {
				n := strconv.Itoa(x - start)
				path.WriteString("M" + strconv.Itoa(start+quietZone) + " " + strconv.Itoa(y+quietZone) + "h" + n + "v1h-" + n + "z")
			}
		}
	}
	return path.String()
}
