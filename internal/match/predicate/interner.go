package predicate

// Interner finds what sets have in common by its key, or builds it, so that groups whose sets differ hold it in memory
// once. It must be safe for use by many goroutines if sets are compiled by many.
type Interner interface {
	Paths(key string, build func() *Paths) *Paths
	Dictionary(key string, build func() *Dictionary) *Dictionary
}
