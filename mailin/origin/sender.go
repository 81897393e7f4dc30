package origin

import "strings"

// sender is what the envelope and the address fields say of the one who sent the mail.
type sender struct {
	known    bool   // the envelope sender is known
	envelope string // lower case, "" is the null sender if known
	from     string // lower case
	daemon   string // what names a mail system, "" for none
	gateway  bool   // the name may be a mail system's, and may not
	role     string // local part that stands for a service: postmaster, no-reply; "" for none
	monitor  string // local part of a monitoring system; "" for none
}

// null tells the null reverse-path (RFC 5321 section 4.5.5) of reports and of responses to mail.
func (s sender) null() bool { return s.known && s.envelope == "" }

// daemonOf is what the first of addresses that is a daemon's says of it.
func daemonOf(addresses ...string) string {
	for _, a := range addresses {
		if d := daemonAddress(a); d != "" {
			return d
		}
	}
	return ""
}

func senderOf(e *evidence) sender {
	display := e.value("From")
	s := sender{from: strings.ToLower(bareAddress(e.From))}
	if s.from == "" { // "From: MAILER-DAEMON" is no address
		s.from = strings.ToLower(bareAddress(display))
	}
	s.envelope, s.known = envelopeOf(e)
	written := strings.ToLower(bareAddress(e.value("Sender")))
	s.daemon = daemonOf(s.envelope, s.from, written)
	if name := fold(clipBytes(display, 500)); s.daemon == "" {
		s.daemon = containing(name, daemonNames())
		s.gateway = containing(name, gatewayNames()) != "" || gatewayAddress(s.from)
	}
	if local, _, _ := strings.Cut(s.from, "@"); strings.HasSuffix(local, "-bounces") {
		s.daemon = local // of a list: what it says itself, not what people post
	}
	if strings.TrimSpace(display) == "<>" || e.From == "<>" {
		s.daemon = "From: <>"
	}
	s.role, s.monitor = roleAddress(s.from), monitorAddress(s.from)
	return s
}

// envelopeOf is the envelope sender, else the topmost Return-Path that says anything.
func envelopeOf(e *evidence) (string, bool) {
	if e.HasEnvelope {
		return strings.ToLower(bareAddress(e.EnvelopeFrom)), true
	}
	for _, v := range e.values("Return-Path") {
		if v = strings.TrimSpace(stripComments(v)); v != "" {
			return strings.ToLower(bareAddress(v)), true
		}
	}
	return "", false
}

// bareAddress takes the address out of angle brackets, quotes and a trailing comment.
func bareAddress(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s = s[i+1:]
		if j := strings.IndexByte(s, '>'); j >= 0 {
			s = s[:j]
		}
	}
	return strings.Trim(strings.TrimSpace(s), `"'`)
}

// Local parts without punctuation that only a mail system uses.
var daemonLocals = map[string]bool{
	"mailerdaemon": true, "maildaemon": true, "daemon": true, "mailer": true,
	"maildeliverysystem": true, "maildeliverysubsystem": true, "mdaemon": true,
	"maildelivery": true, "deliverystatus": true,
	"deliverynotification": true, "nullsender": true, "mailrobot": true, "autoresponder": true,
	"autoreply": true, "autoresponse": true, "autoanswer": true, "respuestaautomatica": true,
	"microsoftexchange": true, "mmdf": true, "mailsystem": true, "bouncenotification": true,
}

// daemonNames are display names that only mail systems have.
var daemonNames = foldAll(
	"mailer-daemon", "mailer daemon", "mail-daemon", "mail delivery system",
	"mail delivery subsystem", "mail deliver system", "mail delivery service",
	"mail delivery agent", "message delivery subsystem",
	"internet mail delivery", "subsistema de entrega de correo", "interscan mss",
	"interscan notification", "courier mail server",
)

