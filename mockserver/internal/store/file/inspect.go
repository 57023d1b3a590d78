package file

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"

	"go.etcd.io/bbolt"

	"example.com/patmock/spec/schema"
)

// inspect tells whether the last change to a file is torn, and refuses one that is damaged in any other way.
func inspect(path string) (torn bool, err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	db, err := openDB(path, bbolt.Options{ReadOnly: true})
	if errors.Is(err, ErrInUse) {
		return false, err
	}
	if err == nil {
		defer func() { _ = db.Close() }()
	}
	metas, unreadable := readMetas(file)
	if unreadable == nil {
		unreadable = checkSize(file, metas.newest())
	}
	if unreadable != nil { // says more than bbolt does
		return false, unreadable
	}
	if err != nil {
		return false, err
	}
	if err := walk(file, metas.newest()); err != nil {
		return false, damaged(&PageError{err})
	}
	if err := guard(func() error { return db.View(func(tx *bbolt.Tx) error { return verify(tx, metas) }) }); err != nil {
		return false, err
	}
	return metas.torn(), nil
}

// guard makes errors of the faults of a file that is mapped into memory.
func guard(read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if reason := recover(); reason != nil {
			err = damaged(fmt.Errorf("it cannot be read: %v", reason))
		}
	}()
	return read()
}

// verify looks at the pages as bbolt does, and then at every value.
func verify(tx *bbolt.Tx, metas metas) error {
	if metas.labelled() { // else bbolt's check, which looks at both, would panic
		var first error
		for err := range tx.Check() {
			if first == nil {
				first = err
			}
		}
		if first != nil {
			return damaged(first)
		}
	}
	server := tx.Bucket(serverBucket)
	if server == nil {
		return ErrForeign
	}
	for _, key := range [][]byte{schemaKey, formatKey} {
		text := server.Get(key)
		if text == nil && slices.Equal(key, schemaKey) {
			continue // an older file
		}
		version, err := strconv.Atoi(string(text))
		if err != nil {
			return damaged(ErrNoFormat)
		}
		if schema.Check(version) != nil {
			return FormatError{version}
		}
	}
	if err := verifyContent(tx, server); err != nil {
		return damaged(err)
	}
	return nil
}

func verifyContent(tx *bbolt.Tx, server *bbolt.Bucket) error {
	err := server.ForEach(func(key, sealed []byte) error {
		if slices.Equal(key, schemaKey) || slices.Equal(key, formatKey) {
			return nil
		}
		_, err := place{key: string(key)}.open(sealed)
		return err
	})
	if err != nil {
		return err
	}
	var want, got tally
	if err := (place{key: string(namespacesKey)}).read(server.Get(namespacesKey), &want); err != nil {
		return err
	}
	namespaces := tx.Bucket(namespacesBucket)
	if namespaces == nil {
		return missingError("its namespaces are missing")
	}
	err = namespaces.ForEach(func(name, _ []byte) error {
		got.add(name)
		return verifySpace(tx, string(name))
	})
	if err == nil && got != want {
		err = missingError("namespaces are missing")
	}
	return err
}

func verifySpace(tx *bbolt.Tx, name string) error {
	s, err := openSpace(tx, name)
	if err != nil {
		return place{namespace: name}.fail(err)
	}
	var got tally
	for _, kind := range append([]string{"", kindScopeSet}, kinds...) {
		if s.bucketOf(kind) == nil && kind != kindScopeSet {
			return place{namespace: name, kind: kind}.fail(missingError("its " + kind + " are missing"))
		}
		err := s.each(kind, func(key string, at place, sealed []byte) error {
			if kind == "" && (slices.Contains(kinds, key) || key == kindScopeSet || key == tallyKey) {
				return nil
			}
			got.add(sealed)
			_, err := at.open(sealed)
			return err
		})
		if err != nil {
			return err
		}
	}
	if got != s.tally {
		return place{namespace: name}.fail(missingError("values are missing or older than they should be"))
	}
	return nil
}
