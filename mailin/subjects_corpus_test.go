package mailin_test

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

// subjectCase is one line of testdata/subjects/subjects.tsv.
type subjectCase struct {
	name, raw, subject, clean string
	number                    int64
	productionDown            bool
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	for _, c := range subjectCases(t) {
		t.Run(c.name, func(t *testing.T) {
			rd := readRaw(
				t, []byte("From: Carla Ruiz <carla@cliente.test>\r\nTo: soporte@ejemplo.test\r\n"+
					"Subject: "+c.raw+"\r\nDate: Mon, 3 Mar 2025 09:01:22 -0300\r\nMessage-ID: "+
					"<asunto@cliente.test>\r\n"+
					"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHola.\r\n"))
			if got := squeeze(rd.Message.Subject); got != squeeze(c.subject) {
				t.Errorf("subject %q, want %q", got, squeeze(c.subject))
			}
			if got := squeeze(rd.CleanSubject); got != squeeze(c.clean) {
				t.Errorf("clean subject %q, want %q", got, squeeze(c.clean))
			}
			if rd.Case != c.number {
				t.Errorf("case %d, want %d", rd.Case, c.number)
			}
			if rd.ProductionDown != c.productionDown {
				t.Errorf("production down %v, want %v", rd.ProductionDown, c.productionDown)
			}
		})
	}
}

func subjectCases(t *testing.T) []subjectCase {
	t.Helper()
	f, err := os.Open("testdata/subjects/subjects.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []subjectCase
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if line := lines.Text(); !strings.HasPrefix(line, "# ") {
			cases = append(cases, parseSubjectCase(t, line))
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 80 {
		t.Fatalf("%d subjects, want at least 80", len(cases))
	}
	return cases
}

func parseSubjectCase(t *testing.T, line string) subjectCase {
	t.Helper()
	col := strings.Split(line, "\t")
	if len(col) != 6 {
		t.Fatalf("%d columns, want 6: %s", len(col), line)
	}
	for i := 1; i <= 3; i++ {
		s, err := strconv.Unquote(`"` + col[i] + `"`)
		if err != nil {
			t.Fatalf("column %d of %q: %v", i+1, col[0], err)
		}
		col[i] = s
	}
	c := subjectCase{name: col[0], raw: col[1], subject: col[2], clean: col[3],
		productionDown: col[5] == "true"}
	if col[4] != "" {
		n, err := strconv.ParseInt(col[4], 10, 64)
		if err != nil {
			t.Fatalf("case of %q: %v", col[0], err)
		}
		c.number = n
	}
	return c
}
