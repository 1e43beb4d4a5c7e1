package passkey

// NewSmall is New for at most so many challenges of one kind.
func NewSmall(most int) *Passkeys {
	p := New()
	p.most = most
	return p
}
