package reply

import (
	"strings"
	"testing"
)

// attributions are what clients write above a quote, by client and language.
var attributions = []string{
	// Gmail
	"El lun, 3 mar 2025 a las 9:01, Ana Gómez (<ana@example.com>) escribió:",
	"El lun, 3 mar 2025 a la(s) 9:01 a.m., Ana Gómez (ana@example.com) escribió:",
	"El lun., 3 de mar. de 2025 9:01 a. m., Ana Gómez <ana@example.com>\nescribió:",
	"El lun, 3 mar 2025 a las 9:01, Soporte Técnico de la Empresa Ejemplo (<\n" +
		"soporte@example.com>) escribió:",
	"Em seg., 3 de mar. de 2025 às 09:01, Ana Gomes <ana@example.com> escreveu:",
	"Ana Gomes <ana@example.com> escreveu (segunda, 3/03/2025 à(s) 09:01):",
	"On Mon, Mar 3, 2025 at 9:01 AM Ana Gómez <ana@example.com> wrote:",
	"On Mon, 3 Mar 2025 at 09:01, Ana Gómez <ana@example.com> wrote:",
	"Le lun. 3 mars 2025 à 09:01, Ana Gómez <ana@example.com> a écrit :",
	"Il giorno lun 3 mar 2025 alle ore 09:01 Ana Gómez <ana@example.com> ha\nscritto:",
	"Am Mo., 3. März 2025 um 09:01 Uhr schrieb Ana Gómez <ana@example.com>:",
	"El dl., 3 de març 2025, 9:01, Ana Gómez <ana@example.com> va escriure:",
	"Missatge de Ana Gómez <ana@example.com> del dia dl., 3 de març 2025 a les\n9:01:",
	"O luns, 3 de mar. de 2025 ás 9:01, Ana Gómez (<ana@example.com>) escribiu:",
	"Ana Gómez (<ana@example.com>) igorleak hau idatzi zuen (2025 mar. 3, al.\n(9:01)):",
	"Op ma 3 mrt 2025 om 09:01 schreef Ana Gómez <ana@example.com>:",
	"pon., 3 mar 2025 o 09:01 Ana Gómez <ana@example.com> napisał(a):",
	"Den mån 3 mars 2025 kl 09:01 skrev Ana Gómez <ana@example.com>:",
	"Den man. 3. mar. 2025 kl. 09.01 skrev Ana Gómez <ana@example.com>:",
	"man. 3. mars 2025 kl. 09:01 skrev Ana Gómez <ana@example.com>:",
	"ma 3. maalisk. 2025 klo 9.01 Ana Gómez (ana@example.com) kirjoitti:",
	"пн, 3 мар. 2025 г. в 09:01, Ana Gómez <ana@example.com>:",
	"пн, 3 бер. 2025 р. о 09:01 Ana Gómez <ana@example.com> пише:",
	"po 3. 3. 2025 v 9:01 odesílatel Ana Gómez <ana@example.com> napsal:",
	"Ana Gómez <ana@example.com>, 3 Mar 2025 Pzt, 09:01 tarihinde şunu yazdı:",
	"Ana Gómez <ana@example.com> 于2025年3月3日周一 09:01写道：",
	"Ana Gómez <ana@example.com> 於 2025年3月3日 週一 上午9:01寫道：",
	"2025年3月3日(月) 9:01 Ana Gómez <ana@example.com>:",
	"2025년 3월 3일 (월) 오전 9:01, Ana Gómez <ana@example.com>님이 작성:",
	"Ana Gómez <ana@example.com> ezt írta (időpont: 2025. márc. 3., H, 9:01):",
	"lun., 3 mar. 2025 la 09:01, Ana Gómez <ana@example.com> a scris:",
	"2025-03-03 9:01 GMT-05:00 Ana Gómez <ana@example.com>:",
	"На пн, 3.03.2025 г. в 9:01 Ana <ana@example.com> написа:",
	"пон, 3. мар 2025. у 09:01 Ana <ana@example.com> је написао/ла:",
	"V V pon., 3. mar. 2025 ob 09:01 je oseba Ana <ana@example.com> napisala:",
	"2025-03-03, pr, 09:01 Ana <ana@example.com> rašė:",
	"pirmd., 2025. g. 3. marts, plkst. 09:01 — lietotājs Ana (<ana@example.com>) rakstīja:",
	"Pada tanggal Sen, 3 Mar 2025 pukul 09.01 Ana <ana@example.com> menulis:",
	"ในวันที่ จ. 3 มี.ค. 2025 เวลา 09:01 Ana <ana@example.com> เขียนว่า:",
	"ana@example.com schrieb am Mo., 3. März 2025, 09:01:",
	// Apple Mail and iPhone
	"El 3 mar 2025, a la(s) 9:01 a.m., Ana Gómez <ana@example.com> escribió:",
	"El 3 mar. 2025, a las 9:01, Ana Gómez <ana@example.com> escribió:",
	"On Mar 3, 2025, at 9:01 AM, Ana Gómez <ana@example.com> wrote:",
	"On 3 Mar 2025, at 09:01, Ana Gómez wrote:",
	"Em 3 de mar. de 2025, à(s) 09:01, Ana Gomes <ana@example.com> escreveu:",
	"Le 3 mars 2025 à 09:01, Ana Gómez <ana@example.com> a écrit :",
	"Am 03.03.2025 um 09:01 schrieb Ana Gómez <ana@example.com>:",
	"Il giorno 3 mar 2025, alle ore 09:01, Ana Gómez <ana@example.com> ha scritto:",
	"Op 3 mrt. 2025 om 09:01 heeft Ana Gómez <ana@example.com> het volgende geschreven:",
	"3 mars 2025 kl. 09:01 skrev Ana Gómez <ana@example.com>:",
	"Den 3. mar. 2025 kl. 09.01 skrev Ana Gómez <ana@example.com>:",
	"Ana Gómez <ana@example.com> kirjoitti 3.3.2025 kello 9.01:",
	"Wiadomość napisana przez Ana Gómez <ana@example.com> w dniu 3 mar 2025, o godz. 09:01:",
	"3. 3. 2025 v 9:01, Ana Gómez <ana@example.com>:",
	"3 марта 2025 г., в 09:01, Ana Gómez <ana@example.com> написал(а):",
	"3 бер. 2025 р. о 09:01 Ana Gómez <ana@example.com> написав(-ла):",
	"在 2025年3月3日，上午9:01，Ana Gómez <ana@example.com> 写道：",
	"2025/03/03 9:01、Ana Gómez <ana@example.com>のメール:",
	"Ana Gómez <ana@example.com> şunları yazdı (3 Mar 2025 09:01):",
	// Thunderbird
	"El 3/3/25 a las 9:01, Ana Gómez escribió:",
	"El 03/03/2025 a las 09:01, Ana Gómez escribió:",
	"Em 03/03/2025 09:01, Ana Gomes escreveu:",
	"Le 03/03/2025 à 09:01, Ana Gómez a écrit :",
	"Am 03.03.25 um 09:01 schrieb Ana Gómez:",
	"Il 03/03/2025 09:01, Ana Gómez ha scritto:",
	"El 3/3/25 a les 9:01, Ana Gómez ha escrit:",
	"Op 3-3-2025 om 09:01 schreef Ana Gómez:",
	"W dniu 3.03.2025 o 09:01, Ana Gómez pisze:",
	"Dne 03. 03. 25 v 9:01 Ana Gómez napsal(a):",
	"03.03.2025 09:01, Ana Gómez пишет:",
	"On 3/3/25 9:01 AM, Ana Gómez wrote:",
	// Yahoo
	"El lunes, 3 de marzo de 2025, 09:01:12 a. m. COT, Ana Gómez <ana@example.com> escribió:",
	"El lunes, 3 de marzo de 2025 09:01:12 ART, Ana Gómez <ana@example.com>\nescribió:",
	"On Monday, March 3, 2025, 09:01:12 AM EST, Ana Gómez <ana@example.com> wrote:",
	"Em segunda-feira, 3 de março de 2025 às 09:01:12 BRT, Ana Gomes <ana@example.com> escreveu:",
	"Il lunedì 3 marzo 2025 alle ore 09:01:12 CET, Ana Gómez <ana@example.com> ha scritto:",
	"Am Montag, 3. März 2025 um 09:01:12 MEZ hat Ana Gómez <ana@example.com> Folgendes geschrieben:",
	// Roundcube, Proton, Horde, KMail, Outlook mobile
	"El 2025-03-03 09:01, Ana Gómez escribió:",
	"El lunes, 3 de marzo de 2025 a las 9:01, Ana Gómez <ana@example.com> escribió:",
	"El lunes, 3 de marzo de 2025 a las 9:01, <ana@example.com> escribió:",
	"Quoting Ana Gómez <ana@example.com>:",
	"Citando Ana Gómez <ana@example.com>:",
	"Ana Gómez <ana@example.com> escribió:",
	"El lunes, 3 de marzo de 2025 9:01:12 (-05) Ana Gómez escribió:",
	"On 2025-03-03 09:01, Ana Gómez wrote:",
	"------- On Mon, 3 Mar 2025 09:01:12 -0500 Ana Gómez <ana@example.com> wrote ---",
	"---- El lun, 03 mar 2025 09:01:12 -0500, Ana Gómez <ana@example.com> escribió ----",
	"*El lun, 3 mar 2025 a las 9:01, Ana Gómez <ana@example.com> escribió:*",
	"El 3 de marzo de 2025 9:01:12 GMT-05:00, \"Ana Gómez\" <ana@example.com> escribió:",
	">>> Ana Gómez <ana@example.com> 3/3/2025 9:01 >>>",                   // GroupWise
	"On Mon, 3 Mar 2025 09:01:12 -0500 Ana Gómez <ana@example.com> wrote", // Zoho
	"On 2025-03-03 at 09:01 , ana@example.com wrote:",
	"Понедельник, 3 марта 2025, 9:01 +03:00 от Ana <ana@example.com>:",
	"03.03.2025, 09:01, \"Ana\" <ana@example.com>:",
	"Vào 9:01, T2, 3 thg 3, 2025 Ana Gómez <ana@example.com> đã viết:",
	"On March 3, 2025 9:01:12 AM GMT-03:00, Ana <ana@example.com> wrote:",
	"On Mon, Mar 3, 2025 at 9:01 AM, Ana Gómez\n<[ana@example.com](mailto:On Mon, Mar 3, 2025 at " +
		"9:01 AM, Ana Gómez <<a href=)> wrote:",
}

