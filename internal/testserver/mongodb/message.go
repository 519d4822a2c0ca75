package mongodb

import (
	"encoding/binary"
	"fmt"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Message is a request of a client to the server.
type Message struct {
	// Command is the name of the command, such as "insert" or "find"; "" in a handshake of the old protocol.
	Command string
	// Collection is the collection of the command, "" if it has none.
	Collection string
	// Database is the database of the command.
	Database string
}

// Writes tells whether the message changes documents.
func (m Message) Writes() bool {
	return m.Command == "insert" || m.Command == "update" || m.Command == "delete"
}

// frame is a message on the wire: its length, two ids and an opcode, four bytes each, then the body.
type frame []byte

const (
	headerSize     = 16
	maxFrame       = 64 << 20 // more than the protocol allows
	opMsg          = 2013     // OP_MSG: flags, then sections; the first is the command
	flagMoreToCome = 2        // OP_MSG: this request gets no reply, or this reply is followed by another
)

func readFrame(from io.Reader) (frame, error) {
	header := make(frame, headerSize)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(header)
	if size < headerSize || size > maxFrame {
		return nil, fmt.Errorf("wire message has %d bytes", size)
	}
	f := make(frame, size)
	copy(f, header)
	_, err := io.ReadFull(from, f[headerSize:])
	return f, err
}

func (f frame) isMsg() bool {
	return len(f) > headerSize+4 && binary.LittleEndian.Uint32(f[12:]) == opMsg
}

// moreToCome tells whether the sender sends its next message without waiting for one.
func (f frame) moreToCome() bool {
	return f.isMsg() && binary.LittleEndian.Uint32(f[headerSize:])&flagMoreToCome != 0
}

// describe parses the command: the key of its first field is its name, the value its collection.
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
