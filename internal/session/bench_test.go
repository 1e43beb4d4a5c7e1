package session

import "testing"

func BenchmarkOpen(b *testing.B) {
	keys := newKeys(b)
	for name, c := range map[string]Claims{"plain": simple(), "policies": large()} {
		made, err := keys.Mint(c)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := keys.Open(made.Token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMint(b *testing.B) {
	keys := newKeys(b)
	for name, c := range map[string]Claims{"plain": simple(), "policies": large()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := keys.Mint(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