// gatewayNames are display names of mail systems that a company of the post may have too.
var gatewayNames = foldAll(
	"sistema de entrega de correo", "sistema de correo", "sistema de mensajeria",
	"administrador de correo", "administrador del sistema", "system administrator",
	"mail administrator", "mail gateway", "smtp gateway",
	"mail system", "mailmarshal", "mimesweeper", "systeme de messagerie", "sistema di posta",
	"sistema de e-mail", "systemadministrator",
)

// daemonAddress is the local part if only a mail system uses it.
func daemonAddress(address string) string {
	local, _, _ := strings.Cut(address, "@")
	local, _, _ = strings.Cut(local, "+")
	plain := letters(local)
	if daemonLocals[plain] || strings.HasPrefix(plain, "mailerdaemon") ||
		strings.HasPrefix(plain, "microsoftexchange329e71ec") {
		return local
	}
	return ""
}

// gatewayAddress tells the local parts that mail gateways send under: "smtp_gateway", "System
// Administrator", "ndr".
func gatewayAddress(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	plain := letters(local)
	return strings.Contains(plain, "smtp") || strings.Contains(plain, "antivirus") ||
		plain == "systemadministrator" || plain == "ndr" || plain == "ndn" || plain == "dsn"
}

// Local parts of services: a person may sit behind them, but none that waits for an automatic
// answer.
var roleLocals = map[string]bool{
	"postmaster": true, "noreply": true, "donotreply": true, "noresponder": true,
	"noresponda": true, "nocontestar": true, "noresponde": true, "naoresponda": true,
	"naoresponder": true, "nepasrepondre": true, "nichtantworten": true, "noreplay": true,
	"dontreply": true, "donotrespond": true, "nonrispondere": true,
	"pasdereponse": true, "notification": true, "notifications": true, "notificacion": true,
	"notificaciones": true, "notifier": true, "bounce": true, "bounces": true, "newsletter": true,
	"mailings": true, "alerts": true, "alertas": true, "root": true, "cron": true, "nobody": true,
	"wwwdata": true, "listserv": true, "majordomo": true, "listproc": true, "robot": true,
	"mailman": true, "sympa": true, "ezmlm": true, "jira": true,
	"aviso": true, "avisos": true, "sinrespuesta": true,
}

// rolePrefixes begin such local parts, whatever follows: "no-responder-a-este-correo".
var rolePrefixes = []string{
	"noreply", "donotreply", "noresponder", "nocontestar", "naoresponda", "naoresponder",
	"nepasrepondre", "nichtantworten",
}

func roleAddress(address string) string {
	local, _, _ := strings.Cut(address, "@")
	local, _, _ = strings.Cut(local, "+")
	plain := letters(local)
	if roleLocals[plain] || strings.HasSuffix(plain, "noreply") ||
		leading(plain, rolePrefixes) != "" {
		return local
	}
	return ""
}

// letters drops everything but letters and digits.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// judgeLoop: mail that we sent, by its signed mark or its Message-ID. An address of ours proves
// nothing: whoever redirects to us writes it into the envelope, and web forms write under it.
func judgeLoop(e *evidence) (Verdict, bool) {
	for _, v := range e.values("X-Buzon-Loop") {
		if e.LoopMark != nil && e.LoopMark(strings.TrimSpace(v)) {
			return machine(Loop, "loop-mark", "X-Buzon-Loop: "+v)
		}
	}
	id := messageID(e.value("Message-ID"))
	if id != "" && e.OwnMessageID != nil && e.OwnMessageID(id) {
		return machine(Loop, "own-message-id", "Message-ID: "+id)
	}
	return Verdict{}, false
}

// judgeSender: the null sender and the mail systems' addresses (RFC 3834 section 2) are machines
// whatever they write.
func judgeSender(e *evidence) (Verdict, bool) {
	switch {
	case e.sender.null():
		return machine(AutoReply, "null-sender", "Return-Path: <>")
	case e.sender.daemon != "":
		return machine(AutoReply, "daemon-sender", e.sender.daemon)
	}
	return Verdict{}, false
}
