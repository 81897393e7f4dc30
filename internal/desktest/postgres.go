package desktest

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"buzon/store/schema"
)

// Postgres returns the URL of an empty schema on a PostgreSQL server that the test process starts
// for itself, on a socket in a temporary directory. It skips the test, with a reason, where
// BUZON_TEST_PEERS is not set.
func Postgres(t testing.TB) string {
	t.Helper()
	return sharedPostgres(t).Schema(t)
}

func sharedPostgres(t testing.TB) *PostgresServer {
	t.Helper()
	if os.Getenv("BUZON_TEST_PEERS") == "" {
		t.Skip("needs PostgreSQL: set BUZON_TEST_PEERS=1")
	}
	server := postgresServer()
	if server.err != nil {
		t.Fatal(server.err)
	}
	return server
}

// NewPostgres starts a server for one test alone. It skips the test as Postgres does.
func NewPostgres(t testing.TB) *PostgresServer {
	t.Helper()
	if os.Getenv("BUZON_TEST_PEERS") == "" {
		t.Skip("needs PostgreSQL: set BUZON_TEST_PEERS=1")
	}
	server := startPostgres()
	if server.err != nil {
		t.Fatal(server.err)
	}
	t.Cleanup(func() {
		server.db.Close()
		server.cmd.Process.Signal(syscall.SIGQUIT)
		os.RemoveAll(server.dir)
	})
	return server
}

// EndConnections ends every connection of the program, as an administrator or a restart of the
// server does.
func (p *PostgresServer) EndConnections(t testing.TB) {
	t.Helper()
	_, err := p.db.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> " +
		"pg_backend_pid() AND usename = 'buzon'")
	if err != nil {
		t.Fatal(err)
	}
}

// Engine is the database under which tests of both engines run: "" for SQLite, else one of
// PostgreSQL's, migrated and empty. It is chosen by BUZON_TEST_ENGINE=postgres.
func Engine(t testing.TB) string {
	if os.Getenv("BUZON_TEST_ENGINE") != "postgres" {
		return ""
	}
	return sharedPostgres(t).migrated(t)
}

var postgresServer = sync.OnceValue(func() *PostgresServer {
	return startPostgres("-c", "fsync=off")
})

// PostgresServer is a server of PostgreSQL in a temporary directory.
type PostgresServer struct {
	dir    string
	bin    string
	owner  *syscall.Credential
	cmd    *exec.Cmd
	err    error
	db     *sql.DB
	number atomic.Int64

	template func() error // makes the database of which migrated ones are copies
}

// startPostgres makes a cluster and starts its server, which ends with this process.
func startPostgres(options ...string) *PostgresServer {
	p := &PostgresServer{}
	p.template = sync.OnceValue(p.makeTemplate)
	p.err = p.start(options)
	return p
}

func (p *PostgresServer) start(options []string) (err error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return fmt.Errorf("no PostgreSQL here: apt-get install postgresql")
	}
	p.bin = filepath.Dir(found[len(found)-1])
	sweepPostgres()
	if p.dir, err = os.MkdirTemp("", "buzon-postgres-"); err != nil {
		return err
	}
	if os.Geteuid() == 0 { // it refuses to run as root
		if p.owner, err = credential("postgres"); err != nil {
			return err
		}
		if err = os.Chown(p.dir, int(p.owner.Uid), int(p.owner.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(p.dir, "data")
	if err = p.run("initdb", "-D", data, "-U", "buzon", "-A", "trust", "-E", "UTF8", "--no-sync",
		"--locale=C.UTF-8"); err != nil {
		return err
	}
	args := append([]string{"-D", data, "-k", p.dir, "-c", "listen_addresses=", "-c",
		"max_connections=300"}, options...)
	if err = p.serve(args); err != nil {
		return err
	}
	if p.db, err = sql.Open("pgx", p.url("postgres")); err != nil {
		return err
	}
	for range 300 {
		if err = p.db.Ping(); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

// sweepPostgres removes what servers of earlier processes have left, since nobody is there to do it
// when they end.
func sweepPostgres() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), "buzon-postgres-*"))
	for _, dir := range left {
		fi, err := os.Stat(dir)
		if err == nil && time.Since(fi.ModTime()) > time.Hour {
			os.RemoveAll(dir)
		}
	}
}

// serve starts the server from a thread that lives as long as the process: the kernel ends the
// server with it.
func (p *PostgresServer) serve(args []string) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		p.cmd = exec.Command(filepath.Join(p.bin, "postgres"), args...)
		p.cmd.Dir = p.dir
		p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.owner, Pdeathsig: syscall.SIGQUIT}
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.cmd.Wait()
		}
	}()
	return <-started
}

func (p *PostgresServer) run(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.owner}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(out.String()))
	}
	return nil
}

// Schema returns the URL of a new, empty schema.
func (p *PostgresServer) Schema(t testing.TB) string {
	t.Helper()
	name := "t" + strconv.FormatInt(p.number.Add(1), 10)
	if _, err := p.db.ExecContext(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	return p.url("postgres") + "&search_path=" + name
}

// migrated returns the URL of a new, empty desk's database: a copy, since to take every migration
// costs ten times as much.
func (p *PostgresServer) migrated(t testing.TB) string {
	t.Helper()
	name := "d" + strconv.FormatInt(p.number.Add(1), 10)
	err := p.template()
	if err == nil {
		_, err = p.db.Exec("CREATE DATABASE " + name + " TEMPLATE migrated STRATEGY file_copy")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.db.Exec("DROP DATABASE " + name + " WITH (FORCE)") })
	return p.url(name)
}

func (p *PostgresServer) makeTemplate() error {
	if _, err := p.db.Exec("CREATE DATABASE migrated"); err != nil {
		return err
	}
	db, err := sql.Open("pgx", p.url("migrated"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(strings.Join(schema.Postgres(), ";") + ";" +
		fmt.Sprintf(schema.SetPostgresVersion, len(schema.Postgres())))
	return err
}

func (p *PostgresServer) url(name string) string {
	return "postgres://buzon@/" + name + "?host=" + p.dir
}

func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}
