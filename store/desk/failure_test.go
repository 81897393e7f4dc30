package desk

import "testing"

func TestFailed(t *testing.T) {
	for _, c := range []struct {
		name    string
		said    []string
		want    Failure
		lasting bool
	}{
		{"a report", []string{"5.1.1", "550 5.1.1 <x@y.test> user unknown"}, NoSuchAddress, true},
		{"a domain without mail", []string{"556 5.1.10 recipient address has null MX"},
			NoSuchDomain, true},
		{"no such host", []string{"5.4.4", "host not found"}, NoSuchDomain, true},
		{"a full mailbox", []string{"552 5.2.2 mailbox full"}, MailboxFull, true},
		{"a full mailbox of which the server is patient", []string{"4.2.2", "452 4.2.2 over quota"},
			MailboxFull, false},
		{"a disabled mailbox", []string{"5.2.1"}, MailboxDisabled, true},
		{"too large", []string{"552 5.3.4 message size exceeds fixed limit"}, TooLarge, false},
		{"too large for the mailbox", []string{"5.2.3"}, TooLarge, false},
		{"its system", []string{"5.3.0", "553 5.3.0 no such mailer"}, "", true},
		{"its content", []string{"554 5.6.1 media not supported"}, BadContent, false},
		{"spam, they say", []string{"5.7.1", "550 5.7.1 blocked"}, AgainstPolicy, false},
		{"Outlook's policy", []string{"550 5.7.708 access denied"}, AgainstPolicy, false},
		{"no answer", []string{"4.4.1", "connect to mx.y.test[192.0.2.1]:25: timed out"},
			OutOfReach, false},
		{"the time is up", []string{"5.4.7"}, OutOfReach, true},
		{"the diagnostic knows more", []string{"5.0.0", "550 5.1.1 no such user"},
			NoSuchAddress, true},
		{"and less", []string{"5.1.1", "554 5.0.0 service unavailable"}, NoSuchAddress, true},
		{"a class alone", []string{"5.0.0", "failed"}, "", true},
		{"a class and a reply", []string{"5.0.0", "552 too much"}, MailboxFull, true},
		{"a bare reply", []string{"550 no"}, "", true},
		{"a reply without words", []string{"553"}, NoSuchAddress, true},
		{"a bare refusal of the mail", []string{"554 no"}, "", false},
		{"an address is no code", []string{"550 blocked: 5.9.1.77 is listed, 15.1.1 too"},
			"", true},
		{"a version is no code", []string{"554 mailer 5.1.1a"}, "", false},
		{"a code at a sentence's end", []string{"said 5.1.1."}, NoSuchAddress, true},
		{"a code in brackets", []string{"550 (#5.1.1)"}, NoSuchAddress, true},
		{"Exchange's", []string{"#550 5.2.2 ##"}, MailboxFull, true},
		{"nothing", []string{"", "it failed"}, "", false},
		{"a status of success", []string{"2.0.0", "550 5.1.1 no such user"}, "", false},
		{"a status of success, no code", []string{"2.1.5", "550 no such user"}, "", false},
		{"for now, and for ever", []string{"4.4.7", "550 5.1.1 no such user"}, OutOfReach, false},
		{"for now, no more said", []string{"4.0.0", "550 5.1.1 no such user"}, "", false},
		{"for ever, and for now", []string{"5.1.1", "451 4.7.1 greylisted"}, NoSuchAddress, false},
		{"for ever, a reply for now", []string{"5.1.1", "450 come again"}, NoSuchAddress, false},
		{"for ever, no more said, a reply for now", []string{"5.0.0", "452 too many"}, "", false},
		{"for ever, though it was taken", []string{"5.2.1", "250 2.0.0 ok"}, MailboxDisabled, false},
		{"a reply that is not its code's", []string{"550 4.2.2 mailbox full"}, MailboxFull, false},
		{"two codes of one class", []string{"5.1.1", "550 5.7.1 relaying denied"}, NoSuchAddress,
			true},
		{"a version is no success", []string{"5.1.1", "mailer 2.6.0 says: 550 5.1.1 unknown"},
			NoSuchAddress, true},
	} {
		if why, lasting := Failed(c.said...); why != c.want || lasting != c.lasting {
			t.Errorf("%s: %q: %q, lasting %v; want %q, %v", c.name, c.said, why, lasting, c.want,
				c.lasting)
		}
	}
}
