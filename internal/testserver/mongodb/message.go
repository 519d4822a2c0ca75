package mongodb

import (
	"encoding/binary"
	"fmt"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Message is what a client asks of the server.
type Message struct {
	// Command is its name, as "insert" or "find"; "" in the handshake of old.
	Command string
	// Collection is what the command is about, where it is about one.
	Collection string
	// Database is where that is.
	Database string
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

// describe reads the command: its first field is its name, and the value of that the collection.
func (f frame) describe() (m Message) {
	const command = headerSize + 4 + 1 // flags, kind of section
	if !f.isMsg() || len(f) < command+4 {
		return m
	}
	size := int(binary.LittleEndian.Uint32(f[command:]))
	if size > len(f)-command {
		return m
	}
	doc := bson.Raw(f[command : command+size])
	first, err := doc.IndexErr(0)
	if err != nil {
		return m
	}
	m.Command = first.Key()
	m.Collection, _ = first.Value().StringValueOK()
	m.Database, _ = doc.Lookup("$db").StringValueOK()
	return m
}
