package arch

import (
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
)

// MaxCircle is how many files of one package may form a circle.
const MaxCircle = 5

// Circles returns the circles of files in the package, largest first, each
// with its files in order: the strongly connected components, of more than one
// file, of the graph in which a file points to every other file of the package
// that declares a name it uses. Names are package-level identifiers and
// methods; struct fields do not count.
func (p *Package) Circles() [][]string {
	circles := components(p.fileGraph())
	circles = slices.DeleteFunc(circles, func(c []string) bool { return len(c) < 2 })
	for _, c := range circles {
		slices.Sort(c)
	}
	slices.SortStableFunc(circles, func(a, b []string) int { return len(b) - len(a) })
	return circles
}

// fileGraph maps each file to the files of the package whose names it uses.
func (p *Package) fileGraph() map[string][]string {
	graph := map[string][]string{}
	for _, file := range p.Files {
		graph[p.fileOf(file.Package)] = nil
	}
	for identifier, object := range p.Info.Uses {
		if !p.declares(object) {
			continue
		}
		from, to := p.fileOf(identifier.Pos()), p.fileOf(object.Pos())
		if from != to && !slices.Contains(graph[from], to) {
			graph[from] = append(graph[from], to)
		}
	}
	return graph
}

// fileOf returns the base name of the file that the position is in.
func (p *Package) fileOf(pos token.Pos) string {
	return filepath.Base(p.Positions.Position(pos).Filename)
}

// declares reports whether the object is a package-level identifier or a
// method of the package.
func (p *Package) declares(object types.Object) bool {
	if object.Pkg() != p.Types {
		return false
	}
	_, isFunc := object.(*types.Func)
	return isFunc || object.Parent() == p.Types.Scope()
}

// components returns the strongly connected components of the graph, by
// Tarjan's algorithm.
func components(graph map[string][]string) [][]string {
	t := tarjan{graph: graph, index: map[string]int{}, low: map[string]int{}}
	var nodes []string
	for node := range graph {
		nodes = append(nodes, node)
	}
	slices.Sort(nodes)
	for _, node := range nodes {
		if _, visited := t.index[node]; !visited {
			t.visit(node)
		}
	}
	return t.found
}

// tarjan is the state of one run of the algorithm.
type tarjan struct {
	graph      map[string][]string
	index, low map[string]int
	stack      []string
	found      [][]string
}

func (t *tarjan) visit(node string) {
	t.index[node] = len(t.index)
	t.low[node] = t.index[node]
	t.stack = append(t.stack, node)
	for _, next := range t.graph[node] {
		if _, visited := t.index[next]; !visited {
			t.visit(next)
			t.low[node] = min(t.low[node], t.low[next])
		} else if slices.Contains(t.stack, next) {
			t.low[node] = min(t.low[node], t.index[next])
		}
	}
	if t.low[node] == t.index[node] {
		begin := slices.Index(t.stack, node)
		t.found = append(t.found, slices.Clone(t.stack[begin:]))
		t.stack = t.stack[:begin]
	}
}
