// Package desktest holds the databases of tests: copies of an empty desk, and a PostgreSQL server.
// It is apart from mailtest, whose tools would else link an engine to every test of a mail.
package desktest
