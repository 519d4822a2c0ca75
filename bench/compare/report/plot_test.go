package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every picture is drawn, and every curve has the points that its expression finds.
func TestDraw(t *testing.T) {
	m := measured{}
	for _, p := range pictures {
		for _, c := range p.lines {
			for x, y := range map[string]float64{"10": 3, "100": 5} {
				m.add(strings.Replace(c.names, `(\d+)`, x, 1), p.unit, y)
			}
		}
	}
	dir := t.TempDir()
	if err := draw(dir, m); err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures {
		text, err := os.ReadFile(filepath.Join(dir, p.file))
		if err != nil || !bytes.Contains(text, []byte("</svg>")) {
			t.Errorf("%s: %d bytes, %v", p.file, len(text), err)
		}
		for _, c := range p.lines {
			if points := c.points(m, p.unit); len(points) != 2 || points[0].X != 10 || points[1].Y != 5 {
				t.Errorf("%s, %s: %v", p.file, c.label, points)
			}
		}
	}
}
