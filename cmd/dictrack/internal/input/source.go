package input

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
)

// Source is a file or a stream to be read.
type Source struct {
	// Name is the name shown in errors.
	Name string
	// Size is the number of bytes to be read, before decompression; -1 when it is unknown.
	Size int64

	file     *os.File // nil: the file called Name, which Open opens
	mayPause bool     // it may pause
}

// File returns the Source of a file. It fails when the file does not exist or is a directory.
func File(name string) (*Source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("read %s: it is a directory", name)
	}
	return (&Source{Name: name}).setSize(info), nil
}

// Stream returns the Source of an open file, such as standard input. Closing the Reader does not close it.
func Stream(name string, file *os.File) *Source {
	s := &Source{Name: name, Size: -1, file: file, mayPause: true}
	if info, err := file.Stat(); err == nil {
		s.setSize(info)
	}
	return s
}

func (s *Source) setSize(info os.FileInfo) *Source {
	s.Size, s.mayPause = -1, true
	if info.Mode().IsRegular() {
		s.Size, s.mayPause = info.Size(), false
	}
	return s
}

// Reader reads a Source.
type Reader struct {
	*Splitter

	bytes atomic.Int64
	stop  context.CancelFunc
	close func() error
}

// Bytes returns the number of bytes read so far, before decompression. It is safe for concurrent use.
func (r *Reader) Bytes() int64 { return r.bytes.Load() }

// Close ends the reading and closes the file.
func (r *Reader) Close() error {
	r.stop()
	return r.close()
}

// Open starts reading. A name that ends in .gz, or content that starts as gzip does, is decompressed. A stream that pauses
// returns the records read so far; when ctx ends, reading it fails with the error of ctx. The caller closes the Reader.
func (s *Source) Open(ctx context.Context) (*Reader, error) {
	r := &Reader{close: func() error { return nil }}
	file := s.file
	if file == nil {
		var err error
		if file, err = os.Open(s.Name); err != nil {
			return nil, err
		}
		r.close = file.Close
	}
	ctx, r.stop = context.WithCancel(ctx)
	plain := io.Reader(&gzipReader{name: s.Name, raw: countingReader{file, &r.bytes}})
	if s.mayPause {
		plain = newIdleReader(ctx, plain)
	}
	r.Splitter = NewSplitter(plain)
	return r, nil
}

// countingReader counts the bytes read.
type countingReader struct {
	io.Reader
	bytes *atomic.Int64
}

func (c countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// gzipReader decompresses gzip, and passes on everything else. It looks at the first bytes only when it is first read,
// because a stream may take long to send them.
type gzipReader struct {
	name string
	raw  io.Reader

	decoded io.Reader // nil until the first Read
	isGzip  bool
}

func (u *gzipReader) Read(p []byte) (int, error) {
	if u.decoded == nil {
		if err := u.detect(); err != nil {
			return 0, err
		}
	}
	n, err := u.decoded.Read(p)
	if u.isGzip && err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("decompress: %w", err)
	}
	return n, err
}

func (u *gzipReader) detect() error {
	raw := bufio.NewReaderSize(u.raw, bufferSize)
	head, err := raw.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	u.isGzip = strings.HasSuffix(u.name, ".gz") || string(head) == "\x1f\x8b"
	if !u.isGzip {
		u.decoded = raw
		return nil
	}
	unzipped, err := gzip.NewReader(raw)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // an empty file is not gzip
	}
	if err != nil {
		return fmt.Errorf("decompress: %w", err)
	}
	u.decoded = unzipped
	return nil
}
