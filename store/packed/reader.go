package packed

import "encoding/binary"

// Reader takes values off the front of Rest; once Failed it returns zeros.
type Reader struct {
	Rest   []byte
	Failed bool
}

// Bytes takes n bytes, which stay those of Rest.
func (r *Reader) Bytes(n uint64) []byte {
	if r.Failed = r.Failed || n > uint64(len(r.Rest)); r.Failed {
		return nil
	}
	b := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return b
}

// Byte takes one byte.
func (r *Reader) Byte() byte {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// Uvarint takes what binary.AppendUvarint wrote.
func (r *Reader) Uvarint() uint64 {
	n, size := binary.Uvarint(r.Rest)
	return took(r, n, size)
}

// Varint takes what binary.AppendVarint wrote.
func (r *Reader) Varint() int64 {
	n, size := binary.Varint(r.Rest)
	return took(r, n, size)
}

func took[T int64 | uint64](r *Reader, n T, size int) T {
	if r.Failed = r.Failed || size <= 0; r.Failed {
		return 0
	}
	r.Rest = r.Rest[size:]
	return n
}
