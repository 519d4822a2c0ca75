package mongodb

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// build returns the path of the FerretDB command, which it compiles unless an earlier test run did.
func build() (string, error) {
	module, err := moduleDir()
	if err != nil {
		return "", err
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "dictrack-test")
	version, err := fingerprint(module)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "ferretdb-"+version)
	_, err = os.Stat(binary)
	if errors.Is(err, fs.ErrNotExist) {
		err = compile(module, dir, binary)
	}
	return binary, err
}

// fingerprint identifies what would be built: a hash of the toolchain and of the module's files.
func fingerprint(module string) (string, error) {
	hash := sha256.New()
	hash.Write([]byte(runtime.Version() + " " + runtime.GOOS + " " + runtime.GOARCH + "\n"))
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		text, err := os.ReadFile(filepath.Join(module, name))
		if err != nil {
			return "", fmt.Errorf("find FerretDB: %w", err)
		}
		hash.Write(text)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:8]), nil
}

// compile builds under a temporary name and renames, so that test binaries that build at once all find a complete
// command.
func compile(module, dir, binary string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	work, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	fmt.Fprintln(os.Stderr, "building FerretDB, which takes minutes the first time")
	output := filepath.Join(work, "ferretdb")
	command := exec.Command("go", "build", "-C", module, "-o", output, ".") // #nosec G204 -- our own module
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build FerretDB: %w\n%s", err, out)
	}
	return os.Rename(output, binary)
}
