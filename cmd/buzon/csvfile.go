package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"buzon/store/desk"
)

// csvColumn is a column that a file may have, with what else people call it.
type csvColumn struct {
	name  string
	also  string // parted by commas, folded
	needs bool
}

// called reports whether a head of the file means the column.
func (c csvColumn) called(head string) bool {
	plain := func(s string) string {
		return desk.OneLine(strings.NewReplacer("_", " ", "-", " ").Replace(desk.Fold(s)))
	}
	return slices.ContainsFunc(strings.Split(c.name+", "+c.also, ", "),
		func(word string) bool { return plain(word) == plain(head) })
}

// record is a row of a file by its columns. Cells that the file does not have are empty.
type record struct {
	line  int
	cells map[string]string
}

// of is what stands in a column, on one line.
func (r record) of(column string) string { return desk.OneLine(r.cells[column]) }

// lineError is what is wrong with a line of a file.
type lineError struct {
	Line int    `json:"line"`
	Text string `json:"error"`
}

// csvFile is a file that is read once, from its beginning.
type csvFile struct {
	*csv.Reader
	file  *os.File
	size  int64
	heads []string // the name of the column of each cell
}

// encodings are the ones that a file may have. One that begins with a mark of Unicode needs none.
var encodings = []string{"utf-8", "latin1"}

// openCSV opens a file and reads its head.
func openCSV(path, encoding string, columns []csvColumn) (*csvFile, []lineError, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a directory: want a file of comma-separated values", path)
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	plain := transform.Nop
	decoder := xunicode.BOMOverride(plain)
	if encoding == "latin1" { // as Windows writes it, which has the same letters and more signs
		decoder = xunicode.BOMOverride(charmap.Windows1252.NewDecoder())
	}
	in := bufio.NewReaderSize(transform.NewReader(file, decoder), 64<<10)
	f := &csvFile{Reader: csv.NewReader(in), file: file, size: info.Size()}
	f.Comma, f.FieldsPerRecord = separator(in), -1
	bad, err := f.readHead(columns)
	if err != nil {
		file.Close()
	}
	return f, bad, err
}

// announces is how a spreadsheet's first line says what parts the cells.
const announces = "sep="

// separator is what parts the cells: what the first line says, or what stands in it most often.
func separator(in *bufio.Reader) rune {
	head, _ := in.Peek(4 << 10)
	line, _, _ := strings.Cut(string(head), "\n")
	if said, ok := strings.CutPrefix(strings.ToLower(line), announces); ok && said != "" {
		return rune(said[0])
	}
	best, most := ',', 0
	for _, r := range ",;\t" {
		if n := strings.Count(line, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}

// readHead finds out which column each cell belongs to.
func (f *csvFile) readHead(columns []csvColumn) (bad []lineError, err error) {
	heads, err := f.Read()
	if err == nil && strings.HasPrefix(strings.ToLower(heads[0]), announces) {
		heads, err = f.Read()
	}
	if err == io.EOF {
		return nil, errors.New("the file is empty: its first line names the columns")
	}
	if err != nil {
		return nil, err
	}
	fail := func(format string, a ...any) {
		bad = append(bad, lineError{1, fmt.Sprintf(format, a...)})
	}
	for _, head := range heads {
		name := ""
		i := slices.IndexFunc(columns, func(c csvColumn) bool { return c.called(head) })
		switch {
		case desk.OneLine(head) == "": // a spreadsheet's column that has nothing in it
		case i < 0:
			fail("unknown column %q: want some of %s", head, namesOf(columns))
		default:
			if name = columns[i].name; slices.Contains(f.heads, name) {
				fail("the column %s stands there twice", name)
			}
		}
		f.heads = append(f.heads, name)
	}
	for _, c := range columns {
		if c.needs && !slices.Contains(f.heads, c.name) {
			fail("the column %s is missing", c.name)
		}
	}
	return bad, nil
}

func namesOf(columns []csvColumn) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

var errNotUTF8 = errors.New("the file is not UTF-8: " +
	"save it as UTF-8, or say --encoding latin1 if it comes from an old Excel")

// next reads a row; a lineError says what is wrong with it alone.
func (f *csvFile) next() (r record, bad *lineError, err error) {
	cells, err := f.Read()
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		return r, &lineError{parse.StartLine, parse.Err.Error()}, nil
	case err != nil:
		return r, nil, err
	}
	r.line, _ = f.FieldPos(0)
	for len(cells) > len(f.heads) && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if strings.TrimSpace(strings.Join(cells, "")) == "" { // as spreadsheets leave below the last
		return f.next()
	}
	if len(cells) != len(f.heads) {
		return r, &lineError{r.line, fmt.Sprintf("%d cells, and the first line has %d",
			len(cells), len(f.heads))}, nil
	}
	r.cells = map[string]string{}
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			return r, nil, fmt.Errorf("line %d: %w", r.line, errNotUTF8)
		}
		if wrong := wrongCell(f.heads[i], cell); wrong != "" {
			return r, &lineError{r.line, wrong}, nil
		}
		r.cells[f.heads[i]] = strings.TrimSpace(strings.ReplaceAll(cell, "\r\n", "\n"))
	}
	return r, nil, nil
}

// wrongCell says what is wrong with a cell, "" for nothing.
func wrongCell(head, cell string) string {
	if c := strings.IndexFunc(cell, unprintable); c >= 0 {
		return fmt.Sprintf("%s: the character %q can't be kept", head, cell[c:c+1])
	}
	if head == "" && strings.TrimSpace(cell) != "" {
		return fmt.Sprintf("%q stands in a column without a name", cell)
	}
	return ""
}

func unprintable(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) }

func (f *csvFile) close() error { return f.file.Close() }
