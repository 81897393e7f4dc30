package reply

import "testing"

// TestKinds: what several clients and people write, and beside it what must stay as it is. The mail
// goes to the desk's "Mesa Lumen".
func TestKinds(t *testing.T) {
	const intro = "El mar, 4 mar 2025 a las 8:10, Mesa Lumen (<mesa@lumen.test>) escribió:\n"
	for _, c := range []struct{ name, mail, want string }{
		{"company below a sign-off", "Falta el tanque 2.\n\nCordialmente,\n\nIrma Vega\nJefa de " +
			"Planta\nQuesos del Valle S.A.\nCel. 555 0199\n",
			"Falta el tanque 2.\n\nCordialmente,\n\nIrma Vega"},
		{"an extension only", "Listo.\n\nAtte.\nIng. Irma Vega\nAnexo 214\n",
			"Listo.\n\nAtte.\nIng. Irma Vega"},
		{"a postscript below", "Listo.\n\nSaludos,\nIrma\n\nPD: falta la balanza.\n",
			"Listo.\n\nSaludos,\nIrma\n\nPD: falta la balanza."},
		{"data below thanks", "Gracias.\n\nEquipo: balanza 4\nSerie: 5550199123\n",
			"Gracias.\n\nEquipo: balanza 4\nSerie: 5550199123"},
		{"a sentence with a telephone", "Gracias.\n\nLlamar al 555 0199 123\n",
			"Gracias.\n\nLlamar al 555 0199 123"},
		{"any verb", "Sigue.\n\nEl mar, 4 mar 2025 a las 8:10, Mesa Lumen comentó:\n> ¿Sigue?\n",
			"Sigue."},
		{"name first", "Sigue.\n\nMesa Lumen escribió el 4/3/25 a las 8:10:\n> ¿Sigue?\n",
			"Sigue."},
		{"name only", "Sigue.\n\nMesa Lumen escribió:\n\n> ¿Sigue?\n", "Sigue."},
		{"between rules", "Sigue.\n\n---- Mesa Lumen escribió ----\n\n> ¿Sigue?\n", "Sigue."},
		{"AOL", "Sigue.\n\nIn a message dated 3/4/2025 8:10:22 AM Eastern Standard Time, " +
			"mesa@lumen.test writes:\n\nStill?\n", "Sigue."},
		{"Yahoo on Android", "Sigue.\n\nEnviado desde Yahoo Mail para Android \n \n  El mar., 4 " +
			"de mar. de 2025 a la(s) 8:10 a. m., Mesa Lumen<mesa@lumen.test> escribió:   ¿Sigue " +
			"igual? \n", "Sigue."},
		{"a quote right behind", "Sigue.\n\nEl mar, 4 mar 2025 a las 8:10, Mesa Lumen " +
			"(<mesa@lumen.test>) escribió:> ¿Sigue?\n> Gracias\n", "Sigue."},
		{"a person tells", "El 4 de marzo de 2025 a las 8:10 la clienta irma@valle.test " +
			"escribió:\n\"no pesa\". Ya le dije.\n",
			"El 4 de marzo de 2025 a las 8:10 la clienta irma@valle.test escribió:\n\"no pesa\". " +
				"Ya le dije."},
		{"somebody else's mail shown",
			"Esto dijo el taller:\n\nEl mar, 4 mar 2025 a las 8:10, Taller (<t@taller.test>) " +
				"escribió:\n\n> No hay repuesto.\n\n¿Qué hacemos?\n",
			"Esto dijo el taller:\n\nEl mar, 4 mar 2025 a las 8:10, Taller (<t@taller.test>) " +
				"escribió:\n\n> No hay repuesto.\n\n¿Qué hacemos?"},
		{"our own mail below a colon", "El número es:\n\n" + intro + "> ¿Qué número?\n",
			"El número es:"},
		{"a notice shown", "Pongan esto al pie:\n\nEste mensaje es confidencial. Si usted no es " +
			"el destinatario, elimínelo.\n",
			"Pongan esto al pie:\n\nEste mensaje es confidencial. Si usted no es el " +
				"destinatario, elimínelo."},
		{"a line to sign on", "La raya va debajo:\n\nRecibe\n______________\n\nhoy sale encima.\n",
			"La raya va debajo:\n\nRecibe\n______________\n\nhoy sale encima."},
		{"stars above contact data", "Listo.\n\n*****\nIrma Vega\nTel. 555 0199\n", "Listo."},
		{"delimiter twice", "Listo.\n--\n--\nIrma\n", "Listo."},
		{"sentences below --",
			"Hice esto\n--\nPrimero apagué la balanza y nada.\nDespués llamé y nadie contestó.\n",
			"Hice esto\n--\nPrimero apagué la balanza y nada.\nDespués llamé y nadie contestó."},
		{"filled in with marks", "Completé los datos abajo.\n\n" + intro + "> Serie: 77\n",
			"Completé los datos abajo.\n\n" + intro + "> Serie: 77"},
		{"Arabic digits", "نعم\n\nفي ٠٤\u200f/٠٣\u200f/٢٠٢٥ الساعة ٨:١٠ ص، كتب \u200fMesa Lumen " +
			"\u200f<mesa@lumen.test>:\n", "نعم"},
		{"headers on one line", "Działa\nTemat: RE: waga 2025-03-04 8:10Nadawca: \"Mesa\" " +
			"mesa@lumen.test Adresat: irma@valle.test\nCzy działa?\n", "Działa"},
		{"a comma between quotes", "Sí.\n\n" + intro + "> ¿Sí?\n,\n> Gracias\n", "Sí."},
		{"a question mark between quotes", intro + "> uno\n?\n> dos\n", "?"},
		{"a person's warning",
			"Atención: un remitente externo se hizo pasar por ustedes.\n\n¿Avisan?\n",
			"Atención: un remitente externo se hizo pasar por ustedes.\n\n¿Avisan?"},
		{"a quote by hand above the mail's own", "Sale esto:\n\n> Error 5\n\n" + intro +
			"> ¿Qué sale?\n", "Sale esto:\n\n> Error 5"},
		{"a mailer's advertisement", "Ya pesa.\n\nObtener BlueMail para Android\n", "Ya pesa."},
	} {
		p := Split(Input{Plain: c.mail, Subject: "Re: balanza", From: "irma@valle.test",
			To: []string{"Mesa Lumen", "mesa@lumen.test"}})
		if got := p.Reply(); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}
