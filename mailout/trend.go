package mailout

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"buzon/store"
)

// The size of the picture in dots, two for each that a column of text is wide.
const (
	trendWide = 1120
	trendHigh = 240
	trendGap  = 8 // between two days
)

// The colours of what was opened and closed, which show on white and on black; templates name them
// too.
var (
	openedColour = color.NRGBA{0x3b, 0x78, 0xe7, 0xff}
	closedColour = color.NRGBA{0x8a, 0x8f, 0x98, 0xff}
)

// trendPicture draws two columns for each day, on nothing.
func trendPicture(days []store.DayCount) (file, error) {
	most := 1
	for _, d := range days {
		most = max(most, d.Opened, d.Closed)
	}
	p := image.NewNRGBA(image.Rect(0, 0, trendWide, trendHigh))
	column := func(from, to, n int, c color.Color) {
		high := n * (trendHigh - 4) / most
		r := image.Rect(from, trendHigh-2-high, to, trendHigh-2)
		draw.Draw(p, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	for i, d := range days {
		left, right := i*trendWide/len(days), (i+1)*trendWide/len(days)-trendGap
		middle := (left + right) / 2
		column(left, middle, d.Opened, openedColour)
		column(middle, right, d.Closed, closedColour)
	}
	ground := image.Rect(0, trendHigh-2, trendWide, trendHigh)
	draw.Draw(p, ground, image.NewUniform(closedColour), image.Point{}, draw.Src)
	var b bytes.Buffer
	err := png.Encode(&b, p)
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }
	return file{name: "panel.png", kind: "image/png", open: open, id: "trend@buzon"}, err
}