func TestAttributions(t *testing.T) {
	const own = "Ya lo probé y sigue igual.\n\nSaludos,\nLuis"
	for _, a := range attributions {
		for style, quote := range map[string]string{"bare": "¿Lo probó?\nGracias",
			"prefixed": "> ¿Lo probó?\n> Gracias"} {
			p := Split(Input{Plain: own + "\n\n" + a + "\n\n" + quote + "\n", Subject: "Re: falla"})
			if p.New() != own {
				t.Errorf("%s quote below %q: new is %q", style, a, p.New())
			}
		}
	}
}

func TestAttributionWithAnswersBelow(t *testing.T) {
	for _, a := range attributions {
		p := Split(Input{Plain: a + "\n> ¿Lo probó?\n\nSí, dos veces.\n\n> ¿Y ahora?\nTampoco.\n",
			Subject: "Re: falla"})
		if want := "Sí, dos veces.\n\nTampoco."; p.New() != want {
			t.Errorf("below %q: new is %q, want %q", a, p.New(), want)
		}
	}
}

// headerBlocks are what Outlook and others write above a quote, by language:
// names of From, Sent, To, Subject and a date.
var headerBlocks = [][5]string{
	{"De:", "Enviado:", "Para:", "Asunto:", "lunes, 3 de marzo de 2025 9:01"},
	{"De:", "Enviado el:", "Para:", "Asunto:", "lunes, 3 de marzo de 2025 9:01 a. m."},
	{"De:", "Fecha:", "Para:", "Asunto:", "lunes, 3 de marzo de 2025, 9:01"},
	{"De:", "Enviada em:", "Para:", "Assunto:", "segunda-feira, 3 de março de 2025 09:01"},
	{"De:", "Enviado:", "Para:", "Assunto:", "segunda-feira, 3 de março de 2025 09:01"},
	{"From:", "Sent:", "To:", "Subject:", "Monday, March 3, 2025 9:01 AM"},
	{"From:", "Date:", "To:", "Subject:", "Monday, 3 March 2025 at 09:01"},
	{"De :", "Envoyé :", "À :", "Objet :", "lundi 3 mars 2025 09:01"},
	{"De :", "Date :", "À :", "Objet :", "lundi, 3 mars 2025 à 09:01"},
	{"Da:", "Inviato:", "A:", "Oggetto:", "lunedì 3 marzo 2025 09:01"},
	{"Von:", "Gesendet:", "An:", "Betreff:", "Montag, 3. März 2025 09:01"},
	{"De:", "Enviat:", "Per a:", "Assumpte:", "dilluns, 3 de març de 2025 9:01"},
	{"De:", "Enviado:", "Para:", "Asunto:", "luns, 3 de marzo de 2025 9:01"},
	{"Nork:", "Bidalia:", "Nori:", "Gaia:", "astelehena, 2025(e)ko martxoaren 3a 9:01"},
	{"Van:", "Verzonden:", "Aan:", "Onderwerp:", "maandag 3 maart 2025 09:01"},
	{"Od:", "Wysłane:", "Do:", "Temat:", "poniedziałek, 3 marca 2025 09:01"},
	{"Från:", "Skickat:", "Till:", "Ämne:", "den 3 mars 2025 09:01"},
	{"Fra:", "Sendt:", "Til:", "Emne:", "3. marts 2025 09:01"},
	{"Fra:", "Sendt:", "Til:", "Emne:", "mandag 3. mars 2025 09:01"},
	{"Lähettäjä:", "Lähetetty:", "Vastaanottaja:", "Aihe:", "maanantai 3. maaliskuuta 2025 9.01"},
	{"От:", "Отправлено:", "Кому:", "Тема:", "3 марта 2025 г. 9:01"},
	{"Від:", "Надіслано:", "Кому:", "Тема:", "3 березня 2025 р. 9:01"},
	{"Od:", "Odesláno:", "Komu:", "Předmět:", "pondělí 3. března 2025 9:01"},
	{"От:", "Изпратено:", "До:", "Относно:", "понеделник, 3 март 2025 г. 9:01"},
	{"Šalje:", "Poslato:", "Za:", "Naslov:", "ponedeljak, 3. mart 2025. 9:01"},
	{"Od:", "Poslano:", "Za:", "Zadeva:", "ponedeljek, 03. marec 2025 9:01"},
	{"Nuo:", "Išsiųsta:", "Kam:", "Tema:", "2025 m. kovo 3 d. 9:01"},
	{"No:", "Nosūtīts:", "Kam:", "Temats:", "pirmdiena, 2025. gada 3. marts 9:01"},
	{"Dari:", "Dikirim:", "Kepada:", "Subjek:", "Senin, 03 Maret 2025 9:01"},
	{"מאת:", "נשלח:", "אל:", "נושא:", "יום שני 3 מרץ 2025 9:01"},
	{"من:", "تم الإرسال:", "إلى:", "الموضوع:", "03 مارس 2025 9:01"},
	{"จาก:", "ส่ง:", "ถึง:", "เรื่อง:", "3 มีนาคม 2025 9:01"},
	{"Kimden:", "Gönderildi:", "Kime:", "Konu:", "3 Mart 2025 Pazartesi 09:01"},
	{"发件人:", "发送时间:", "收件人:", "主题:", "2025年3月3日 9:01"},
	{"寄件者：", "寄件日期：", "收件者：", "主旨：", "2025年3月3日 上午 09:01"},
	{"差出人:", "送信日時:", "宛先:", "件名:", "2025年3月3日 9:01"},
}

