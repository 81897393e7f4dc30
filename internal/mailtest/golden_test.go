package mailtest

import (
	"os"
	"strings"
	"testing"
)

func TestGolden(t *testing.T) {
	t.Chdir(t.TempDir())
	check(t, os.MkdirAll("testdata/golden", 0o755))
	golden := "Date: {{*}}\nMessage-ID: <{{id}}@x.test>\nReferences: <root@x.test> " +
		"<{{id}}@x.test>\n\n--{{b}}\nHola (1+1) {{*}}\n--{{b}}--\n"
	check(t, os.WriteFile("testdata/golden/a.eml", []byte(golden), 0o644))
	good := "Date: Mon, 2 Mar\r\nMessage-ID: <c1.p2@x.test>\r\nReferences: <root@x.test> " +
		"<c1.p2@x.test>\r\n\r\n--xyz\r\nHola (1+1) Ana\r\n--xyz--\r\n"
	for _, c := range []struct {
		name, got string
		fits      bool
	}{
		{"the same", good, true},
		{"other id and boundary", strings.NewReplacer("c1.p2", "c9.p9", "xyz", "abc").Replace(good),
			true},
		{"two ids", strings.Replace(good, "<c1.p2@x.test>\r\n\r\n", "<c1.p3@x.test>\r\n\r\n", 1),
			false},
		{"two boundaries", strings.Replace(good, "--xyz--", "--xyy--", 1), false},
		{"another word", strings.Replace(good, "Hola", "Adiós", 1), false},
		{"a line more", good + "x\r\n", false},
		{"a line less", strings.Replace(good, "Date: Mon, 2 Mar\r\n", "", 1), false},
		{"a hole does not span lines", strings.Replace(good, "2 Mar", "2\r\nMar", 1), false},
		{"empty", "", false},
	} {
		r := &recorder{TB: t}
		Golden(r, "a.eml", []byte(c.got))
		if (len(r.failed()) == 0) != c.fits {
			t.Errorf("%s: failures %q", c.name, r.failed())
		}
	}
}

func TestGoldenDiffShowsTheLines(t *testing.T) {
	got := compare("a\nb {{*}}\nc\nd", "a\nb 1\nx\nd\ne")
	if want := "  a\n  b 1\n- c\n+ x\n  d\n+ e\n"; got != want {
		t.Errorf("diff:\n%swant:\n%s", got, want)
	}
}

func TestGoldenUpdateKeepsHoles(t *testing.T) {
	old := "Date: {{*}}\nId: {{id}}\nSubject: viejo\n\n--{{boundary1}}\nx\n"
	got :=
		"Date: hoy\nId: 77\nSubject: nuevo\nContent-Type: multipart/mixed; boundary=\"q=q\"\n\n" +
			"--q=q\nx\n"
	want := "Date: {{*}}\nId: {{id}}\nSubject: nuevo\nContent-Type: multipart/mixed; " +
		"boundary=\"{{boundary1}}\"\n\n--{{boundary1}}\nx\n"
	fresh := renewed(old, got)
	if fresh != want {
		t.Errorf("renewed:\n%s\nwant:\n%s", fresh, want)
	}
	if diff := compare(fresh, got); diff != "" {
		t.Errorf("the renewed golden mail does not fit:\n%s", diff)
	}
	if again := renewed(fresh, got); again != fresh {
		t.Errorf("a second -update changes it:\n%s", again)
	}
}
