package wire

import "encoding/binary"

// Reader decodes values from the front of Buf. After a value that is cut short Failed is set, and every further
// call returns zero; so it is enough to check Failed at the end.
type Reader struct {
	Buf    []byte // what is still to be read
	Failed bool
}

// Bytes returns the next n bytes, which alias Buf.
func (r *Reader) Bytes(n uint64) []byte {
	if r.Failed = r.Failed || n > uint64(len(r.Buf)); r.Failed {
		return nil
	}
	b := r.Buf[:n]
	r.Buf = r.Buf[n:]
	return b
}

// Byte returns the next byte.
func (r *Reader) Byte() byte {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// Uvarint reads what binary.AppendUvarint wrote.
func (r *Reader) Uvarint() uint64 {
	n, size := binary.Uvarint(r.Buf)
	return advance(r, n, size)
}

// Varint reads what binary.AppendVarint wrote.
func (r *Reader) Varint() int64 {
	n, size := binary.Varint(r.Buf)
	return advance(r, n, size)
}

func advance[T int64 | uint64](r *Reader, n T, size int) T {
	if r.Failed = r.Failed || size <= 0; r.Failed {
		return 0
	}
	r.Buf = r.Buf[size:]
	return n
}
