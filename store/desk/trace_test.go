package desk

import (
	"fmt"
	"strings"
	"testing"
)

func TestTraces(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"java", "Sale esto:\n\njava.lang.NullPointerException: x\n\tat com.x.Y.z(Y.java:12)\n" +
			"\tat com.x.Y.<init>(Y.java)\nCaused by: java.io.IOException\n\tat a.B.c(Native " +
			"Method)\n\t... 3 more\n\nGracias", "java 2-8"},
		{"python", "Traceback (most recent call last):\n  File \"/app/x.py\", line 3, in " +
			"<module>\n    main()\n  File \"/app/x.py\", line 9, in main\n    1/0\n" +
			"ZeroDivisionError: division by zero\nAyuda", "python 0-6"},
		{"dotnet", "System.NullReferenceException: Object reference not set\n   at " +
			"Acme.Web.Page.Load(Object sender, EventArgs e) in C:\\src\\Page.cs:line 42\n   at " +
			"System.Web.UI.Control.OnLoad(EventArgs e)", "dotnet 0-3"},
		{"dotnet en español", "System.Exception: x\n   en Acme.Web.Page.Load(Object s) en " +
			"C:\\src\\Page.cs:línea 42\nFin", "dotnet 0-2"},
		{"php", "PHP Fatal error:  Uncaught Exception: x in /var/www/a.php:3\nStack trace:\n#0 " +
			"/var/www/b.php(12): f()\n#1 {main}\n  thrown", "php 0-4"},
		{"go", "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.main()\n" +
			"\t/tmp/x.go:8 +0x1d\nexit", "go 2-5"},
		{"js", "TypeError: Cannot read properties of undefined (reading 'x')\n    at f " +
			"(https://x.test/app.js:10:5)\n    at async g (/srv/app/index.js:3:1)\n    at " +
			"/srv/a.js:1:2", "js 0-4"},
		{"node", "Error: x\n    at Object.<anonymous> (C:\\a\\b.js:1:7)\n    at " +
			"node:internal/main/run:23:47", "js 0-3"},
		{"prose", "Estoy en Madrid (España)\nen la oficina (centro)\nat home (now)", ""},
		{"a heading", "Error: no imprime\nLlame a soporte (urgente)", ""},
		{"numbers", "#1 no imprime\n#2 no abre", ""},
		{"one frame alone", "at com.x.Y.z(Y.java:12)", ""},
		{"nothing", "", ""},
	} {
		var got []string
		for _, tr := range Traces(c.text) {
			got = append(got, fmt.Sprintf("%s %d-%d", tr.Kind, tr.From, tr.To))
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestTracesOfALongText: the work grows with the text and no faster.
func TestTracesOfALongText(t *testing.T) {
	text := strings.Repeat("java.lang.Error\n\n", 30_000) +
		strings.Repeat("\tat com.x.Y.z(Y.java:12)\n", 20_000)
	if list := Traces(text); len(list) != 1 {
		t.Errorf("%d", len(list))
	}
}
