package store

import "strings"

// common says how often words stand in mails, whatever these are about; 0 is seldom.
var common = func() map[string]int {
	list := map[string]int{}
	for w := range strings.FieldsSeq(`
		de la que el en y a los se del las un por con no una su para es al lo como mas pero sus
		le ya o este si porque esta entre cuando muy sin sobre tambien me hasta hay donde quien
		desde todo nos durante todos uno les ni contra otros ese eso ante ellos esto antes
		algunos unos yo otro otras otra tanto esa estos mucho nada cual poco ella estar estas
		algunas algo nosotros mi te tu usted ustedes ser son fue ha han he ahora favor gracias
		buenos buenas dias tardes hola saludos cordial cordialmente atento atentamente adjunto
		quedamos quedo ayuda dia caso correo the of and to in is it you that was for on are with
		as i this be at have from or had by but not what all were we when your can an each which
		do how if will up about out them then so would like has please thanks thank regards
		hello hi dear my our us any there`) {
		list[w] = often
	}
	for w := range strings.FieldsSeq("del las un por con no una not for it on with") {
		list[w] = mostly
	}
	for w := range strings.FieldsSeq("de la que el en y a los se the of and to in is") {
		list[w] = everywhere
	}
	return list
}()

const (
	often      = 1 + iota // in most mails
	mostly                // and most often of these
	everywhere            // in nearly all that are in Spanish or in English
)