func (h *headerBlock5) text(sender string) string {
	return h[0] + " " + sender + "\n" + h[1] + " " + h[4] + "\n" + h[2] + " Luis Paz\n" + h[3] +
		" Falla en el sistema\n"
}

type headerBlock5 [5]string

func TestHeaderBlocks(t *testing.T) {
	const own = "Ya lo probé y sigue igual."
	above := map[string]string{"bare": "", "outlook line": strings.Repeat("_", 32) + "\n",
		"indented line": "  ------------------------------\n\n"}
	for _, h := range headerBlocks {
		b := headerBlock5(h)
		for what, rule := range above {
			for _, sender := range []string{"Ana Gómez <ana@example.com>",
				"Ana Gómez [mailto:ana@example.com]", "Ana Gómez"} {
				mail := own + "\n\n" + rule + b.text(sender) + "\n¿Lo probó?\n"
				p := Split(Input{Plain: mail, Subject: "Re: Falla"})
				if p.New() != own {
					t.Errorf("%s: new of %q is %q", what, mail, p.New())
				}
				f := Split(Input{Plain: mail, Subject: "RV: Falla"})
				if f.New() != own || !strings.Contains(f.Forwarded(), "¿Lo probó?") {
					t.Errorf("forward of %q: new %q, forwarded %q", mail, f.New(), f.Forwarded())
				}
			}
		}
	}
}

