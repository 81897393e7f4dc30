package mailtest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// GraphAct is what a GraphServer answers once instead of 202.
type GraphAct struct {
	Status int
	Code   string // of the error: "ErrorAccessDenied"
	After  string // Retry-After
	Moved  string // Location, where the answer is a redirection
	Page   bool   // the answer is a page, as a proxy's is
	Cut    bool   // takes the mail, and closes the connection without an answer
	Keep   bool   // takes the mail all the same
}

// GraphServer speaks the part of Microsoft Graph by which mail is sent.
type GraphServer struct {
	*httptest.Server

	mu       sync.Mutex
	tokens   []string // those that are good
	acts     []GraphAct
	accepted []Mail
	asked    int
	most     int // at the same time
	going    int
	Stall    time.Duration // before each answer
	Into     *Smarthost    // that has what is taken too
}

// NewGraph starts a server that takes mail with one of these tokens, and stops with the test.
func NewGraph(t testing.TB, tokens ...string) *GraphServer {
	t.Helper()
	g := &GraphServer{tokens: tokens}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1.0/users/{user}/sendMail", g.sendMail)
	mux.HandleFunc("/v1.0/login", func(http.ResponseWriter, *http.Request) {}) // what it says is 200
	g.Server = httptest.NewServer(mux)
	t.Cleanup(g.Close)
	return g
}

// Base is what stands before "/users/…".
func (g *GraphServer) Base() string { return g.URL + "/v1.0" }

// Script is what the next requests are answered.
func (g *GraphServer) Script(acts ...GraphAct) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.acts = acts
}

// Good are the tokens that are good from now on.
func (g *GraphServer) Good(tokens ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tokens = tokens
}

// Accepted is every mail that was taken: User is whose sendMail it was.
func (g *GraphServer) Accepted() []Mail {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.accepted)
}

// Asked is how many requests came, and how many of them at the same time.
func (g *GraphServer) Asked() (all, most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked, g.most
}

func (g *GraphServer) begin() (act GraphAct, scripted bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked++
	g.going++
	g.most = max(g.most, g.going)
	if len(g.acts) > 0 {
		act, g.acts, scripted = g.acts[0], g.acts[1:], true
	}
	return act, scripted
}

func (g *GraphServer) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.going--
}

// graphLimit is the largest request that Graph takes.
const graphLimit = 4 << 20

func (g *GraphServer) sendMail(w http.ResponseWriter, r *http.Request) {
	act, scripted := g.begin()
	defer g.end()
	body, err := io.ReadAll(io.LimitReader(r.Body, graphLimit+1))
	if err != nil {
		return
	}
	time.Sleep(g.Stall)
	raw, malformed := base64.StdEncoding.DecodeString(string(body))
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), "Bearer ")
	g.mu.Lock()
	good := slices.Contains(g.tokens, token)
	if good && (act.Keep || act.Cut || !scripted) && malformed == nil && len(body) <= graphLimit {
		g.keep(Mail{Raw: raw, User: r.PathValue("user"), Time: time.Now(), TLS: r.TLS != nil})
	}
	g.mu.Unlock()
	switch {
	case act.Cut:
		panic(http.ErrAbortHandler)
	case scripted && act.Status != 0:
		if act.After != "" {
			w.Header().Set("Retry-After", act.After)
		}
		act.answer(w)
	case !good:
		graphError(w, http.StatusUnauthorized, "InvalidAuthenticationToken")
	case len(body) > graphLimit:
		graphError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
	case malformed != nil || r.Header.Get("Content-Type") != "text/plain":
		graphError(w, http.StatusBadRequest, "ErrorMimeContentInvalidBase64String")
	case !strings.Contains(strings.ToLower(string(raw)), "\nto:"):
		graphError(w, http.StatusBadRequest, "ErrorInvalidRecipients")
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// NoEnvelope is the sender of a mail that came without an envelope.
const NoEnvelope = "no envelope"

// keep takes a mail, to whom its header says: there is no envelope.
func (g *GraphServer) keep(m Mail) {
	m.From = NoEnvelope
	read, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err == nil {
		to, _ := read.Header.AddressList("To")
		for _, a := range to {
			m.To = append(m.To, a.Address)
		}
	}
	g.accepted = append(g.accepted, m)
	if g.Into != nil {
		g.Into.keep(m)
	}
}

func (a GraphAct) answer(w http.ResponseWriter) {
	if a.Moved != "" {
		w.Header().Set("Location", a.Moved)
	}
	if !a.Page {
		graphError(w, a.Status, a.Code)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(a.Status)
	io.WriteString(w, "<html><title>Log in</title></html>")
}

func graphError(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"code":%q,"message":"scripted"}}`, code)
}
