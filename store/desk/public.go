package desk

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// publicMail are providers at which anybody may have an address, and so no domain of an
// organisation: without their suffix those that have one in many countries, whole the others.
var publicMail = strings.Fields(`gmail googlemail hotmail outlook live msn yahoo ymail rocketmail icloud aol
	gmx protonmail tutanota yandex zohomail fastmail
	me.com mac.com proton.me pm.me tuta.com mail.com email.com hey.com web.de t-online.de mail.ru
	qq.com 163.com 126.com naver.com terra.com terra.es terra.com.br terra.cl telefonica.net
	movistar.es ono.com orange.es orange.fr wanadoo.es wanadoo.fr jazztel.es euskaltel.net mixmail.com
	fibertel.com.ar arnet.com.ar speedy.com.ar ciudad.com.ar prodigy.net.mx infinitum.com.mx
	une.net.co etb.net.co vtr.net uol.com.ar uol.com.br bol.com.br ig.com.br libero.it free.fr
	laposte.net comcast.net verizon.net att.net sbcglobal.net btinternet.com`)

// anybodys reports whether anybody may have an address at a domain, "gmail.com", or a domain below
// it, "com.co".
func anybodys(domain string) bool {
	suffix, known := publicsuffix.PublicSuffix(domain)
	if suffix == domain { // "intranet" is a company's own
		return known || strings.Contains(domain, ".")
	}
	label := strings.TrimSuffix(domain, "."+suffix)
	return slices.Contains(publicMail, domain) || slices.Contains(publicMail, label)
}