func TestHeaderBlockForward(t *testing.T) {
	for _, h := range headerBlocks {
		b := headerBlock5(h)
		f, ok := ParseForward("Les paso esto.\n\n" + b.text("Ana Gómez <ana@example.com>") +
			"\nNo anda.\n")
		want := Forward{Message: "Les paso esto.", From: Address{"Ana Gómez", "ana@example.com"},
			To: []Address{{Name: "Luis Paz"}}, Subject: "Falla en el sistema", Date: h[4],
			Body: "No anda."}
		if !ok || f.Message != want.Message || f.From != want.From || len(f.To) != 1 ||
			f.To[0] != want.To[0] || f.Subject != want.Subject || f.Date != want.Date ||
			f.Body != want.Body {
			t.Errorf("%v: %+v, want %+v", h, f, want)
		}
	}
}

// titles stand between an answer and the mail below it.
var titles = []string{
	"-----Mensaje original-----", "-------- Mensaje original --------",
	"----- Mensaje Original -----", "-----Original Message-----", "-----Mensagem original-----",
	"-----Message d'origine-----", "-----Messaggio originale-----",
	"-----Ursprüngliche Nachricht-----", "-----Missatge original-----",
	"-----Mensaxe orixinal-----",
	"-----Jatorrizko mezua-----", "-----Oorspronkelijk bericht-----",
	"-----Oryginalna wiadomość-----", "-----Ursprungligt meddelande-----",
	"-----Oprindelig meddelelse-----",
	"-----Opprinnelig melding-----", "-----Alkuperäinen viesti-----",
	"-----Исходное сообщение-----", "-----Оригінальне повідомлення-----",
	"-----Původní zpráva-----",
	"-----Özgün İleti-----", "-----原始邮件-----", "-----元のメッセージ-----",
	"________ Mensaje original ________", "==== Original message ====",
	"##- Por favor, escriba su respuesta por encima de esta línea -##",
	"## Please type your reply above this line ##",
}

