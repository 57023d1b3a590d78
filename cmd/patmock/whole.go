package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// writeWhole writes a file whole or not at all.
func writeWhole(path string, write func(io.Writer) error) error {
	folder := filepath.Dir(path)
	temporary, err := os.CreateTemp(folder, ".patmock-*")
	if err != nil {
		return err
	}
	err = errors.Join(write(temporary), temporary.Chmod(0o644), giveAway(temporary, folder), temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}
