package acceptance

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// A README is read over slow lines too: most bytes of a picture, and least characters of what says what is to be seen on it.
const (
	pictureBytes = 250_000
	pictureWords = 40
)

var pictureLink = regexp.MustCompile(`!\[([^\]]*)\]\(([^)]+)\)`)

// TestConsolePictures: the README shows three pictures of the console, which web/scripts/pictures.ts made, and says in words what
// they show.
func TestConsolePictures(t *testing.T) {
	text, err := os.ReadFile(mainPage)
	check(t, err)
	links := pictureLink.FindAllSubmatch(text, -1)
	if len(links) != 3 {
		t.Errorf("the README shows %d pictures, want 3", len(links))
	}
	for _, link := range links {
		words, name := string(link[1]), string(link[2])
		file, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Errorf("%v: npm run pictures, in the folder web, makes it", err)
			continue
		}
		about, err := png.DecodeConfig(bytes.NewReader(file))
		if err != nil || about.Width != 2560 || about.Height != 1600 || len(file) > pictureBytes {
			t.Errorf("%s has %d bytes and is %dx%d, %v; want 2560x1600 in %d", name, len(file), about.Width, about.Height, err, pictureBytes)
		}
		if len(words) < pictureWords {
			t.Errorf("%s is described by no more than %q", name, words)
		}
	}
}