func TestTitles(t *testing.T) {
	for _, title := range titles {
		p := Split(Input{Plain: "Listo, gracias.\n\n" + title +
			"\nDe: Ana\nFecha: 3/3/25 9:01\n\n¿Lo probó?\n", Subject: "Re: x"})
		if p.New() != "Listo, gracias." {
			t.Errorf("%s: new is %q", title, p.New())
		}
	}
}

// forwardTitles stand above a forwarded mail.
var forwardTitles = []string{
	"---------- Forwarded message ---------", "---------- Mensaje reenviado ---------",
	"----- Mensaje reenviado -----", "---------- Mensagem encaminhada ---------",
	"---------- Message transféré ---------",
	"---------- Messaggio inoltrato ---------", "---------- Weitergeleitete Nachricht ---------",
	"---------- Missatge reenviat ---------", "---------- Doorgestuurd bericht ---------",
	"---------- Videresendt besked ---------", "---------- Vidarebefordrat meddelande ---------",
	"---------- Välitetty viesti ---------", "---------- Пересылаемое сообщение --------",
	"---------- 转发的邮件 ---------",
	"Inicio del mensaje reenviado:", "Begin forwarded message:", "Début du message transféré :",
	"Anfang der weitergeleiteten Nachricht:", "Início da mensagem encaminhada:",
	"-------- Mensaje reenviado --------",
	"----- Mensaje reenviado de Ana Gómez <ana@example.com> -----",
	"----- Forwarded by Ana Gómez/Ejemplo on 03/03/2025 09:01 -----",
}

