package awsapi

const upperHex = "0123456789ABCDEF"

// EncodeDocument percent-encodes a policy document as IAM's responses carry it: every byte but RFC 3986's unreserved ones.
func EncodeDocument(s string) string {
	b := make([]byte, 0, len(s)+len(s)/2)
	for i := 0; i < len(s); i++ {
		if c := s[i]; unreserved(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(b)
}

// DecodeDocument undoes EncodeDocument; ok is false on a bad escape. A + is itself.
func DecodeDocument(s string) (document string, ok bool) { return unescape(s, '+') }

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}
