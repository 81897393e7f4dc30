// Package mailtest holds the world outside for tests: the peers that send us mail and take ours,
// real where a real one runs in process, scripted where it must misbehave, and the tools to look
// at what came and went. Only tests import it.
//
//	         peers that send                        peers that take
//	Send, Raw       SMTP client ─► SMTP door   mailout ─► Smarthost     scripted SMTP server
//	IMAP            imapmemserver ─► IMAP door         └► Postfix       the real one, on request
//	ScriptedIMAP    exact lines ─►   IMAP door
//	Dovecot         the real one ─►  IMAP door         Maildir           reads what was delivered
//
//	Validate        is this mail strictly well-formed?
//	Golden          is it the mail of testdata/golden, but for ids and dates?
//	Gallery         the mails of a test, for people to read
//	Clock           time that a test moves
//
//	inspection ─► Rspamd, the real one, as a milter
//
// Peers listen on a loopback port of their own, and end with the test. Postfix, Dovecot and rspamd
// run only with BUZON_TEST_PEERS=1, as root, where they are installed; otherwise their tests are
// skipped.
package mailtest