func TestForwardTitles(t *testing.T) {
	for _, title := range forwardTitles {
		p := Split(Input{Plain: "Les paso el caso.\n\n" + title +
			"\nDe: Ana Gómez <ana@example.com>\nFecha: lun, 3 mar 2025\nAsunto: Falla\n\nNo anda.\n"})
		if p.New() != "Les paso el caso." || !strings.Contains(p.Forwarded(), "No anda.") {
			t.Errorf("%s: new %q, forwarded %q", title, p.New(), p.Forwarded())
		}
	}
}

func TestMobileFooters(t *testing.T) {
	for _, footer := range []string{
		"Enviado desde mi iPhone", "Enviado desde mi iPad", "Enviado desde mi Samsung Galaxy A54",
		"Enviado desde mi teléfono Galaxy.", "Enviado desde mi dispositivo móvil",
		"Enviado desde mi celular", "Enviado desde Outlook para Android",
		"Enviado desde Outlook para iOS<https://aka.ms/o0ukef>",
		"Obtener Outlook para Android<https://aka.ms/AAb9ysg>",
		"Obtener [Outlook para iOS](https://aka.ms/o0ukef)",
		"Enviado desde Yahoo Mail para Android", "Enviado desde Correo para Windows",
		"Enviado desde Correo<https://go.microsoft.com/fwlink/?LinkId=550986> para Windows 10",
		"Enviado con Proton Mail", "Enviado desde Proton Mail móvil",
		"Enviado desde mi Huawei P30 lite", "Enviado desde mi Xiaomi",
		"Enviado desde mi moto g(7)", "Enviado desde mi BlackBerry de Movistar",
		"Descargue Outlook para Android", "Sent from my iPhone",
		"Sent from my iPhone, please excuse typos", "Sent from my Galaxy",
		"Sent from Outlook for iOS", "Get Outlook for Android",
		"Sent with Proton Mail secure email.", "Sent from Yahoo Mail on Android",
		"Sent via BlackBerry",
		"Enviado do meu iPhone", "Enviado do meu smartphone Samsung Galaxy.",
		"Obter o Outlook para Android", "Envoyé de mon iPhone",
		"Envoyé depuis mon téléphone Android", "Inviato da iPhone", "Inviato dal mio telefono",
		"Von meinem iPhone gesendet", "Gesendet von Outlook für Android",
		"Enviat des del meu iPhone", "Enviado dende o meu iPhone",
		"Nire iPhonetik bidalia", "Verstuurd vanaf mijn iPhone", "Wysłano z iPhone'a",
		"Wysłane z iPhone'a", "Skickat från min iPhone", "Sendt fra min iPhone",
		"Lähetetty iPhonesta", "Отправлено с iPhone", "Надіслано з iPhone", "Odesláno z iPhonu",
		"iPhone'umdan gönderildi", "从我的iPhone发送", "发自我的华为手机",
		"Enviado de Samsung Mobile", "Enviado do Yahoo Mail no Android", "Få Outlook til iOS",
		"Android için Outlook’u edinin", "Отправлено из мобильной Яндекс Почты",
		"Enviat des del meu telèfon mòbil",
		"Sent from my Verizon, Samsung Galaxy smartphone", "Yahoo Mail: Search, Organize, Conquer",
		"Sent from Mail", "發自我的 iPhone", "iPhoneから送信",
	} {
		p := Split(Input{Plain: "Listo.\n\n" + footer + "\n"})
		if p.New() != "Listo." || p.Signature() != footer {
			t.Errorf("%s: new is %q", footer, p.New())
		}
	}
}

