package reply

import (
	"strings"
	"testing"
)

// untouched are mails without quote or signature in which something looks like one.
var untouched = map[string]string{
	"hours": "Atendemos:\nDe: 8 a 12 horas\nPara: sede norte\n¿Pueden " +
		"venir?",
	"hours in English": "We are open\nFrom: 8 to 12\nTo: 5 pm\nplease call before.",
	"dates":            "Pido vacaciones.\nDe: 10/09\nPara: 15/09\n¿Se aprueba?",
	"delivery": "El envío es\nDe: Cali\nPara: Bogotá\nFecha: 3/3/2025\ny " +
		"no llegó.",
	"our own fields": "Producto: CRM\nPara: CRM\nTipo: problema\nTema: " +
		"facturas\n\nNo se puede facturar.",
	"log": "Sale esto en el log:\n2025-03-03 09:01:12 ERROR From: " +
		"10.0.0.4 refused\n2025-03-03 09:01:13 INFO retry\n\n¿Qué hago?",
	"Java stack trace": "La traza:\nException in thread \"main\" " +
		"java.lang.NullPointerException\n\tat com.ejemplo.Main.run(Main.java:12)\n\tat " +
		"com.ejemplo.Main.main(Main.java:3)\n\nGracias",
	"Python prompt": "En la consola:\n\n>>> import buzon\n>>> buzon.version\n" +
		"'1.0'\n\n¿Es la correcta?",
	"shell prompt": "Ejecuté\n> git pull\n> npm install\n> npm start\ny no " +
		"levanta.",
	"shell prompt at the end": "Esto es lo que corrí:\n\n> git pull\n> npm start",
	"SQL": "La consulta es\n\nSELECT *\nFROM clientes\nWHERE fecha > " +
		"'2025-03-03'\n-- comentario\nORDER BY 1;\n\ny tarda una hora.",
	"diff": "El cambio:\n\n--- a/conf\n+++ b/conf\n@@ -1 +1 @@\n" +
		"-timeout=10\n+timeout=60\n\n¿Lo aplico?",
	"Markdown quote":        "Según el manual:\n\n> Reinicie el servicio.\n\nNo sirvió.",
	"Markdown rule":         "Uno\n\n---\n\nDos, que es más largo.\n\n---\n\nTres.",
	"dashes as a separator": "Los dos casos:\n-----\n1. no abre\n-----\n2. no cierra",
	"narrated mail":         "El cliente nos escribió:\n\"No anda nada\"\n¿Qué le digo?",
	"narrated mail with date": "El 3/3/2025 a las 9:30 Juan nos escribió:\n\"No anda " +
		"nada\"\n¿Qué le digo?",
	"narrated mail with number": "El pedido 4411 del 3/3/2025 que Juan escribió:\n\nestá " +
		"mal.",
	"narrated with address": "Ayer juan@example.com escribió:\n\"no anda\"\n¿Qué le " +
		"digo?",
	"in answer to":           "Hola,\nEn respuesta a lo que usted escribió:\nno funciona.",
	"sent from a place":      "Enviado desde la oficina de Cali el paquete nunca llegó.",
	"sent from my desk":      "Sent from my desk, is much easier then my mobile phone.",
	"sent by courier":        "Enviado por Servientrega ayer, no llega.",
	"confidential":           "El contrato es confidencial; ¿lo mando por aquí?",
	"sign-off":               "No anda.\n\nSaludos cordiales,\n\nAna Gómez\nGerente",
	"legal notice as a wish": "Hola.\n\nAviso legal: ¿lo pueden cambiar?",
	"antivirus as a topic": "Hola.\n\nInstalé el antivirus Avast y ya no abre el " +
		"sistema; el equipo está libre de virus.",
	"printing as a topic":      "Hola.\n\nAntes de imprimir este reporte sale un error.",
	"only a smiley":            ":-)",
	"only an emoji":            "👍",
	"two dashes within a line": "El módulo -- el de ventas -- no abre.",
	"list":                     "Faltan:\n- factura\n- remito\n* recibo\n1. uno",
	"raw headers pasted": "Los encabezados:\n\nReturn-Path: <a@example.com>\n" +
		"Received: from x by y\nFrom: Ana <a@example.com>\nTo: b@example.com\nDate: Mon, 3 Mar " +
		"2025 09:01:00 -0500\nSubject: prueba\n\n¿Por qué no llega?",
	"footer as a topic": "El pie debe decir:\n\nEnviado desde mi iPhone\n\n¿Se " +
		"puede?",
	"notice as a topic": "¿Va este texto?\n\nAVISO LEGAL: este mensaje es " +
		"confidencial.\n\nSi es así, pónganlo.",
	"signature as a topic": "La firma nueva es:\n\n--\nAna Gómez\nTel. 555 1234\n--\n" +
		"\n¿La cambian?",
	"patch with its end": "El parche:\n\n--- a\n+++ b\n@@ -1 +1 @@\n-x=1\n+x=2\n-- " +
		"\n2.43.0\n\nLa última línea es de la herramienta.",
	"title as an example": "Sale esto y nada más:\n\n-------- Mensaje reenviado " +
		"--------\n\n¿Por qué?",
	"machine's lines like a header": "De: validador-1107\nPara: central\nEnviado: 3 tramas\n" +
		"Asunto: latido\n\n¿Qué significa?",
	"one line cited by hand": "> El lote cumple con la especifi\n\nAsí sale, cortada.",
	"machine lines like a header": "De: validador-1107\nPara: central\nEnviado: 3 tramas\n" +
		"Asunto: latido\n\n¿Qué significa?",
	"table with bars": "| caso | estado |\n| 1 | abierto |\n| 2 | cerrado |\n\n" +
		"¿Cuál es?",
	"code fence": "```\n# comentario\n> salida\n-- \n```\nfin del código, " +
		"que sigue fallando.\n",
	"arrow":                         "-> el botón\n=> no responde",
	"date in a list":                "El 3 de marzo de 2025:\n- falló el servidor\n- se reinició",
	"forwarded mentioned":           "El mensaje reenviado no trae adjuntos.",
	"original mentioned":            "Mensaje original:\nno lo tengo.",
	"XML":                           "<From>ana@example.com</From>\n<To>x</To>\nesto no valida.",
	"terms quoted from a contract":  "La cláusula dice uso exclusivo del titular. ¿Aplica?",
	"question about a legal notice": "¿Pueden poner el aviso de siempre en la web?",
	"greater-than in a calculation": "El total\n> 100 unidades\nfalla.",
	"long text under a dash": "Uno\n--\n" +
		strings.Repeat("Este es un renglón de texto que escribió la persona y no una firma.\n",
			40) + "fin",
	"hyphen line then more, no name": "Resumen\n___\nhay 3 errores",
	"trip with a full date": "Pido el viaje.\n\nDe: Bogotá\nPara: Cali\nFecha: lunes 3 " +
		"de marzo de 2025 a las 9:30\n\nEn avión.",
	"long dashes above a sentence": "Datos:\n\nUno\n—————\nLlamen al 555 123 4567, por favor.",
	"long dashes above a list": "Faltan dos\n—————\n1. factura de ana@example.com\n2. " +
		"remito",
	"warning written by a person": "Advertencia: no pulsen Guardar, borra la factura.\n\n" +
		"¿Cómo se recupera?",
	"warning of a gateway and no more": "CAUTION: This email originated from outside of the " +
		"company.",
	"date, address and colon": "El 3/3/2025 a las 9:30 escribí a Ana <ana@example.com> y " +
		"nos contestó:\n\nque lo vea soporte.",
	"wrote to an address": "El 14/08/2025 a las 16:07 Ana Paz <ana@example.com> " +
		"escribió a mi jefe:\nque no anda.",
	"wrote to our address": "On Aug 14, 2025 at 4:07 PM I wrote to help@example.com:\n" +
		"no answer came.",
	"wrote to our address, German": "Am 14.08.2025 um 16:07 schrieb ich an " +
		"hilfe@example.com:\nkeine Antwort.",
	"somebody wrote us this": "Hola.\n\nEl lun, 3 mar 2025 a las 9:01, Ana Paz nos " +
		"escribió esto:\n\nno anda.",
	"somebody wrote me": "Hola.\n\nEl 3/3/2025 a las 9:01 me escribió Ana Paz:\n\n" +
		"no anda.",
	"a program wrote to its log": "Hi.\n\nOn Mon, Mar 3, 2025 at 9:01 AM the program wrote " +
		"to the log:\n\nno disk.",
	"somebody wrote to somebody": "Hola.\n\nEl 3/3/2025 a las 9:01 Ana escribió a Luis " +
		"<luis@example.com>:\n\nno anda.",
	"somebody wrote that, German": "Hallo.\n\nAm 03.03.2025 schrieb Anna, dass es geht:\n\n" +
		"es geht nicht.",
	"list under a colon": "Datos:\nRemitente: ana@example.com\nDestinatario: " +
		"luis@example.com\nFecha: 14/08/2025 16:07\nAsunto: factura\n\n¿Por qué?",
	"form to fill in":                  "Firma:\n________________\n\nFecha:\n________________",
	"sent by courier, with its number": "Hi.\n\nSent via courier, tracking 123.",
	"warning about mail": "Precaución con el remitente externo: lo abrimos y nada.\n" +
		"\nNo imprime.",
	"warning about a machine": "Advertencia: el equipo está fuera de la organización.\n\n" +
		"No imprime.",
	"talked to somebody": "El 14/08/2025 hablé con Ana (ana@example.com):\nme dijo " +
		"que no anda.",
	"list of people with dates": "Afectados:\n14/08/2025 16:07 Ana Paz <ana@example.com>:\n" +
		"no entra\n15/08/2025 9:00 Luis Gil <luis@example.com>:\nno imprime",
	"transfer with a subject": "Transferencia\nDe: Ana Paz\nA: Luis Gil\nFecha: " +
		"14/08/2025\nAsunto: factura 4411\n\nNo aparece.",
	"file of settings": "from: ana@example.com\nto: luis@example.com\nsubject: " +
		"prueba\nretries: 3\n\nCon eso no envía.",
	"patch as git writes it": "From 1a2b3c4d Mon Sep 17 00:00:00 2001\nFrom: Ana " +
		"<ana@example.com>\nDate: Thu, 14 Aug 2025 16:07:33 +0200\nSubject: [PATCH] total\n\n" +
		"Arregla el total.",
	"sent by post":                  "Enviado por correo certificado el 14/08/2025.",
	"sent by mail yesterday":        "Envoyé par e-mail hier, sans réponse.",
	"sent from a phone yesterday":   "Sent from my phone yesterday, still no answer.",
	"program that does not install": "Get Outlook for Android does not install on my tablet.",
	"dashes between paragraphs":     "Uno\n--\nDos\n--\nTres, y no hay firma.",
	"rules between paragraphs": "Caso 1\n__________\nno abre\n\nCaso 2\n__________\nno " +
		"guarda",
	"attribution within a sentence": "Ese día El Dorado cerró y el 3/3/2025 a las 9:30 nadie " +
		"contestó:\nni por correo.",
}

