package imappoll

import (
	"slices"
	"strings"
	"testing"

	"buzon/internal/mailtest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{TLS: "tls", Folders: []string{"Web"}})
	clear := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	for _, c := range []struct {
		name   string
		change func(*Account)
		wrong  string
		makes  string
	}{
		{"all is well", func(a *Account) { a.After = Leave }, "", ""},
		{"both folders are missing", func(a *Account) { a.Apart = "Cuarentena" }, "",
			"Procesados and the folder Cuarentena"},
		{"one folder for both", func(a *Account) { a.Apart = "Procesados" }, "", "Procesados"},
		{"a folder that is not there", func(a *Account) { a.Folders = []string{"INBOX", "Wep"} },
			"the server has INBOX, Web", ""},
		{"two of them", func(a *Account) { a.Folders = []string{"Wep", "INBOX", "Wap"} },
			"the server has INBOX, Web\nopen folder Wap", ""},
		{"a wrong password", func(a *Account) {
			a.Password = func() (string, error) {
				return "x",
					nil
			}
		}, "refuses the login", ""},
		{"a certificate of one's own", func(a *Account) { a.CAs = nil }, "ca_file", ""},
		{"a port in clear", func(a *Account) { a.Port = clear.Port() }, "starttls", ""},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			a := account(newMemory(), srv.Port())
			a.TLS, a.CAs = "tls", srv.CAs
			c.change(&a)
			got, err := a.Check(t.Context(), "")
			if (err == nil) != (c.wrong == "") || err != nil &&
				!strings.Contains(err.Error(), c.wrong) {
				t.Errorf("error %v, want %q", err, c.wrong)
			}
			slices.Sort(got.Folders)
			if err == nil && (got.Makes != c.makes || got.Mails["INBOX"] != 0 ||
				strings.Join(got.Folders, " ") != "INBOX Web") {
				t.Errorf("found %+v, want to make %q", got, c.makes)
			}
		})
	}
	if len(srv.Messages(t, "INBOX")) != 0 || count(t, srv.Client(t), "Procesados") != 0 {
		t.Error("a check made something")
	}
}

// TestCheckReadOnly passes a folder that can only be read where nothing shall be changed in it, and
// nowhere else.
func TestCheckReadOnly(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.answer = func(command string) string {
		if strings.HasPrefix(command, "SELECT") || strings.HasPrefix(command, "EXAMINE") {
			return "* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n{tag} OK [READ-ONLY] done\r\n"
		}
		return ""
	}
	for _, after := range []After{Move, Flag, Delete, Leave} {
		a := account(newMemory(), 0)
		a.Dial, a.After = f.Dial, after
		if _, err := a.Check(t.Context(), ""); (err == nil) != (after == Leave) || err != nil &&
			!strings.Contains(err.Error(), "open folder INBOX: it can only be read") {
			t.Errorf("after = %q: %v", after, err)
		}
	}
}

// TestMovesNothingInACircle does not move mail to where it is taken from, under another name.
func TestMovesNothingInACircle(t *testing.T) {
	t.Parallel()
	srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{Folders: []string{"Web"}})
	srv.Append(t, "INBOX", letter(1))
	j := newMemory()
	a := account(j, srv.Port())
	a.Folders, a.MovedTo = []string{"INBOX", "Web"}, "Web"
	for range 2 {
		if err := a.Poll(t.Context(), PollNow); err == nil ||
			!strings.Contains(err.Error(), "moved_to") {
			t.Errorf("error %v", err)
		}
	}
	exactlyOnce(t, j.all(), 1)
	if in, out := len(srv.Messages(t, "INBOX")), len(srv.Messages(t, "Web")); in != 1 || out != 0 {
		t.Errorf("%d mails in INBOX, %d in Web", in, out)
	}
}