func TestNotices(t *testing.T) {
	for _, notice := range []string{
		"AVISO LEGAL: Este mensaje y sus archivos adjuntos van dirigidos exclusivamente a su " +
			"destinatario.",
		"Este mensaje puede contener información confidencial para uso exclusivo de la persona o " +
			"entidad a la que va dirigido. Queda prohibida su divulgación.",
		"Si ha recibido este mensaje por error, le rogamos que lo comunique al remitente y lo " +
			"borre.",
		"CONFIDENCIALIDAD: La información de este correo es reservada.",
		"Antes de imprimir este correo piense si es necesario.",
		"Libre de virus. www.avast.com",
		"El software de antivirus Avast ha analizado este correo electrónico en busca de virus.\n" +
			"www.avast.com",
		"CONFIDENTIALITY NOTICE: This e-mail is for the sole use of the addressee.",
		"This email and any attachments are confidential and intended solely for the use of the " +
			"individual to whom they are addressed.",
		"Virus-free. www.avg.com",
		"Esta mensagem pode conter informações confidenciais. Se você recebeu esta mensagem por " +
			"engano, apague-a.",
		"Ce message et ses pièces jointes sont confidentiels et établis à l'intention exclusive " +
			"de ses destinataires.",
		"Le informazioni contenute in questo messaggio sono riservate e ad uso esclusivo del " +
			"destinatario.",
		"Avviso di riservatezza: le informazioni contenute in questo messaggio sono riservate.",
		"Qualora abbiate ricevuto questa e-mail per errore, siete pregati di eliminarla.",
		"Se recibiu esta mensaxe por erro, prégase que a elimine.",
		"Om du har fått detta meddelande av misstag, vänligen radera det.",
		"Hvis du har modtaget denne e-mail ved en fejl, bedes du slette den.",
		"Если вы получили это сообщение по ошибке, удалите его.",
		"Este email foi escaneado pelo Avast antivírus.",
		"Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie " +
			"diese E-Mail irrtümlich erhalten haben, informieren Sie uns.",
	} {
		p := Split(Input{Plain: "Adjunto lo pedido.\n\nSaludos,\nAna\n\n" + notice + "\n"})
		if p.New() != "Adjunto lo pedido.\n\nSaludos,\nAna" {
			t.Errorf("%s: new is %q", notice, p.New())
		}
	}
}

func TestSignatureDelimiters(t *testing.T) {
	for _, d := range []string{"-- ", "--", "—", "- -", "––", "-- \r", "\u00a0--", "--\u00a0",
		"&mdash;"} {
		p := Split(Input{Plain: "Listo.\n\nSaludos\n" + d + "\nAna Gómez\nTel. 555 1234\n"})
		if p.New() != "Listo.\n\nSaludos" {
			t.Errorf("%q: new is %q", d, p.New())
		}
	}
}
