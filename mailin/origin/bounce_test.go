package origin

import (
	"strings"
	"testing"
)

// returnedMail is what a mail system puts under its notice.
const returnedMail = "Received: from mx.ayuda.example by mx.remoto.test; Tue, 10 Mar 2026 " +
	"09:00:02 -0300\nFrom: Soporte <soporte@ayuda.example>\nTo: grupo@remoto.test\nSubject: Caso\n" +
	"Message-ID: <c1.i1@ayuda.example>\n\nHola.\n"

// TestB14BounceNotices: the notices of mail systems that send no report, as they word them. Every
// one is about bad@remoto.test.
func TestB14BounceNotices(t *testing.T) {
	for _, c := range []struct {
		name, from, subject, text string
		class                     Class
		status                    string
		id                        bool // the returned mail is pasted
	}{
		{"sendmail", "MAILER-DAEMON@mx.test", "Returned mail: see transcript for details",
			"The original message was received at Tue, 10 Mar 2026 09:00:02 -0300\nfrom " +
				"mx.ayuda.example [192.0.2.4]\n\n   ----- The following addresses had permanent " +
				"fatal errors -----\n<bad@remoto.test>\n    (reason: 550 5.1.1 " +
				"<bad@remoto.test>... User unknown)\n\n   ----- Transcript of session follows " +
				"-----\n... while talking to mx.remoto.test.:\n>>> DATA\n<<< 550 5.1.1 " +
				"<bad@remoto.test>... User unknown\n550 5.1.1 <bad@remoto.test>... User unknown\n" +
				"<<< 503 5.0.0 Need RCPT (recipient)\n\n   ----- Original message follows -----\n\n" + returnedMail, Bounced, "5.1.1", true},
		{"sendmail 5, only the transcript", "MAILER-DAEMON@mx.test", "Returned mail: User unknown",
			"   ----- Transcript of session follows -----\nWhile talking to mx.remoto.test:\n>>> " +
				"RCPT To:<bad@remoto.test>\n<<< 550 <bad@remoto.test>... User unknown\n550 " +
				"bad@remoto.test... User unknown\n\n   ----- Unsent message follows -----\n" +
				returnedMail, Bounced, "5.0.0", true},
		{"postfix, structure lost", "MAILER-DAEMON@mx.test", "Undelivered Mail Returned to Sender",
			"This is the mail system at host mx.test.\n\nI'm sorry to have to inform you that " +
				"your message could not\nbe delivered to one or more recipients. It's attached " +
				"below.\n\nFor further assistance, please send mail to postmaster@mx.test.\n\n    " +
				"               The mail system\n\n<bad@remoto.test>: host " +
				"mx.remoto.test[192.0.2.8] said: 550 5.1.1\n    <bad@remoto.test>: Recipient " +
				"address rejected (in reply to RCPT TO command)\n", Bounced, "5.1.1", false},
		{"postfix alias", "MAILER-DAEMON@mx.test", "Undelivered Mail Returned to Sender",
			"<bad@remoto.test> (expanded from <todos@ayuda.example>): unknown user: \"bad\"\n",
			Bounced, "", false},
		{"exim, retry time-out", "Mailer-Daemon@mx.test",
			"Mail delivery failed: returning message to sender",
			"A message that you sent could not be delivered to one or more of its\nrecipients. " +
				"This is a permanent error. The following address(es) failed:\n\n  " +
				"bad@remoto.test\n    retry timeout exceeded\n\n------ This is a copy of the " +
				"message, including all the headers. ------\n\n" + returnedMail, Bounced, "", true},
		{"qmail", "MAILER-DAEMON@mx.test", "failure notice",
			"Hi. This is the qmail-send program at mx.test.\nI'm afraid I wasn't able to deliver " +
				"your message to the following addresses.\nThis is a permanent error; I've given " +
				"up. Sorry it didn't work out.\n\n<bad@remoto.test>:\n192.0.2.8 failed after I " +
				"sent the message.\nRemote host said: 554 5.7.1 rejected\n\n--- Below this line " +
				"is a copy of the message.\n\n" + returnedMail, Bounced, "5.7.1", true},
		{"courier", "mailer@mx.test", "NOTICE: mail delivery status.",
			"This is a delivery status notification from mx.test,\nrunning the Courier mail " +
				"server, version 0.75.\n\nThe original message was received on Tue, 10 Mar 2026 " +
				"09:00:02 -0300\n\n" +
				"---------------------------------------------------------------------------\n\n" +
				"                           UNDELIVERABLE MAIL\n\nYour message to the following recipients " +
				"cannot be delivered:\n\n<bad@remoto.test>:\n    mx.remoto.test [192.0.2.8]:\n>>> RCPT " +
				"TO:<bad@remoto.test>\n<<< 550 5.1.1 User unknown\n", Bounced, "5.1.1", false},
		{"Exchange 5.5", "postmaster@mx.test", "Undeliverable: Caso",
			"Your message\n\n  To:      grupo\n  Subject: Caso\n  Sent:    Tue, 10 Mar 2026 " +
				"09:00:02 -0300\n\ndid not reach the following recipient(s):\n\nbad@remoto.test " +
				"on Tue, 10 Mar 2026 09:00:05 -0300\n    The recipient name is not recognized\n" +
				"\tThe MTS-ID of the original message is: c=ar;a= ;p=org;l=SRV0310\n    " +
				"MSEXCH:IMS:ORG:SITIO:SRV 3550 (000B09B6) 550 5.1.1 unknown user\n", Bounced,
			"5.1.1", false},
		{"Exchange 2003", "postmaster@mx.test", "Delivery Status Notification (Failure)",
			"This is an automatically generated Delivery Status Notification.\n\nDelivery to the " +
				"following recipients failed.\n\n       bad@remoto.test\n", Bounced, "", false},
		{"Exchange 2010", "postmaster@mx.test", "Undeliverable: Caso",
			"mx.remoto.test rejected your message to the following e-mail addresses:\n\nBad " +
				"Person (bad@remoto.test)\nmx.remoto.test gave this error:\nUser unknown\n\n" +
				"Diagnostic information for administrators:\n\nGenerating server: srv.mx.test\n\n" +
				"bad@remoto.test\nmx.remoto.test #550 5.1.1 User unknown ##\n\nOriginal message " +
				"headers:\n\n" + returnedMail, Bounced, "5.1.1", true},
		{"Office 365", "postmaster@mx.test", "Undeliverable: Caso",
			"Your message to bad@remoto.test couldn't be delivered.\n\nbad wasn't found at " +
				"remoto.test.\n\nsoporte\tOffice 365\tbad\nAction Required\tRecipient\n\nUnknown " +
				"To address\n\nReported error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound\n",
			Bounced, "5.1.10", false},
		{"Office 365, Spanish", "postmaster@mx.test", "No se puede entregar: Caso",
			"No se pudo entregar el mensaje a bad@remoto.test.\n\nNo se encontró bad en " +
				"remoto.test.\n\nError notificado: 550 5.1.10 RESOLVER.ADR.RecipientNotFound\n",
			Bounced, "5.1.10", false},
		{"Office 365, Portuguese", "postmaster@mx.test", "Não é possível entregar: Caso",
			"Sua mensagem para bad@remoto.test não pôde ser entregue.\n\nErro relatado: 550 " +
				"5.4.1 acesso negado\n", Bounced, "5.4.1", false},
		{"Gmail", "mailer-daemon@correo.example", "Delivery Status Notification (Failure)",
			"** Address not found **\n\nYour message wasn't delivered to bad@remoto.test because " +
				"the address couldn't be found, or is unable to receive mail.\n\nThe response " +
				"was:\n\n550 5.1.1 The email account that you tried to reach does not exist.\n",
			Bounced, "5.1.1", false},
		{"Gmail, old", "mailer-daemon@correo.example", "Delivery Status Notification (Failure)",
			"Delivery to the following recipient failed permanently:\n\n     bad@remoto.test\n\n" +
				"Technical details of permanent failure:\nThe error that the other server " +
				"returned was: 550 550 5.2.1 disabled (state 14).\n\n----- Original message " +
				"-----\n\n" + returnedMail, Bounced, "5.2.1", true},
		{"Yahoo", "MAILER-DAEMON@mx.test", "Failure Notice",
			"Message from yahoo.example.\nUnable to deliver message to the following " +
				"address(es).\n\n<bad@remoto.test>:\n554 delivery error: dd This user doesn't " +
				"have an account (bad@remoto.test) [0] - mta1\n", Bounced, "5.0.0", false},
		{"Domino", "postmaster@mx.test",
			"DELIVERY FAILURE: User bad (bad@remoto.test) not listed in Domino Directory",
			"Your message\n\n  Subject: Caso\n\nwas not delivered to:\n\n  bad@remoto.test\n\n" +
				"because:\n\n  User bad (bad@remoto.test) not listed in Domino Directory\n",
			Bounced, "", false},
		{"MailMarshal", "postmaster@mx.test", "Undeliverable mail",
			"Your message:\n   From:    soporte@ayuda.example\n   Subject: Caso\n\nCould not be " +
				"delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were " +
				"affected:\n    bad@remoto.test\n\nAdditional Information\n" +
				"======================\nOriginal Sender:    <soporte@ayuda.example>\nSender-MTA: " +
				"        <192.0.2.4>\nRemote-MTA:         <192.0.2.8>\n", Bounced, "5.1.1", false},
		{"IMail, full", "postmaster@mx.test", "Undeliverable Mail",
			"User mailbox exceeds allowed size: bad@remoto.test\n\n\nOriginal message follows.\n\n" + returnedMail, Bounced, "", true},
		{"IMail, unknown", "postmaster@mx.test", "Undeliverable Mail",
			"Unknown user: bad@remoto.test\n\nRCPT To:<bad@remoto.test>\n    550 unknown user\n",
			Bounced, "5.0.0", false},
		{"InterScan", "mailer-daemon@mx.test", "Mail could not be delivered",
			"Sent <<< RCPT TO:<bad@remoto.test>\nReceived >>> 550 5.1.1 unknown user " +
				"<bad@remoto.test>\n\nUnable to deliver message to bad@remoto.test.\n", Bounced,
			"5.1.1", false},
		{"McAfee", "mailer-daemon@mx.test", "Delivery Status",
			"--- The following addresses had delivery problems ---\n\n<bad@remoto.test>   (User " +
				"unknown bad@remoto.test)\n", Bounced, "", false},
		{"GMX", "mailer-daemon@mx.test", "Mail delivery failed: returning message to sender",
			"This message was created automatically by mail delivery software.\nA message that " +
				"you sent could not be delivered to one or more of\nits recipients. This is a " +
				"permanent error. The following address\nfailed:\n\n\"bad@remoto.test\":\nSMTP " +
				"error from remote server after RCPT command:\nhost: mx.remoto.test\n5.1.1 " +
				"<bad@remoto.test>... User Unknown\n\n--- The header of the original message is " +
				"following. ---\n\n" + returnedMail, Bounced, "5.1.1", true},
		{"Notes SMTP", "postmaster@mx.test", "Undeliverable message",
			"------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\n" +
				"bad@remoto.test\n\n------- Returned Message --------\n" + returnedMail, Bounced,
			"", true},
		{"James", "postmaster@mx.test", "Re: Caso",
			"Hi. This is the James mail server at mx.test.\nI'm afraid I wasn't able to deliver " +
				"your message to the following addresses.\nThis is a permanent error; I've given " +
				"up. Sorry it didn't work out. Below\nI include the list of recipients and the " +
				"reason why I was unable to deliver\nyour message.\n\nFailed recipient(s):\n" +
				"bad@remoto.test\n\nError message:\n550 5.1.1 User unknown\n", Bounced, "5.1.1",
			false},
		{"MDaemon", "MDaemon@mx.test", "Permanent Delivery Failure",
			"The attached message had PERMANENT fatal delivery errors!\n\nYOUR MESSAGE WAS NOT " +
				"DELIVERED TO ONE OR MORE RECIPIENTS!\n\nFailed address: bad@remoto.test\n\n--- " +
				"Session Transcript ---\n --> RCPT To:<bad@remoto.test>\n <-- 550 5.1.1 unknown\n",
			Bounced, "5.1.1", false},
		{"CommuniGate", "MAILER-DAEMON@mx.test", "Undeliverable mail: Caso",
			"Failed to deliver to '<bad@remoto.test>'\nLOCAL module(account bad) reports:\n " +
				"account is full (quota exceeded)\n", Bounced, "", false},
		{"GroupWise", "postmaster@mx.test", "Message status - undeliverable",
			"The message that you sent was undeliverable to the following:\n\tbad@remoto.test " +
				"(user not found)\n\nPossibly truncated original message follows:\n\n" +
				returnedMail, Bounced, "", true},
		{"rejected recipient in a sentence", "MAILER-DAEMON@mx.test",
			"There was an error sending your mail",
			"We had trouble delivering your message. Full details follow:\n\nSubject: 'Caso'\n" +
				"Date: 'Tue, 10 Mar 2026 09:00:02 -0300'\n\n1 error(s):\n\nSMTP Server " +
				"<mx.remoto.test> rejected recipient <bad@remoto.test>\n  (following RCPT " +
				"command). It responded as follows: [550 5.1.1 User unknown]\n", Bounced, "5.1.1",
			false},
		{"server message", "postmaster@mx.test", "failure notice",
			"-------server message\n550 5.1.1 unknown user <bad@remoto.test>\n\n-------original " +
				"message\n" + returnedMail, Bounced, "5.1.1", true},
		{"mobile gateway", "post_master@movil.test", "Undeliverable Message",
			"Message could not be delivered to mobile.\nError: No valid recipients for this MM\n\n" +
				"From: soporte@ayuda.example\nTo: bad@remoto.test\nSubject: Caso\n", Bounced, "",
			false},
		{"full, in one sentence", "no-reply@movil.test", "Mail System Error - Returned Mail",
			"Your mail sent on: Tue, 10 Mar 2026 09:00:02\nCould not be delivered to: " +
				"<bad@remoto.test>\nAs their mailbox is full.\n\n" + returnedMail, Bounced,
			"", true},
		{"SES", "MAILER-DAEMON@envios.test", "Delivery Status Notification (Failure)",
			"An error occurred while trying to deliver the mail to the following recipients:\n" +
				"bad@remoto.test\n", Bounced, "", false},
		{"Barracuda", "MAILER-DAEMON@mx.test",
			"**Message you sent blocked by our bulk email filter**",
			"Your message to: bad@remoto.test\nwas blocked by our Spam Firewall. The email you " +
				"sent with the following subject has NOT BEEN DELIVERED:\n\nSubject: Caso\n",
			Bounced, "", false},
		{"German", "mailer-daemon@mx.test", "Unzustellbar: Fall",
			"Die Nachricht konnte nicht zugestellt werden an:\n\nbad@remoto.test\n550 5.1.1 " +
				"Benutzer unbekannt\n", Bounced, "5.1.1", false},
		{"Italian", "mailer-daemon@mx.test", "Avviso di mancata consegna",
			"Il messaggio non è stato consegnato al destinatario:\n\n bad@remoto.test\n\n552 " +
				"5.2.2 casella piena\n", Bounced, "5.2.2", false},
		{"French", "mailer-daemon@mx.test", "Non remis : Dossier",
			"Impossible de remettre votre message à bad@remoto.test.\n\n550 5.1.1 utilisateur " +
				"inconnu\n", Bounced, "5.1.1", false},
		{"two codes, the first is the recipient's", "mailer-daemon@mx.test", "failure notice",
			"<bad@remoto.test>:\n550 5.2.1 disabled\n\n<peor@remoto.test>:\n550 5.1.1 unknown\n",
			Bounced, "5.2.1", false},
		{"an address of help stands first", "mailer-daemon@mx.test", "Delivery failure",
			"If you have questions, write to ayuda@mx.test.\n\nThis address failed:\n\n  " +
				"bad@remoto.test\n", Bounced, "", false},
		{"exim warns", "Mailer-Daemon@mx.test", "Warning: message 1tX delayed 24 hours",
			"A message that you sent has not yet been delivered to one or more of its\nrecipients " +
				"after more than 24 hours on the queue on mx.test.\n\nThe address to which the " +
				"message has not yet been delivered is:\n\n  bad@remoto.test\n\nNo action is " +
				"required on your part. Delivery attempts will continue for\nsome time.\n", Delay,
			"", false},
		{"sendmail warns", "MAILER-DAEMON@mx.test",
			"Warning: could not send message for past 4 hours",
			"    **********************************************\n    **      THIS IS A WARNING " +
				"MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    " +
				"**********************************************\n\n   ----- The following " +
				"addresses had transient non-fatal errors -----\n<bad@remoto.test>\n\n   ----- " +
				"Transcript of session follows -----\n451 4.4.1 <bad@remoto.test>... reply: read " +
				"error\nWarning: message still undelivered after 4 hours\nWill keep trying until " +
				"message is 5 days old\n", Delay, "4.4.1", false},
		{"Gmail waits, Spanish", "mailer-daemon@correo.example",
			"Notificación de estado de entrega (retraso)",
			"El mensaje a bad@remoto.test se ha retrasado. Gmail seguirá intentando la entrega " +
				"46 horas más.\n\n451 4.4.2 sin respuesta\n", Delay, "4.4.2", false},
		{"the header of the mail stands before its recipient", "postmaster@mx.test",
			"Undeliverable: Caso",
			"Your message\n\n  To:      otra@remoto.test\n  Subject: Caso\n" +
				"\ndid not reach the following recipient(s):\n\nbad@remoto.test on Tue, 10 Mar " +
				"2026 09:00:05 -0300\n    The recipient name is not recognized\n", Bounced, "",
			false},
		{"only the header of the mail names the recipient", "postmaster@mx.test",
			"Undeliverable: Caso", "Your message was not delivered, write to help@mx.test.\n\n  " +
				"To:      bad@remoto.test\n  Subject: Caso\n", Bounced, "", false},
		{"the text names who is refused", "MAILER-DAEMON@mx.test", "Mail Delivery Problem",
			"bad@remoto.test is not accepting mail from lista@otra.test:\n", Bounced, "", false},
		{"the text names who is refused, alone", "MAILER-DAEMON@mx.test", "Mail Delivery Problem",
			"They could not take any message from <lista@otra.test>.\nAsk bad@remoto.test for " +
				"another address.\n", Bounced, "", false},
		{"generated from an alias", "MAILER-DAEMON@mx.test", "Mail delivery failed",
			"The following address(es) failed:\n\n  an undisclosed address\n    (generated from " +
				"bad@remoto.test)\n", Bounced, "", false},
		{"processing error", "MAILER-DAEMON@mx.test", "Processing Error",
			"Intended recipient: bad@remoto.test\n\nThe following mail has been returned because " +
				"it encountered an error\nwhile being processed.\n", Bounced, "", false},
		{"gateway's own address", "E500_SMTP_Mail_Service@mx.test",
			"Returned Mail - Error During Delivery",
			"------ Failed Recipients ------\n\n<bad@remoto.test>: mailbox unavailable. [SMTP " +
				"Error Code 550]\n-------- Returned Mail --------\n\n" + returnedMail, Bounced,
			"", true},
		{"virus gateway that returns no mail", "Antivirus_for_SMTP@mx.test",
			"Delivery failure notification",
			"Your message could not be delivered to the following recipients:\n\nbad@remoto.test\n",
			Bounced, "", false},
		{"system administrator as local part", `"System Administrator"@mx.test`, "Delivery Failure",
			"Could not deliver message to the following recipient(s):\n\nFailed Recipient: " +
				"bad@remoto.test\nReason: Remote host said: 550 unknown user\n", Bounced, "5.0.0",
			false},
		{"non-delivery reporter", "ndr@mx.test",
			"Mail delivery failed: returning message to sender",
			"A message that you sent could not be delivered to bad@remoto.test.\n\n" + returnedMail,
			Bounced, "", true},
		{"gave up after a delay", "MAILER-DAEMON@mx.test", "Undelivered Mail Returned to Sender",
			"Your message has been delayed and delivery failed; giving up.\n\n<bad@remoto.test>: " +
				"451 4.4.1 no answer\n", Bounced, "4.4.1", false},
	} {
		header := headerMap{{"To", "soporte@ayuda.example"}}
		v := Judge(Mail{Header: header, EnvelopeFrom: c.from, HasEnvelope: true, From: c.from,
			Subject: c.subject, ContentType: "text/plain", Text: c.text})
		if v.Class != c.class || v.Bounce == nil {
			t.Errorf("%s: got %s (%s), want %s", c.name, v.Class, v.Reason, c.class)
			continue
		}
		id := ""
		if c.id {
			id = "<c1.i1@ayuda.example>"
		}
		if b := v.Bounce; b.Recipient != "bad@remoto.test" || b.Status != c.status ||
			b.OriginalMessageID != id {
			t.Errorf("%s: got %q %q %q, want bad@remoto.test %q %q", c.name, b.Recipient, b.Status,
				b.OriginalMessageID, c.status, id)
		}
		quoted := "> " + strings.ReplaceAll(c.text, "\n", "\n> ")
		if v := Judge(Mail{Header: header, EnvelopeFrom: "ana@cliente.test", HasEnvelope: true,
			From: "ana@cliente.test", Subject: "Re: " + c.subject, Text: "¿Qué hago con esto?\n\n" +
				quoted}); v.Class != Normal {
			t.Errorf("%s, quoted by a person: got %s (%s)", c.name, v.Class, v.Reason)
		}
	}
}

