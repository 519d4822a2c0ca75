package memorystore

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// file is where a Store is read from and saved to.
type file struct {
	path  string
	read  fs.FileInfo // of the file that was read; nil if there was none
	dirty bool        // the Store has changes that the file does not have
}

// fileFormat is the version of the file's content.
const fileFormat = 1

// fileMark begins every file.
const fileMark = "dictrack memorystore\n"

// content is what a file holds, encoded by encoding/gob.
type content struct {
	Format      int
	Floor       uint64
	Groups      map[string]fileGroup
	Due         map[string]int64
	Definitions map[tracker.ID][]byte
	MessageIDs  map[string]map[string]record.MessageID
}

// fileGroup is a storedGroup in a file.
type fileGroup struct {
	Version     uint64
	Initialized bool
	Layouts     [][]tracker.ID
	States      [][]byte
}

// OpenFile returns a Store with the content of a file, which need not exist. Close replaces the file by what is in the
// Store, in one step, unless nothing changed. A process that is killed leaves the file as it was: for state that must
// survive that, use another store. A file that another process replaced meanwhile is an error of Close, and stays.
func OpenFile(path string) (*Store, error) {
	s := New()
	s.file = &file{path: path}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the store's file: %w", err)
	}
	if s.file.read, err = os.Stat(path); err != nil {
		return nil, fmt.Errorf("read the store's file: %w", err)
	}
	c, err := decode(path, data)
	if err != nil {
		return nil, err
	}
	s.restore(c)
	return s, nil
}

// decode reads the content of a file.
func decode(path string, data []byte) (c content, err error) {
	corrupt := func(reason string) error { return &record.CorruptError{Record: "file " + path, Reason: reason} }
	body, ok := bytes.CutPrefix(data, []byte(fileMark))
	if !ok || len(body) < crc32.Size {
		return c, corrupt("it is no file of this program")
	}
	body, sum := body[:len(body)-crc32.Size], body[len(body)-crc32.Size:]
	if !bytes.Equal(sum, checksum(body)) {
		return c, corrupt("its checksum is wrong")
	}
	if err := gob.NewDecoder(bytes.NewReader(body)).Decode(&c); err != nil {
		return c, corrupt(err.Error())
	}
	if c.Format != fileFormat {
		return c, &record.FormatError{Record: "file " + path, Found: c.Format, Known: fileFormat}
	}
	return c, nil
}

func checksum(body []byte) []byte {
	sum := crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli))
	return []byte{byte(sum), byte(sum >> 8), byte(sum >> 16), byte(sum >> 24)}
}

// restore installs the content of a file in an empty Store.
func (s *Store) restore(c content) {
	s.floor = c.Floor
	for name, g := range c.Groups {
		s.groups[name] = &storedGroup{version: g.Version, initialized: g.Initialized, layouts: g.Layouts, states: g.States}
	}
	for name, at := range c.Due {
		s.due[name] = at
	}
	for id, text := range c.Definitions {
		s.definitions[id] = text
	}
	for name, ids := range c.MessageIDs {
		s.messageIDs[name] = ids
	}
}

// save replaces the file by what is in the Store. The Store is locked.
func (s *Store) save() error {
	if s.file == nil || !s.file.dirty {
		return nil
	}
	if err := s.file.checkUnchanged(); err != nil {
		return err
	}
	c := content{
		Format: fileFormat, Floor: s.floor, Due: s.due, Definitions: s.definitions, MessageIDs: s.messageIDs,
		Groups: map[string]fileGroup{},
	}
	for name, g := range s.groups {
		c.Groups[name] = fileGroup{Version: g.version, Initialized: g.initialized, Layouts: g.layouts, States: g.states}
	}
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(&c); err != nil {
		return fmt.Errorf("encode the store's file: %w", err)
	}
	data := append([]byte(fileMark), body.Bytes()...)
	if err := replaceFile(s.file.path, append(data, checksum(body.Bytes())...)); err != nil {
		return fmt.Errorf("save the store's file: %w", err)
	}
	return nil
}

// checkUnchanged returns an error if another process replaced the file since it was read.
func (f *file) checkUnchanged() error {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.read == nil:
		return nil
	case err != nil:
		return fmt.Errorf("save the store's file: %w", err)
	case f.read == nil || !os.SameFile(info, f.read) || !info.ModTime().Equal(f.read.ModTime()):
		return fmt.Errorf("the store's file %s was changed by another process meanwhile; what this process did is not saved", f.path)
	}
	return nil
}

// replaceFile writes a file in one step: after a crash there is the old one or the new one.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
