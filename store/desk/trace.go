package desk

import (
	"strings"

	"buzon/store/desk/lazy"
)

// Trace is a stack trace in a text: the language whose it is, and its lines, To excluded.
type Trace struct {
	Kind     string // java, dotnet, python, php, go, js
	From, To int
}

// frame is what a line of a trace looks like. Those of the kinds that others resemble stand first.
var frames = []struct {
	kind string
	line *lazy.Regexp
}{
	{"java", lazy.Compile(
		`^\s*at [\w$.<>/@]+\((?:[\w$]+\.(?:java|kt|scala|groovy)(?::\d+)?|Native Method|Unknown Source)\)`)},
	{"js", lazy.Compile(
		`^\s*at (?:async )?(?:.{1,200} \()?(?:https?:|file:|node:|webpack|/|[A-Za-z]:\\|<anonymous>|internal/|\.)[^()]*:\d+:\d+\)?$`)},
	{"dotnet", lazy.Compile("^\\s*(?:at|en|bei) [\\w.<>`+\\[\\],]+\\(.{0,300}\\)(?: " +
		"(?:in|en) .{1,300}:(?:line|línea|linea) \\d+)?$")},
	{"python", lazy.Compile(`^\s*File "[^"]{1,300}", line \d+`)},
	{"php", lazy.Compile(`^\s*#\d+ (?:\{main\}|.{1,300}\(\d+\): .)`)},
	{"go", lazy.Compile(`^\s+\S{1,300}\.go:\d+(?: \+0x[0-9a-f]+)?$`)},
}

// heads are lines that begin or continue a trace, and are none by themselves.
var heads = lazy.Compile(`^\s*(?:Exception in thread .*|Caused by: .*|\.\.\. \d+ more|` +
	`Traceback \(most recent call last\):|Stack trace:|(?:PHP )?(?:Fatal error|Warning): .*|` +
	`goroutine \d+ \[.*\]:|panic: .*|--- End of .*|created by .*|` +
	`(?:Uncaught |Unhandled [Ee]xception[.:] )?[\w.$]*(?:Exception|Error)(?:: .*)?|[\w./*()-]+\(.*\))$`)

// longestFrame bounds, in bytes, the lines that are read.
const longestFrame = 600

// Traces finds the stack traces of a text: two lines of one at least, one of which is a frame.
// Between them may stand one that is neither: a line of the program.
func Traces(text string) (list []Trace) {
	if !strings.Contains(text, "at ") && !strings.Contains(text, "en ") &&
		!strings.Contains(text, "line ") && !strings.Contains(text, "#") &&
		!strings.Contains(text, ".go:") {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if !traced(lines[i]) {
			continue
		}
		t, read := traceAt(lines, i)
		if read < 2 || t.Kind == "" {
			continue
		}
		list, i = append(list, t), t.To-1
	}
	return list
}

// traceAt reads the lines of a trace from the given one on, and counts them.
func traceAt(lines []string, from int) (t Trace, read int) {
	t = Trace{From: from, To: from}
	for i := from; i < len(lines) && i <= t.To+1; i++ {
		line := strings.TrimRight(lines[i], " \r\u00a0")
		kind, head := "", false
		if len(line) <= longestFrame && traced(line) {
			kind = frameOf(line)
			head = kind == "" && heads.MatchString(line)
		}
		if i == from && kind == "" && !head || strings.TrimSpace(line) == "" && t.Kind != "go" {
			break
		}
		if kind == "" && !head {
			continue
		}
		if t.Kind == "" {
			t.Kind = kind
		}
		t.To = i + 1
		read++
	}
	return t, read
}

// traced reports whether a line has what every line of a trace has, which prose seldom does.
func traced(line string) bool {
	return strings.ContainsAny(line, `(:"#[`) || strings.Contains(line, "Exception") ||
		strings.Contains(line, "Error") || strings.Contains(line, " more") ||
		strings.Contains(line, "created by ") || strings.Contains(line, "--- End of ")
}

func frameOf(line string) string {
	for _, f := range frames {
		if f.line.MatchString(line) {
			return f.kind
		}
	}
	return ""
}
