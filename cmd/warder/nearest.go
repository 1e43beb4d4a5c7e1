package main

// nearest finds the known name that differs from name in the fewest letters, and by how many.
func nearest(name string, known []string) (near string, far int) {
	far = -1
	for _, k := range known {
		if d := distance(name, k); far < 0 || d < far {
			near, far = k, d
		}
	}
	return near, far
}

// distance is Levenshtein's: letters to add, drop or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
