package policy

// Size is a document's size as quotas count it: its characters without white space.
func Size(src string) int {
	n := 0
	for _, r := range src {
		switch r {
		case ' ', '\t', '\r', '\n':
		default:
			n++
		}
	}
	return n
}
