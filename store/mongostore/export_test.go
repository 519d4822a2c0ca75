package mongostore

// KeepApart has all chunks in parts, as those of very large groups are.
func (s *Store) KeepApart() { s.inline = 0 }
