package mongodb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// Message is what a client asks of the server.
type Message struct {
	// Command is its name, as "insert" or "find"; "" in the handshake of old.
	Command string
	// Collection is what the command is about, where it is about one.
	Collection string
}

// Writes tells whether the message changes documents.
func (m Message) Writes() bool {
	return m.Command == "insert" || m.Command == "update" || m.Command == "delete"
}

// frame is a message as it is on the wire: its length, two ids and a code, four bytes each, and the rest.
type frame []byte

const (
	headerSize = 16
	maxFrame   = 64 << 20 // more than the protocol allows
	codeMsg    = 2013     // OP_MSG: flags, then sections; the first is the command
	flagMore   = 2        // OP_MSG: no answer to this one, or more answers after it
)

func readFrame(from io.Reader) (frame, error) {
	header := make(frame, headerSize)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(header)
	if size < headerSize || size > maxFrame {
		return nil, fmt.Errorf("a message of %d bytes", size)
	}
	whole := make(frame, size)
	copy(whole, header)
	_, err := io.ReadFull(from, whole[headerSize:])
	return whole, err
}

func (f frame) isMsg() bool {
	return len(f) > headerSize+4 && binary.LittleEndian.Uint32(f[12:]) == codeMsg
}

// moreToCome tells whether the sender goes on without waiting.
func (f frame) moreToCome() bool {
	return f.isMsg() && binary.LittleEndian.Uint32(f[headerSize:])&flagMore != 0
}

// answered tells whether the server answers.
func (f frame) answered() bool { return !f.moreToCome() }

// describe reads the first field of the command: its name, and the collection if that is a text.
func (f frame) describe() Message {
	const (
		first   = headerSize + 4 + 1 + 4 // flags, kind of section, length of the document
		kindStr = 2
	)
	if !f.isMsg() || len(f) <= first {
		return Message{}
	}
	name, rest, _ := bytes.Cut(f[first+1:], []byte{0})
	m := Message{Command: string(name)}
	if f[first] == kindStr && len(rest) > 4 {
		text, _, _ := bytes.Cut(rest[4:], []byte{0})
		m.Collection = string(text)
	}
	return m
}
