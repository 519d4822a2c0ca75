package main

import (
	"cmp"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// picture is a plot: how a unit of some benchmarks goes with the number in their names.
type picture struct {
	file, title, x string
	unit           string
	linear         bool // both axes from 0; otherwise both are logarithmic
	lines          []curve
}

// curve is benchmarks whose names differ in one number, which a group of the expression holds.
type curve struct {
	label string
	names string // an expression for "dir benchmark"
}

// drawable tells whether some curve has two points at least.
func (p *picture) drawable(m measured) bool {
	return slices.ContainsFunc(p.lines, func(c curve) bool { return len(c.points(m, p.unit)) > 1 })
}

// draw writes the pictures whose benchmarks ran.
func draw(dir string, m measured) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for i := range pictures {
		if p := &pictures[i]; p.drawable(m) {
			if err := p.draw(dir, m); err != nil {
				return fmt.Errorf("draw %s: %w", p.file, err)
			}
		}
	}
	return nil
}

func (p *picture) draw(dir string, m measured) error {
	sheet := p.sheet()
	for i, c := range p.lines {
		points := c.points(m, p.unit)
		if len(points) == 0 {
			continue
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		line.Color, dots.Color = ink(i), ink(i)
		line.Width = vg.Points(1.5)
		sheet.Add(line, dots)
		sheet.Legend.Add(c.label, line)
	}
	if p.linear {
		sheet.X.Min, sheet.Y.Min = 0, 0
	}
	return sheet.Save(16*vg.Centimeter, 11*vg.Centimeter, filepath.Join(dir, p.file))
}

// sheet is the plot without curves.
func (p *picture) sheet() *plot.Plot {
	sheet := plot.New()
	sheet.Title.Text, sheet.X.Label.Text, sheet.Y.Label.Text = p.title, p.x, p.unit
	sheet.Legend.Top, sheet.Legend.Left = true, true
	if !p.linear {
		sheet.X.Scale, sheet.Y.Scale = plot.LogScale{}, plot.LogScale{}
		sheet.X.Tick.Marker, sheet.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	}
	return sheet
}

// points are the medians, by the number in the names.
func (c *curve) points(m measured, unit string) (points plotter.XYs) {
	names := regexp.MustCompile("^" + c.names + "$")
	for name, units := range m {
		found := names.FindStringSubmatch(name)
		if len(found) < 2 || len(units[unit]) == 0 {
			continue
		}
		x, err := strconv.ParseFloat(found[1], 64)
		if y := median(units[unit]); err == nil && x > 0 && y > 0 { // a logarithm has no zero
			points = append(points, plotter.XY{X: x, Y: y})
		}
	}
	slices.SortFunc(points, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
	return points
}

func ink(i int) color.Color {
	inks := []color.RGBA{{31, 119, 180, 255}, {214, 39, 40, 255}, {44, 160, 44, 255}, {148, 103, 189, 255}, {255, 127, 14, 255}, {90, 90, 90, 255}}
	return inks[i%len(inks)]
}
