package templates

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Export writes the files that come with buzon, and those of dir in their place, into a directory,
// and says how many there are. It never writes over a file.
func Export(dir, to string) (int, error) {
	files := sources{map[string]source{}, map[string]source{}}
	if err := read(files.own, own, ""); err != nil {
		return 0, err
	}
	if dir != "" {
		if err := read(files.theirs, os.DirFS(dir), dir); err != nil {
			return 0, err
		}
	}
	for name, theirs := range files.theirs {
		files.own[name] = theirs
	}
	for name, s := range files.own {
		if err := s.writeNew(filepath.Join(to, filepath.FromSlash(name))); err != nil {
			return 0, err
		}
	}
	return len(files.own), nil
}

func (s source) writeNew(name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: name a new directory", name)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(s.text)
	return errors.Join(err, f.Close())
}
