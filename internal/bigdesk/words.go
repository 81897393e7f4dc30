package bigdesk

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// common are words that stand nearly everywhere, the commonest first.
var common = strings.Fields(`de la que el en y a los se del las un por con no una su para es al lo
como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde
quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos esto antes algunos
qué unos yo otro otras otra él tanto esa estos mucho nada cuál poco ella estar estas algunas algo
nosotros buenos días gracias saludos favor ayuda cordial atento quedamos adjunto`)

// stems and ends make some four thousand words of people who have trouble with a program.
var stems = strings.Fields(`factur client product impres report servid usuari contraseñ pantall
correo pedid invent cobr pag bodeg contabl nómin import export cierr apertur consult actualiz
instal configur conexi respald error mensaj archiv form list búsqued permis acces bloque lent
caíd reinici version licenc módul integr sincroniz balanc asient impuest reten descuent remisi
despach transport ruta vehícul emplead horari turn vacaci contrat proveedor compr vent cotiz
devoluci garantí solicit aprob rechaz firm certific digital electrónic tribut decl period
mes anual cartera banc concili cheque transfer caj efectiv tarjet terminal punt sucurs
almac etiquet códig barra lector balanz equip red cable antena router puert ventan botón menú
icono gráfic tabla column fila celd filtr orden fecha hora zona moneda tasa cambi precio cost`)

var ends = strings.Fields(`a o as os ación aciones ado ada ados adas ar amos aron ando able ero
era eros mente ita ito ista`)

var first = strings.Fields(`Ana Luis Carla Jorge María Pedro Lucía Andrés Sofía Diego Paula Camilo
Elena Iván Rosa Tomás Inés Óscar Marta Hugo Nuria Raúl Clara Mateo Julia Simón Laura Pablo`)

var last = strings.Fields(`Gómez Pérez Rodríguez Martínez García Ruiz Paz López Hernández Díaz Mora
Castro Ortiz Rojas Peña Vargas Ríos Suárez Muñoz Cárdenas Núñez Ibáñez Yáñez Beltrán Cortés Vélez`)

// word is one by how often people use it: half of a text is what stands everywhere.
func word(r *rand.Rand) string {
	switch n := r.IntN(100); {
	case n < 50:
		return common[few(r, len(common))]
	case n < 97:
		return stems[r.IntN(len(stems))] + ends[r.IntN(len(ends))]
	default:
		return fmt.Sprint(r.IntN(100_000))
	}
}

// Text is so many words, in sentences.
func Text(r *rand.Rand, words int) string {
	var b strings.Builder
	for i := range words {
		w := word(r)
		switch {
		case i == 0:
			w = capital(w)
		case i%12 == 0:
			b.WriteString(".\n")
			w = capital(w)
		default:
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// capital is the word at the beginning of a sentence.
func capital(w string) string {
	letters := []rune(w)
	return strings.ToUpper(string(letters[:1])) + string(letters[1:])
}

func title(r *rand.Rand) string {
	return capital(stems[r.IntN(len(stems))] + ends[r.IntN(len(ends))])
}

func person(r *rand.Rand) string {
	return first[r.IntN(len(first))] + " " + last[r.IntN(len(last))] + " " + last[r.IntN(len(last))]
}