// ourMail is a mail of ours, as a mobile operator returns it.
const ourMail = "Return-Path: <soporte@ayuda.example>\nFrom: Soporte <soporte@ayuda.example>\n" +
	"To: " +
	"bad@remoto.test\nSubject: Caso\nMessage-ID: <c1.i1@ayuda.example>\n\nHola.\n"

// TestServiceReturnsOurs: a service's address, a phrase of failure, a named recipient and our own
// mail returned are enough, whatever the subject. One of them less is none.
func TestServiceReturnsOurs(t *testing.T) {
	const failed = "Su mensaje no se pudo entregar a: <bad@remoto.test>\nPorque su buzón está lleno.\n"
	for _, c := range []struct {
		name, from, subject, text, returned string
		want                                Class
	}{
		{"all of them", "no-responder@operador.test", "Aviso de correo", failed, ourMail, Bounced},
		{"English", "noreply@carrier.test", "Notice",
			"Could not be delivered to: <bad@remoto.test>\n", ourMail, Bounced},
		{"Portuguese", "nao-responda@operadora.test", "Aviso",
			"Não foi possível entregar a:\n\n  bad@remoto.test\n", ourMail, Bounced},
		{"a person", "luis@operador.test", "Aviso de correo", failed, ourMail, Normal},
		{"another's mail", "no-responder@operador.test", "Aviso de correo", failed,
			strings.ReplaceAll(ourMail, "soporte@ayuda", "otro@otra"), Normal},
		{"nothing returned", "no-responder@operador.test", "Aviso de correo", failed, "", Normal},
		{"nobody named", "no-responder@operador.test", "Aviso de correo",
			"No se pudo entregar su mensaje.\n", ourMail, Normal},
		{"no failure", "no-responder@operador.test", "Aviso de correo",
			"Copia de su mensaje a <bad@remoto.test>\n", ourMail, Normal},
	} {
		m := person(field{"To", "Soporte <soporte@ayuda.example>"})
		m.From, m.EnvelopeFrom, m.Subject, m.Text = c.from, c.from, c.subject, c.text
		m.Parts = []Part{{Type: "text/plain", Body: []byte(c.text)}}
		if c.returned != "" {
			m.Parts = append(m.Parts, Part{Type: "message/rfc822", Body: []byte(c.returned)})
		}
		v := Judge(m)
		if v.Class != c.want {
			t.Errorf("%s: got %s (%s), want %s", c.name, v.Class, v.Reason, c.want)
		}
		if v.Class == Bounced && (v.Bounce.Recipient != "bad@remoto.test" ||
			v.Bounce.OriginalMessageID != "<c1.i1@ayuda.example>") {
			t.Errorf("%s: got %+v", c.name, v.Bounce)
		}
	}
}

