package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buzon/internal/desktest"
	"buzon/store"
	"buzon/store/desk"
)

// secretsOf are what a person has told the desk, in every form in which a file could hold it.
func secretsOf(words []string, files ...[]byte) (list [][]byte) {
	for _, w := range words {
		list = append(list, []byte(strings.ToLower(w)))
	}
	for _, f := range files {
		list = append(list, bytes.ToLower(f[:40]))
		list = append(list, bytes.ToLower([]byte(base64.StdEncoding.EncodeToString(f[:42]))))
	}
	return list
}

// holders are the files of a directory that hold one of them.
func holders(t *testing.T, dir string, secrets [][]byte) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		content = bytes.ToLower(content)
		for _, s := range secrets {
			if bytes.Contains(content, s) {
				list = append(list, filepath.Base(path)+" holds "+string(s))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// kept is where all of the desk's data is: its directory, and, where a server has the database, a
// copy of that.
func (d *liveDesk) kept() string {
	d.t.Helper()
	if desktest.Engine(d.t) == "" {
		return d.data
	}
	dir := filepath.Join(d.t.TempDir(), "all")
	h, err := (&app{configFile: d.file, stderr: io.Discard}).look(d.t.Context())
	if err == nil {
		_, err = h.store.CopyTo(d.t.Context(), dir, func(int64, int64) {})
		h.close()
	}
	if err == nil {
		err = os.CopyFS(filepath.Join(dir, "files"), os.DirFS(d.data))
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return dir
}

// forgettable plays what Carla has told the desk, and others of her. Both files are hers; Bob has
// the small one too.
func forgettable(t *testing.T) (d *liveDesk, small, large []byte) {
	small = []byte("contenido-chico-" + strings.Repeat("melocotonero ", 20))
	large = bytes.Repeat([]byte("contenido-grande-berenjenal-0123456789 "), 6000)
	both := []byte("contenido-compartido-" + strings.Repeat("alcachofa ", 20))
	d = newLiveDesk(t, liveOptions{})
	d.send(letter{From: "Carla Zabalegui <" + carla + ">", To: soporte, Subject: "Zanahoria rota",
		Text: "La zanahoriadora no anda, carajo.\n\nCarla Zabalegui\nTel. 555-1234",
		Files: []file{{"melocoton.txt", "application/x-a", small},
			{"berenjena.bin", "application/x-b", large},
			{"ambos.bin", "application/x-c", both}}})
	d.send(d.last(ana).reply("Hola Carla:\nReinicie la hortaliza."))
	d.send(d.last(carla).reply("Reinicié y sigue el remolachazo."))
	d.send(d.last(ana).reply("#nota\nCarla Zabalegui insiste mucho."))
	d.send(letter{From: "Bob <bob@otra.test>", To: soporte, Subject: "Otra cosa",
		Text:  "Carla Zabalegui (carla@cliente.test) me dijo que ustedes ayudan con lo mío.",
		Files: []file{{"ambos.bin", "application/x-c", both}}})
	return d, small, large
}

func TestPersonForget(t *testing.T) {
	t.Parallel()
	d, small, large := forgettable(t)
	secrets := secretsOf([]string{carla, "carla", "zabalegui", "zanahoria", "carajo", "555-1234",
		"remolachazo", "melocoton",
		"berenjena"}, small, large)
	if len(holders(t, d.kept(), secrets)) < 9 {
		t.Fatal("the test does not find what is there")
	}
	for _, c := range []struct{ args, want string }{
		{"person forget " + carla, "say --yes"},
		{"person forget nadie@x.test --yes", "nobody has the address"},
		{"person forget " + ana + " --yes", "is an agent"},
	} {
		if code, _, errs := d.runCLI("", strings.Fields(c.args)...); code == exitOK ||
			!strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d, %s", c.args, code, errs)
		}
	}
	tickets, mails := len(d.tickets()), len(d.mails())
	older := filepath.Join(d.data, "buzon-schema9.db") // as an upgrade leaves it
	if err := os.WriteFile(older, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := d.runCLI("", "person", "forget", carla, "--yes"); code != exitOK ||
		!strings.Contains(out, "forgotten in 1 tickets: 2 items") ||
		!strings.Contains(errs, older+" is a copy of the database from before") {
		t.Errorf("exit %d, it says %s%s", code, out, errs)
	}
	for _, found := range holders(t, d.kept(), secrets) {
		t.Error(found)
	}
	if len(d.tickets()) != tickets || len(d.mails()) != mails {
		t.Error("tickets or mails are counted no more")
	}
	c := d.ticket(1)
	if len(c.Items) != 4 || c.Items[0].Text != "" || len(c.Items[0].Attachments) != 0 {
		t.Errorf("her items: %+v", c.Items)
	}
	if text := c.Items[1].Text; text != "Hola …:\nReinicie la hortaliza." {
		t.Errorf("what Ana wrote: %q", text)
	}
	if text := c.Items[3].Text; text != "… insiste mucho." {
		t.Errorf("what Ana noted: %q", text)
	}
	other := d.ticket(2)
	if text := other.Items[0].Text; text != "… (…) me dijo que ustedes ayudan con lo mío." ||
		len(other.Items[0].Attachments) != 1 {
		t.Errorf("what Bob wrote: %+v", other.Items[0])
	}
	if out := d.cli("ticket", "export", "2", "--mbox"); !strings.Contains(out,
		"This mail was erased") {
		t.Errorf("the original that names her: %s", out)
	}
	if out := d.cli("ticket", "history", "1"); !strings.Contains(out, "forgotten") {
		t.Errorf("the history: %s", out)
	}
	for _, word := range []string{"hortaliza", "ustedes"} {
		if out := d.cli("ticket", "search", word); out == "" {
			t.Errorf("%s is found no more", word)
		}
	}
	d.cli("check")
	// whoever writes again is somebody new, and the desk goes on
	d.send(letter{From: carla, To: soporte, Subject: "Soy nueva", Text: "Hola, algo nuevo."})
	if n := len(d.received(carla)); n != 3 {
		t.Errorf("she has received %d mails", n)
	}
	if c := d.ticket(3); c.Requester != carla || c.Items[0].Text != "Hola, algo nuevo." {
		t.Errorf("the new ticket: %+v", c)
	}
}

func TestPersonExport(t *testing.T) {
	t.Parallel()
	d, small, _ := forgettable(t)
	path := filepath.Join(t.TempDir(), "carla.zip")
	d.cli("person", "export", carla, "--out", path)
	if code, _, errs := d.runCLI("", "person", "export", carla, "--out",
		path); code != exitFailure || !strings.Contains(errs, "exists") {
		t.Errorf("over a file: exit %d, %s", code, errs)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(r)
		parts[f.Name] = string(content)
	}
	for name, words := range map[string][]string{
		"person.json":  {`"name": "Carla Zabalegui"`, carla},
		"tickets.json": {"zanahoriadora", "Reinicie la hortaliza", "remolachazo", "melocoton.txt"},
		"mails.mbox": {"From MAILER-DAEMON ", "zanahoriadora", "Reinicie la hortaliza",
			base64.StdEncoding.EncodeToString(small[:42])},
	} {
		for _, w := range words {
			if !strings.Contains(parts[name], w) {
				t.Errorf("%s does not say %q:\n%.2000s", name, w, parts[name])
			}
		}
		for _, w := range []string{"insiste", ana, "bob@otra.test", "#nota"} {
			if strings.Contains(parts[name], w) {
				t.Errorf("%s says %q", name, w)
			}
		}
	}
}

func TestTicketExport(t *testing.T) {
	t.Parallel()
	d, _, _ := forgettable(t)
	d.cli("ticket", "note", "1", "--text", "From aquí en adelante.", "--as", ana)
	mbox := d.cli("ticket", "export", "1", "--mbox")
	for _, want := range []string{"Subject: Zanahoria rota", "#nota", "remolachazo", ">From aqu",
		"filename=melocoton.txt"} {
		if !strings.Contains(mbox, want) {
			t.Errorf("the mbox does not say %q:\n%.3000s", want, mbox)
		}
	}
	if n := strings.Count("\n"+mbox, "\nFrom MAILER-DAEMON "); n != 5 {
		t.Errorf("%d mails", n)
	}
	out := d.cli("ticket", "export", "1", "--json")
	whole := rowsOf[wholeTicket](t, out)[0]
	if len(whole.Items) != 5 || len(whole.History) == 0 || whole.Subject != "Zanahoria rota" {
		t.Errorf("%s", out)
	}
	path := filepath.Join(t.TempDir(), "1.json")
	d.cli("ticket", "export", "1", "--json", "--out", path)
	if text, err := os.ReadFile(path); err != nil || string(text) != out {
		t.Errorf("the file: %v, %s", err, text)
	}
	for _, args := range [][]string{{"ticket", "export", "1"},
		{"ticket", "export", "1", "--json", "--mbox"}, {"ticket", "export", "99", "--mbox"}} {
		if code, _, errs := d.runCLI("", args...); code == exitOK || errs == "" {
			t.Errorf("%v: exit %d", args, code)
		}
	}
}

// TestForgetInRemarks: nobody is named any more in what agents note in one line about his tickets,
// and about those that were merged, nor in what it takes to part them again.
func TestForgetInRemarks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, state, time, merge string }{
		{"es", "#estado-actual", "#tiempo", "#unir"}, {"en", "#current-state", "#time", "#merge"},
	} {
		d := newVirtualDesk(t, "ejemplo.test")
		d.speaks(c.language, vCarla, vAna)
		d.opened(vCarla, "Zanahoria rota", "No anda la zanahoria.")
		d.opened(vCarla, "Remolacha", "Otra vez el remolachazo.")
		d.replies(vAna, 1, c.state+" Carla espera el repuesto\r\n"+c.time+" 30m llamada con Carla")
		d.replies(vAna, 1, c.state+" Esperamos que Carla pruebe")
		d.replies(vAna, 2, c.state+" Avisar a Carla\r\n"+c.time+" 15m visita a Carla")
		d.replies(vAna, 1, c.merge+" 2")
		p := must(d.store.PersonByAddress(t.Context(), vCarla))(t)
		p.Name = "Carla Zabalegui"
		if err := d.store.Write(t.Context(), func(tx *store.Tx) error {
			return tx.ChangePerson(t.Context(), p.ID, func(was *desk.Person) { was.Name = p.Name })
		}); err != nil || d.caseOf(1).Number != 2 {
			t.Fatalf("%v, case %d", err, d.caseOf(1).Number)
		}
		secrets := secretsOf([]string{"carla", "zanahoria", "remolacha"})
		if len(holders(t, d.config.DataDir, secrets)) < 3 {
			t.Fatal("the test does not find what is there")
		}
		must(d.store.Forget(t.Context(), p))(t)
		for _, found := range holders(t, d.config.DataDir, secrets) {
			t.Errorf("%s: %s", c.language, found)
		}
		if k := d.caseOf(1); k.State != "Avisar a …" || k.Minutes != 45 {
			t.Errorf("it says %q, %d minutes", k.State, k.Minutes)
		}
	}
}
