package mailtest

import (
	"bytes"
	"errors"
	"os"
)

// Noise writes 4 KB of noise into the middle of a file, at a multiple of that.
func Noise(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, 4096), info.Size()/2/4096*4096)
	}
	return errors.Join(err, f.Close())
}

// Halve takes away the second half of a file.
func Halve(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Truncate(path, info.Size()/2)
}