// TestHeaderFile: a bounce may return the header as a text file, with any name.
func TestHeaderFile(t *testing.T) {
	const notice = "No pudimos entregar su mensaje a <bad@remoto.test>: 550 5.1.1 usuario " +
		"desconocido\n"
	m := person(field{"From", "MAILER-DAEMON@mx.test"})
	m.From, m.EnvelopeFrom, m.Subject, m.Text = "MAILER-DAEMON@mx.test", "", "Hubo un error", notice
	m.Parts = []Part{{Type: "text/plain", Body: []byte(notice)},
		{Type: "text/plain", Params: map[string]string{"name": "cabeceras"},
			Body: []byte(returnedMail)}}
	if v := Judge(m); v.Class != Bounced || v.Bounce.Recipient != "bad@remoto.test" ||
		v.Bounce.OriginalMessageID != "<c1.i1@ayuda.example>" {
		t.Errorf("got %s %+v", v.Class, v.Bounce)
	}
	m.Parts[1].Body = []byte("Recibido: ayer\nNota: no es una cabecera\nTotal: 7\n")
	if v := Judge(m); v.Bounce == nil || v.Bounce.OriginalMessageID != "" {
		t.Errorf("a list of words passed for a header: %+v", v.Bounce)
	}
}

func TestFullMailbox(t *testing.T) {
	m := person()
	m.From, m.EnvelopeFrom, m.Subject, m.Text = "postmaster@remoto.test", "", "Buzón lleno",
		"El buzón de bad@remoto.test está lleno y no puede recibir más mensajes.\n"
	if v := Judge(m); v.Class != Bounced || v.Bounce.Recipient != "bad@remoto.test" {
		t.Errorf("got %s (%s) %+v", v.Class, v.Reason, v.Bounce)
	}
}

func TestRecall(t *testing.T) {
	for _, c := range []struct {
		subject, text string
		want          Class
	}{
		{"Recuperar: Contrato", "Marta Rojas desea recuperar el mensaje \"Contrato\".", AutoReply},
		{"Recall: Contract", "Marta Rojas would like to recall the message, \"Contract\".",
			AutoReply},
		{"Contrato", "A Marta le gustaría recuperar el mensaje «Contrato».", AutoReply},
		{"Cancelar: Contrato", "Marta gostaria de cancelar a mensagem \"Contrato\".", AutoReply},
		{"Recuperar: la base de datos", "Necesito recuperar el mensaje que borré ayer.", Normal},
		{"Correo", "Marta desea recuperar el mensaje \"Contrato\", ¿se puede?", Normal},
		{"Correo", "Marta desea recuperar el mensaje \"Contrato\" que borró ayer.", Normal},
		{"Cancelar: pedido 7", "Por favor cancelen el pedido.", Normal},
	} {
		m := person()
		m.Subject, m.Text, m.New = c.subject, c.text, c.text
		if v := Judge(m); v.Class != c.want {
			t.Errorf("%q %q: got %s (%s), want %s", c.subject, c.text, v.Class, v.Reason, c.want)
		}
	}
}