func TestUntouched(t *testing.T) {
	for name, mail := range untouched {
		for _, subject := range []string{"", "Falla en el sistema", "Re: Falla"} {
			p := Split(Input{Plain: mail, Subject: subject})
			if got := p.Reply(); got != trimBlank(mail) || p.New() != got {
				t.Errorf("%s, subject %q:\n%q\nnew is\n%q", name, subject, mail, p.New())
			}
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ name, mail, new, quoted, signature, forwarded string }{
		{"answers between quotes", "El lun, 3 mar 2025 a las 9:01, Ana (<ana@example.com>) " +
			"escribió:\n> ¿Versión?\n\n4.2\n\n> ¿Sistema?\nLinux\n", "4.2\n\nLinux",
			"El lun, 3 mar 2025 a las 9:01, Ana (<ana@example.com>) escribió:\n> ¿Versión?\n\n> " +
				"¿Sistema?", "", ""},
		{"signature above the quote", "Sí.\n\n-- \nAna\n\nEl lun, 3 mar 2025 a las 9:01, Luis " +
			"(<luis@example.com>) escribió:\n> ¿Va?\n", "Sí.",
			"El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\n> ¿Va?",
			"-- \nAna", ""},
		{"signature below the quote", "Sí.\n\nEl lun, 3 mar 2025 a las 9:01, Luis " +
			"(<luis@example.com>) escribió:\n> ¿Va?\n\n-- \nAna\n", "Sí.",
			"El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\n> ¿Va?",
			"-- \nAna", ""},
		{"mobile footer above a header block",
			"Sí.\n\nEnviado desde mi iPhone\n\n________________________________\nDe: Luis " +
				"<luis@example.com>\nEnviado: lunes, 3 de marzo de 2025 9:01\nPara: Ana\nAsunto: " +
				"x\n\n¿Va?\n", "Sí.", "________________________________\nDe: Luis " +
				"<luis@example.com>\nEnviado: lunes, 3 de marzo de 2025 9:01\nPara: Ana\nAsunto: " +
				"x\n\n¿Va?", "Enviado desde mi iPhone", ""},
		{"quote at the top, answer below", "> ¿Va?\n> Gracias\n\nSí, va.\n", "Sí, va.",
			"> ¿Va?\n> Gracias", "", ""},
		{"forward without a word", "---------- Forwarded message ---------\nDe: Ana " +
			"<ana@example.com>\nDate: lun, 3 mar 2025\nSubject: x\n\nNo anda.\n", "", "", "",
			"---------- Forwarded message ---------\nDe: Ana <ana@example.com>\nDate: lun, 3 mar " +
				"2025\nSubject: x\n\nNo anda."},
		{"Apple forward", "Lo de siempre.\n\n> Inicio del mensaje reenviado:\n>\n> De: Ana " +
			"<ana@example.com>\n> Asunto: x\n> Fecha: 3 de marzo de 2025\n>\n> No anda.\n",
			"Lo de siempre.", "", "", "> Inicio del mensaje reenviado:\n>\n> De: Ana " +
				"<ana@example.com>\n> Asunto: x\n> Fecha: 3 de marzo de 2025\n>\n> No anda."},
		{"Samsung",
			"Ok\n\n\nEnviado desde mi Galaxy\n\n\n-------- Mensaje original --------\nDe: " +
				"Luis <luis@example.com>\nFecha: 3/3/25 9:01 a. m. (GMT-05:00)\nA: Ana\nAsunto: " +
				"x\n\n" +
				"¿Va?\n", "Ok", "-------- Mensaje original --------\nDe: Luis <luis@example.com>\n" +
				"Fecha: 3/3/25 9:01 a. m. (GMT-05:00)\nA: Ana\nAsunto: x\n\n¿Va?",
			"Enviado desde mi Galaxy", ""},
		{"headers with blank lines between",
			"Va.\n\nDe: Luis <luis@example.com>\n\nEnviado: lunes, 3 de marzo de 2025 9:01\n\n" +
				"Para: Ana\n\nAsunto: x\n\n¿Va?\n", "Va.",
			"De: Luis <luis@example.com>\n\nEnviado: lunes, 3 de marzo de 2025 9:01\n\nPara: Ana\n" +
				"\nAsunto: x\n\n¿Va?", "", ""},
		{"recipients over several lines",
			"Va.\n\nDe: Luis <luis@example.com>\nEnviado: lunes, 3 de marzo de 2025 9:01\nPara: " +
				"Ana <ana@example.com>;\n Eva <eva@example.com>;\n Juan <juan@example.com>\n" +
				"Asunto: x\n\n¿Va?\n", "Va.",
			"De: Luis <luis@example.com>\nEnviado: lunes, 3 de marzo de 2025 9:01\nPara: Ana " +
				"<ana@example.com>;\n Eva <eva@example.com>;\n Juan <juan@example.com>\nAsunto: " +
				"x\n\n¿Va?", "", ""},
		{"CRLF", "Va.\r\n\r\nEl lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) " +
			"escribió:\r\n> ¿Va?\r\n", "Va.",
			"El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\r\n> ¿Va?", "", ""},
		{"quote wrapped by the client",
			"Va.\n\nEl lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\n> " +
				"Necesitamos que nos envíe el número de la factura que falló y\nla fecha\n> de " +
				"emisión\n", "Va.", "El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) " +
				"escribió:\n> Necesitamos que nos envíe el número de la factura que falló y\nla " +
				"fecha\n> de emisión", "", ""},
		{"terse answer right under a long question",
			"El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\n> ¿Puede " +
				"enviarnos el número de la factura que falló en el sistema?\nla 4411\n> ¿Y la " +
				"fecha?\nayer\n", "la 4411\n\nayer",
			"El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\n> ¿Puede " +
				"enviarnos el número de la factura que falló en el sistema?\n\n> ¿Y la fecha?",
			"", ""},
		{"bracket opened at the end of a line",
			"Sí.\n\nAna Paz <\nana@example.com> escreveu (segunda, 3/03/2025 às 09:01):\n> ¿Va?\n",
			"Sí.", "Ana Paz <\nana@example.com> escreveu (segunda, 3/03/2025 às 09:01):\n> ¿Va?",
			"", ""},
		{"date on the second line",
			"Sí.\n\nAna Paz <ana@example.com> şunları\nyazdı (3 Mar 2025 09:01):\n> ¿Va?\n", "Sí.",
			"Ana Paz <ana@example.com> şunları\nyazdı (3 Mar 2025 09:01):\n> ¿Va?", "", ""},
		{"name with a particle behind the verb",
			"Ja.\n\nAm 03.03.25 um 09:01 schrieb Jan van der Berg:\n\n¿Va?\n", "Ja.",
			"Am 03.03.25 um 09:01 schrieb Jan van der Berg:\n\n¿Va?", "", ""},
		{"number in the sentence above",
			"Lo vemos a las 5 en punto.\nEl lun, 3 mar 2025 a las 9:01, Luis " +
				"(<luis@example.com>) escribió:\n> ¿Va?\n", "Lo vemos a las 5 en punto.",
			"El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\n> ¿Va?", "", ""},
		{"attribution on the line of the answer",
			"Sí, gracias. El lun, 3 mar 2025 a las 9:01, Luis <luis@example.com> escribió:\n> " +
				"¿Va?\n", "Sí, gracias.",
			" El lun, 3 mar 2025 a las 9:01, Luis <luis@example.com> escribió:\n> ¿Va?", "", ""},
		{"attribution behind a dash on the line of the answer",
			"Sí - todo bien--- On Mon, Mar 3, 2025 at 9:01 AM, luis@example.com wrote:\n> ¿Va?\n",
			"Sí - todo bien", "--- On Mon, Mar 3, 2025 at 9:01 AM, luis@example.com wrote:\n> ¿Va?",
			"", ""},
		{"wrapped attribution on the line of the answer",
			"Hola.\nYa está hecho. On Mon, Mar 3, 2025 at 9:01 AM, Luis <\nluis@example.com> " +
				"wrote:\n\n¿Va?\n", "Hola.\nYa está hecho.",
			" On Mon, Mar 3, 2025 at 9:01 AM, Luis <\nluis@example.com> wrote:\n\n¿Va?", "", ""},
		{"link wrapped in a quote", "Va.\n\nEl lun, 3 mar 2025 a las 9:01, Luis " +
			"(<luis@example.com>) escribió:\n> Véalo aquí (http://example.com/a\nb=3d5)\n> " +
			"gracias\n", "Va.", "El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) " +
			"escribió:\n> Véalo aquí (http://example.com/a\nb=3d5)\n> gracias", "", ""},
		{"link as the answer", "El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) " +
			"escribió:\n> ¿Dónde está?\n<http://example.com/a>\n> ¿Y el precio?\n10\n",
			"<http://example.com/a>\n\n10",
			"El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\n> ¿Dónde está?\n" +
				"\n> ¿Y el precio?", "", ""},
		{"signature under long dashes",
			"Listo.\n\nSaludos\nAna\n\n—————\nAna Gómez\nVentas\n+57 555 0123\n",
			"Listo.\n\nSaludos\nAna", "", "—————\nAna Gómez\nVentas\n+57 555 0123", ""},
		{"header block of Windows Mail",
			"Va.\n\nDe: Luis Paz\nEnviado: \u200elunes\u200e, \u200e3\u200e de \u200emarzo\u200e " +
				"de \u200e2025 \u200e9\u200e:\u200e01\nPara: Ana\n\n¿Va?\n", "Va.",
			"De: Luis Paz\nEnviado: \u200elunes\u200e, \u200e3\u200e de \u200emarzo\u200e de " +
				"\u200e2025 \u200e9\u200e:\u200e01\nPara: Ana\n\n¿Va?", "", ""},
		{"warning of a gateway", "PRECAUCIÓN: este correo viene de fuera de la organización.\nNo " +
			"abra los adjuntos.\n\nNo anda.\n", "No anda.", "",
			"PRECAUCIÓN: este correo viene de fuera de la organización.\nNo abra los adjuntos.",
			""},
		{"warning of a gateway, Portuguese",
			"CUIDADO: Este e-mail foi originado fora da organização. Não clique em links.\n\nNão " +
				"imprime.\n", "Não imprime.", "",
			"CUIDADO: Este e-mail foi originado fora da organização. Não clique em links.", ""},
		{"warning of a gateway, French",
			"ATTENTION : ce courriel provient de l'extérieur de l'organisation.\n\nCela " +
				"n'imprime pas.\n", "Cela n'imprime pas.", "",
			"ATTENTION : ce courriel provient de l'extérieur de l'organisation.", ""},
		{"warning of a gateway, Italian",
			"ATTENZIONE: questa e-mail proviene dall'esterno.\n\nNon stampa.\n", "Non stampa.", "",
			"ATTENZIONE: questa e-mail proviene dall'esterno.", ""},
		{"warning of a gateway, Dutch",
			"LET OP: deze e-mail komt van buiten de organisatie.\n\nPrint niet.\n", "Print niet.",
			"", "LET OP: deze e-mail komt van buiten de organisatie.", ""},
		{"warning of a gateway, Polish",
			"UWAGA: wiadomość pochodzi spoza organizacji.\n\nNie drukuje.\n", "Nie drukuje.", "",
			"UWAGA: wiadomość pochodzi spoza organizacji.", ""},
		{"warning of Exchange in any language",
			"Vous n’obtenez pas souvent d’e-mail à partir de ana@example.com. Pourquoi c’est " +
				"important<https://aka.ms/LearnAboutSenderIdentification>\n\nVa.\n", "Va.", "",
			"Vous n’obtenez pas souvent d’e-mail à partir de ana@example.com. Pourquoi c’est " +
				"important<https://aka.ms/LearnAboutSenderIdentification>", ""},
		{"address without brackets", "Sí.\n\n14 ago 2025, 16:07 por ana@example.com:\n\n> ¿Va?\n",
			"Sí.", "14 ago 2025, 16:07 por ana@example.com:\n\n> ¿Va?", "", ""},
		{"unknown verb after an address in parentheses",
			"Sí.\n\nEl jue., 14 ago. 2025 a las 16:07, Ana (ana@example.com) dijo:\n> ¿Va?\n",
			"Sí.", "El jue., 14 ago. 2025 a las 16:07, Ana (ana@example.com) dijo:\n> ¿Va?",
			"", ""},
		{"footer with its link below",
			"Sí.\n\nSent with Aqua Mail for Android\nhttps://example.com/mail\n", "Sí.", "",
			"Sent with Aqua Mail for Android\nhttps://example.com/mail", ""},
		{"title under a rule", "Sí.\n\n—-—-—-—\nReply above this line.\n\nAna:\n\n¿Va?\n", "Sí.",
			"—-—-—-—\nReply above this line.\n\nAna:\n\n¿Va?", "", ""},
		{"header lines between bars", "Sí.\n\n|De:    |Ana Paz <ana@example.com>|\n|Fecha: " +
			"|14/08/2025 16:07|\n|Asunto:|x|\n\n¿Va?\n", "Sí.",
			"|De:    |Ana Paz <ana@example.com>|\n|Fecha: |14/08/2025 16:07|\n|Asunto:|x|\n\n¿Va?",
			"", ""},
		{"mailing list", "Sí.\n\nana via Foro Ejemplo wrote:\n> ¿Va?\n", "Sí.",
			"ana via Foro Ejemplo wrote:\n> ¿Va?", "", ""},
		{"verb of an unknown language",
			"Sí.\n\nPn, 3 mar 2025 09:01 Ana <ana@example.com> blablavo:\n\n> ¿Va?\n", "Sí.",
			"Pn, 3 mar 2025 09:01 Ana <ana@example.com> blablavo:\n\n> ¿Va?", "", ""},
		{"nothing", "", "", "", "", ""},
		{"only blanks", " \n\n\t\n", "", "", "", ""},
	} {
		p := Split(Input{Plain: c.mail, Subject: "Re: x"})
		if p.New() != c.new || p.Quoted() != c.quoted || p.Signature() != c.signature ||
			p.Forwarded() != c.forwarded {
			t.Errorf("%s:\nnew       %q\nwant      %q\nquoted    %q\nwant      %q\nsignature %q\n"+
				"want      %q\nforwarded %q\nwant      %q", c.name, p.New(), c.new, p.Quoted(),
				c.quoted, p.Signature(), c.signature, p.Forwarded(), c.forwarded)
		}
	}
}

func TestReplyKeepsMoreWhenNothingIsLeft(t *testing.T) {
	for _, c := range []struct{ name, mail, want string }{
		{"text under a leading attribution",
			"El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\n\nSí, ya anda.\n",
			"Sí, ya anda."},
		{"text under leading header lines of a reply",
			"De: Ana <ana@example.com>\nEnviado: lunes, 3 de marzo de 2025 9:01\nPara: Luis\n" +
				"Asunto: x\n\nNo anda.\n", "No anda."},
		{"forward without a word", "---------- Forwarded message ---------\nDe: Ana " +
			"<ana@example.com>\nSubject: x\n\nNo anda.\n",
			"---------- Forwarded message ---------\nDe: Ana <ana@example.com>\nSubject: x\n\nNo " +
				"anda."},
		{"answers announced in an unmarked quote",
			"Le respondo abajo en rojo.\n\nDe: Ana <ana@example.com>\nEnviado: lunes, 3 de marzo " +
				"de 2025 9:01\nPara: Luis\nAsunto: x\n\n¿Versión?\n4.2\n",
			"Le respondo abajo en rojo.\n\nDe: Ana <ana@example.com>\nEnviado: lunes, 3 de marzo " +
				"de 2025 9:01\nPara: Luis\nAsunto: x\n\n¿Versión?\n4.2"},
		{"nothing but a quote", "> No anda.\n", "> No anda."},
		{"an empty answer",
			"El lun, 3 mar 2025 a las 9:01, Luis (<luis@example.com>) escribió:\n> ¿Va?\n", ""},
	} {
		if got := Split(Input{Plain: c.mail, Subject: "Re: x"}).Reply(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCommandsOfOthersAreNotNew(t *testing.T) {
	for name, mail := range map[string]string{
		"prefixed quote": "Hecho.\n\nEl lun, 3 mar 2025 a las 9:01, Ana " +
			"(<ana@example.com>) escribió:\n> #cerrar\n",
		"header block": "Hecho.\n\nDe: Ana <ana@example.com>\nEnviado: lunes, 3 " +
			"de marzo de 2025 9:01\nPara: Luis\nAsunto: x\n\n#asignar luis\n",
		"forward without a word": "---------- Forwarded message ---------\nDe: Ana " +
			"<ana@example.com>\nSubject: x\n\n#cerrar\n",
		"text under leading attribution": "El lun, 3 mar 2025 a las 9:01, Ana " +
			"(<ana@example.com>) escribió:\n\n#cerrar\n",
		"quote between two fences": "Pruebe:\n```\nls\n\nDe: Ana <ana@example.com>\n" +
			"Enviado: lunes, 3 de marzo de 2025 9:01\nPara: Luis\nAsunto: x\n\n#cerrar\n```\n",
		"signature": "Hecho.\n-- \n#cerrar\n",
	} {
		if got := Split(Input{Plain: mail, Subject: "Re: x"}).New(); strings.Contains(got, "#") {
			t.Errorf("%s: new is %q", name, got)
		}
	}
}

func TestOwnAddressMakesAnAttribution(t *testing.T) {
	const mail = "Sí.\n\nMéiji, 3/3/2025 9:01 Soporte <soporte+c123.p7.abc@example.com> blabla:\n" +
		"\n¿Va?\n"
	if got := Split(Input{Plain: mail, Own: []string{"soporte@example.com"}}).New(); got != "Sí." {
		t.Errorf("with our address: new is %q", got)
	}
	if got := Split(Input{Plain: mail}).New(); got != trimBlank(mail) {
		t.Errorf("without: new is %q", got)
	}
}

func TestAnswersHaveTheirQuestions(t *testing.T) {
	const intro = "El lun, 3 mar 2025 a las 9:01, Ana (<ana@example.com>) escribió:\n"
	for _, c := range []struct{ name, mail, shown string }{
		{"right under it", intro + "> ¿Versión?\n4.2\n", "> ¿Versión?\n4.2"},
		{"between two", intro + "> Hola\n>\n> ¿Versión?\n> La de la caja.\n\n4.2\n\n> ¿Desde " +
			"cuándo?\n\nayer\n\n> Gracias\n",
			"> ¿Versión?\n> La de la caja.\n4.2\n\n> ¿Desde cuándo?\nayer"},
		{"all above", "4.2\n\n" + intro + "> ¿Versión?\n", "4.2"},
		{"all below", intro + "> ¿Versión?\n> Gracias\n\n4.2\n", "4.2"},
		{"nothing new", intro + "> ¿Versión?\n", ""},
	} {
		if got := Split(Input{Plain: c.mail, Subject: "Re: x"}).Shown(nil); got != c.shown {
			t.Errorf("%s: %q, want %q", c.name, got, c.shown)
		}
	}
}

func TestPicturesAreShownWhereTheyStood(t *testing.T) {
	name := func(id string) string {
		if id == "logo@x" {
			return ""
		}
		return id + ".png"
	}
	for _, c := range []struct{ name, plain, html, shown string }{
		{"on its own line", "", "<p>Sale esto:</p><p><img src='cid:a'></p><p>¿Qué hago?</p>",
			"Sale esto:\n[a.png]\n\n¿Qué hago?"},
		{"in the line", "", "<p>El botón <img src='cid:a'> no está</p>",
			"El botón [a.png] no está"},
		{"first", "", "<p><img src='cid:a'></p><p>no está</p>", "[a.png]\nno está"},
		{"not to be mentioned", "", "<p>Hola</p><img src='cid:logo@x'>", "Hola"},
		{"of a signature", "", "<p>Hola</p><div class=gmail_signature>Ana<img src='cid:a'></div>",
			"Hola"},
		{"of a signature of pictures", "",
			"<p>Hola</p><div class=gmail_signature><img src='cid:a'></div>", "Hola"},
		{"from elsewhere", "", "<p>Hola <img src='https://example.com/a'></p>", "Hola"},
		{"hidden", "", "<p>Hola <span style='display:none'><img src='cid:a'></span></p>", "Hola"},
		{"Outlook's own mark", "Sale [cid:a] aquí", "<p>Sale <img src='cid:a'> aquí</p>",
			"Sale [a.png] aquí"},
		{"a plain text without mark", "Al abrir la caja sale esto:\n\n¿Qué hago?\n",
			"<p>Al abrir la caja sale esto:</p><p><img src='cid:a'></p><p>¿Qué hago?</p>",
			"Al abrir la caja sale esto:\n[a.png]\n\n¿Qué hago?"},
	} {
		p := Split(Input{Plain: c.plain, HTML: HTML(c.html), Subject: "Re: x"})
		if got := p.Shown(name); got != c.shown {
			t.Errorf("%s: %q, want %q", c.name, got, c.shown)
		}
		if strings.Contains(p.Reply(), ".png") {
			t.Errorf("%s: the reply itself is %q", c.name, p.Reply())
		}
	}
}

func TestFormIsNew(t *testing.T) {
	const quote = "El lun, 3 mar 2025 a las 9:01, Soporte (<s@example.com>) escribió:\n> " +
		"Díganos:\n> Fecha y hora: 3/3 10:00\n> Equipo:\n> > El dom, 2 mar 2025 a las 9:01, Ana " +
		"(<a@example.com>) escribió:\n> > Equipo: PC-11\n"
	p := Split(Input{Plain: quote, Subject: "Re: x", Form: []string{"Fecha y hora", "Equipo"}})
	if p.New() != "Fecha y hora: 3/3 10:00" {
		t.Errorf("new is %q", p.New())
	}
}

func TestLanguage(t *testing.T) {
	for want, text := range map[string]string{
		"es": "Hola, no puedo entrar al sistema desde ayer. ¿Me pueden ayudar, por favor?",
		"en": "Hello, I cannot log in to the system since yesterday. Could you please help?",
		"pt": "Olá, não consigo entrar no sistema desde ontem. Vocês podem me ajudar?",
		"fr": "Bonjour, je ne peux pas me connecter depuis hier. Pouvez-vous nous aider ?",
		"it": "Buongiorno, non riesco ad accedere al sistema da ieri. Grazie per l'aiuto.",
		"de": "Hallo, ich kann mich seit gestern nicht anmelden. Können Sie mir bitte helfen?",
		"nl": "Hallo, ik kan sinds gisteren niet inloggen. Kunnen jullie mij helpen? Bedankt",
		"ca": "Hola, no puc entrar al sistema des d'ahir. Ens podeu ajudar? Gràcies, molt amables",
		"pl": "Dzień dobry, od wczoraj nie mogę się zalogować. Proszę o pomoc.",
		"ru": "Здравствуйте, я не могу войти в систему. Спасибо за помощь",
		"zh": "您好，我从昨天起无法登录系统。",
		"ja": "こんにちは、昨日からログインできません。",
		"":   "4411",
	} {
		if got := Language(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
