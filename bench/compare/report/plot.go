package main

import (
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// picture is a plot: how a unit of some benchmarks goes with the number in their names.
type picture struct {
	file, title, x string
	unit           string
	lines          []curve
}

// curve is benchmarks whose names differ in one number, which a group of the expression holds.
type curve struct {
	label string
	names string // an expression for "dir benchmark"
}

// draw writes the pictures whose benchmarks ran.
func draw(dir string, m measured) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for _, p := range pictures {
		if err := p.draw(dir, m); err != nil {
			return fmt.Errorf("draw %s: %w", p.file, err)
		}
	}
	return nil
}

func (p *picture) draw(dir string, m measured) error {
	sheet := plot.New()
	sheet.Title.Text, sheet.X.Label.Text, sheet.Y.Label.Text = p.title, p.x, p.unit
	sheet.X.Scale, sheet.Y.Scale = plot.LogScale{}, plot.LogScale{}
	sheet.X.Tick.Marker, sheet.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	sheet.Legend.Top, sheet.Legend.Left = true, true
	drawn := 0
	for i, c := range p.lines {
		points := c.points(m, p.unit)
		if len(points) < 2 {
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
		drawn++
	}
	if drawn == 0 {
		return nil
	}
	return sheet.Save(16*vg.Centimeter, 10*vg.Centimeter, filepath.Join(dir, p.file))
}

// points are the medians, by the number in the names.
func (c *curve) points(m measured, unit string) plotter.XYs {
	names := regexp.MustCompile("^" + c.names + "$")
	var points plotter.XYs
	for name := range m {
		found := names.FindStringSubmatch(name)
		if len(found) < 2 {
			continue
		}
		x, err := strconv.ParseFloat(found[1], 64)
		y, ok := m.median(name, unit)
		if err == nil && ok && x > 0 && y > 0 {
			points = append(points, plotter.XY{X: x, Y: y})
		}
	}
	return sorted(points)
}

func ink(i int) color.Color {
	inks := []color.RGBA{{31, 119, 180, 255}, {214, 39, 40, 255}, {44, 160, 44, 255}, {148, 103, 189, 255}, {255, 127, 14, 255}, {90, 90, 90, 255}}
	return inks[i%len(inks)]
}
