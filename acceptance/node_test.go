package acceptance

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// nodePackages installs what the tests run on Node.js, once for this process, and gives the folder.
var nodePackages = sync.OnceValues(func() (string, error) {
	folder, err := filepath.Abs("../.cache/npm")
	if err != nil {
		return "", err
	}
	if out, err := exec.Command("sh", "testdata/npm/install.sh", folder).CombinedOutput(); err != nil {
		return "", fmt.Errorf("installing packages for Node.js: %w\n%s", err, out)
	}
	return folder, nil
})

// node gives the folder of the packages for Node.js; without Node.js or npm it ends the test.
func node(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if exec.Command(program, "--version").Run() != nil {
			missing(t, "node", "Get Node.js 20 or later and npm: as root on Debian 13 or later, apt-get install nodejs npm.")
		}
	}
	folder, err := nodePackages()
	check(t, err)
	return folder
}
