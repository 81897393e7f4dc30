package reply

import (
	"strings"
	"testing"
)

func TestHTMLText(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"white space collapses", "<p>uno \n\t dos</p>", "uno dos"},
		{"paragraphs", "<p>uno</p><p>dos</p>", "uno\n\ndos"},
		{"Outlook paragraphs are lines",
			"<p class=MsoNormal>uno</p><p class=MsoNormal>dos</p><p class=MsoNormal>&nbsp;</p><p " +
				"class=MsoNormal>tres</p>", "uno\ndos\n\ntres"},
		{"paragraphs without margin", `<p style="margin: 0px">uno</p><p style="margin:0">dos</p>`,
			"uno\ndos"},
		{"empty div is a blank line", "<div>uno</div><div><br></div><div>dos</div>", "uno\n\ndos"},
		{"break at the end of a block", "<div>uno<br></div><div>dos</div>", "uno\ndos"},
		{"list", "<ul><li>uno</li><li>dos<ol><li>a<li>b</ol></ul>fin",
			"- uno\n- dos\n  1. a\n  2. b\nfin"},
		{"table",
			"<table><tr><th>caso</th><th>estado</th></tr><tr><td>1</td><td><p>abierto</p></td></tr></table>", "caso | estado\n1 | abierto"},
		{"layout table",
			"<table><tr><td><div>uno</div><div>dos</div></td><td>tres</td></tr></table>",
			"uno\ndos\ntres"},
		{"link", `vea <a href="https://example.com/x">la guía</a>.`,
			"vea la guía <https://example.com/x>."},
		{"link that shows its target",
			`<a href="https://www.example.com/">example.com</a> <a href="mailto:ana@example.com?subject=x">ana@example.com</a>`, "example.com ana@example.com"},
		{"link of a name", `<a href="mailto:ana@example.com">Ana</a>`, "Ana <ana@example.com>"},
		{"link that runs code", `<a href="javascript:alert(1)">x</a><a href="#a">y</a>`, "xy"},
		{"link around a picture", `<a href="https://example.com"><img src=x alt=Logo></a>`, ""},
		{"entities", "&iquest;Qu&eacute; tal? &amp;lt; &#8364; a&nbsp;b", "¿Qué tal? &lt; € a b"},
		{"pre", "<pre>  a\n\tb\n</pre>c", "  a\n\tb\nc"},
		{"smiley as a picture", `hola <img alt="😀" src=x><img alt="logo" src=y>`, "hola 😀"},
		{"an important short form, and what takes its place",
			"a<span style='font: 12px Arial !important; font-size: 0 !important'>x</span>b", "ab"},
		{"display none", "a<span style='DISPLAY: none !important'>x<b>y</b></span>b", "ab"},
		{"visibility hidden", "a<div style='visibility:hidden'>x</div>b", "a\nb"},
		{"font size zero",
			"a<span style='font-size:0px'>x</span><font style='font-size: 0.0em'>y</font>b", "ab"},
		{"white on white", "a<span style='color:#FFF'>x</span><font color=white>y</font><span " +
			"style='color: rgb(255, 255, 255)'>z</span>b", "ab"},
		{"white on blue is seen",
			"<td bgcolor='#0000ff'><span style='color:#fff'>botón</span></td>", "botón"},
		{"white on a picture is seen",
			"<div style='background:url(x.png)'><span style='color:#fff'>título</span></div>",
			"título"},
		{"black on black", "<div style='background-color:#000;color:black'>x</div>y", "y"},
		{"hidden attribute", "a<p hidden>x</p>b", "a\nb"},
		{"Outlook's own hiding", "a<p style='mso-hide:all'>x</p>b", "a\nb"},
		{"head, style, script, title, comments",
			"<html><head><title>t</title><style>p{}</style></head><body>a<script>x()</script><!-- " +
				"c --><!--[if mso]>m<![endif]-->b</body>", "ab"},
		{"head that is not closed", "<head><style>p{}</style><p>a</p>", "a"},
		{"comment that is not closed", "a<!-- b", "a"},
		{"NUL and invalid UTF-8", "a\x00b\xffc", "a\ufffdb\ufffdc"},
		{"crossed tags", "<b>a<div>b</b>c</div>d", "a\nbc\nd"},
		{"less than", "3 < 4 y a<b", "3 < 4 y a"},
		{"nothing", "", ""},
	} {
		if got := HTML(c.src).String; strings.TrimSuffix(got, "\n") != c.want {
			t.Errorf("%s: %q is %q, want %q", c.name, c.src, got, c.want)
		}
	}
}

// htmlReplies are replies as clients write them; each says "Sí, ya anda." and
// quotes "¿Lo probó?".
var htmlReplies = map[string]string{
	"Gmail web":                           `<div dir="ltr">Sí, ya anda.<div><br></div></div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">El lun, 3 mar 2025 a las 9:01, Soporte (&lt;<a href="mailto:s@example.com">s@example.com</a>&gt;) escribió:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex"><div>¿Lo probó?</div></blockquote></div>`,
	"Gmail with a signature":              `<div dir="ltr"><div>Sí, ya anda.</div><br clear="all"><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature"><b>Ana Gómez</b><br>Gerente</div></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">El lun, 3 mar 2025 a las 9:01, Soporte escribió:<br></div><blockquote class="gmail_quote">¿Lo probó?</blockquote></div>`,
	"Gmail Android":                       `<div dir="auto">Sí, ya anda.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">El lun, 3 de mar. de 2025, 9:01 a. m., Soporte &lt;<a href="mailto:s@example.com">s@example.com</a>&gt; escribió:<br></div><blockquote class="gmail_quote">¿Lo probó?</blockquote></div>`,
	"old Gmail":                           `Sí, ya anda.<br><br><div class="gmail_quote">2013/3/3 Soporte <span dir="ltr">&lt;<a href="mailto:s@example.com">s@example.com</a>&gt;</span><br><blockquote class="gmail_quote">¿Lo probó?</blockquote></div>`,
	"Outlook on the web":                  `<body><div class="elementToProof" style="font-family: Aptos">Sí, ya anda.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font><b>De:</b> Soporte &lt;s@example.com&gt;<br><b>Enviado:</b> lunes, 3 de marzo de 2025 9:01<br><b>Para:</b> Ana &lt;a@example.com&gt;<br><b>Asunto:</b> Caso</font><div>&nbsp;</div></div><div>¿Lo probó?</div></body>`,
	"Outlook, language not known":         `<div>Sí, ya anda.</div><hr><div id="divRplyFwdMsg"><b>Xxx:</b> Soporte<br><b>Yyy:</b> 3 2025</div><div>¿Lo probó?</div>`,
	"Outlook desktop":                     `<div class=WordSection1><p class=MsoNormal>Sí, ya anda.<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>De:</b> Soporte &lt;s@example.com&gt; <br><b>Enviado el:</b> lunes, 3 de marzo de 2025 9:01<br><b>Para:</b> Ana<br><b>Asunto:</b> Caso<o:p></o:p></p></div></div><p class=MsoNormal>¿Lo probó?<o:p></o:p></p></div>`,
	"Outlook desktop, language not known": `<div class=WordSection1><p class=MsoNormal>Sí, ya anda.</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Xxx:</b> Soporte<br><b>Yyy:</b> Ana</p></div></div><p class=MsoNormal>¿Lo probó?</p></div>`,
	"Outlook 2003":                        `<DIV><FONT>Sí, ya anda.</FONT></DIV><BLOCKQUOTE><DIV class=OutlookMessageHeader><HR tabIndex=-1><B>De:</B> Soporte<BR><B>Enviado:</B> lunes, 3 de marzo de 2008 9:01<BR><B>Para:</B> Ana<BR><B>Asunto:</B> Caso</DIV>¿Lo probó?</BLOCKQUOTE>`,
	"Outlook for Android":                 `<div dir="auto">Sí, ya anda.</div><div id="ms-outlook-mobile-body-separator-line"><br></div><div id="ms-outlook-mobile-signature">Obtener <a href="https://aka.ms/AAb9ysg">Outlook para Android</a></div><div id="mail-editor-reference-message-container"><hr><div id="divRplyFwdMsg"><strong>From:</strong> Soporte<br></div>¿Lo probó?</div>`,
	"Outlook for Mac":                     `<div>Sí, ya anda.</div><div><br></div><span id="OLK_SRC_BODY_SECTION"><div style="border-top:1pt solid"><b>De: </b>Soporte &lt;s@example.com&gt;<br><b>Fecha: </b>lunes, 3 de marzo de 2025, 9:01<br><b>Para: </b>Ana<br><b>Asunto: </b>Caso</div><div>¿Lo probó?</div></span>`,
	"Hotmail":                             `<div>Sí, ya anda.<br><hr id="stopSpelling">Date: Mon, 3 Mar 2014 09:01:00 -0500<br>Subject: Caso<br>From: s@example.com<br>To: a@example.com<br><br>¿Lo probó?</div>`,
	"Windows Mail":                        `<div>Sí, ya anda.</div><div style="border-top-color: rgb(229,229,229); border-top-width: 1px"><div><b>De:</b>&nbsp;<a href="mailto:s@example.com">Soporte</a><br><b>Enviado el:</b>&nbsp;lunes, 3 de marzo de 2014 9:01<br><b>Para:</b>&nbsp;Ana</div></div><div>¿Lo probó?</div>`,
	"Apple Mail":                          `<html><body style="overflow-wrap: break-word">Sí, ya anda.<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>El 3 mar 2025, a las 9:01, Soporte &lt;s@example.com&gt; escribió:</div><br class="Apple-interchange-newline"><div>¿Lo probó?</div></blockquote></div></body></html>`,
	"iPhone":                              `<body dir="auto">Sí, ya anda.<br><br><div dir="ltr">Enviado desde mi iPhone</div><div dir="ltr"><br><blockquote type="cite">El 3 mar 2025, a la(s) 9:01 a.m., Soporte &lt;s@example.com&gt; escribió:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">¿Lo probó?</div></blockquote></body>`,
	"Thunderbird":                         `<body><p>Sí, ya anda.<br></p><div class="moz-signature">-- <br>Ana</div><div class="moz-cite-prefix">El 3/3/25 a las 9:01, Soporte escribió:<br></div><blockquote type="cite" cite="mid:x"><p>¿Lo probó?</p></blockquote></body>`,
	"Yahoo":                               `<div class="ydp1yahoo-style-wrap"><div dir="ltr">Sí, ya anda.</div></div><div id="yahoo_quoted_123" class="yahoo_quoted"><div><div>El lunes, 3 de marzo de 2025, 09:01:12 a. m. COT, Soporte &lt;s@example.com&gt; escribió:</div><div><br></div><div>¿Lo probó?</div></div></div>`,
	"Yahoo with a signature":              `<div class="ydpa97db2cfyahoo-style-wrap"><div dir="ltr">Sí, ya anda.</div><div><br></div><div class="ydpa97db2cfsignature">Estudio Paz</div></div><div id="ydp265d926fyahoo_quoted_5479"><div>El lunes, Soporte escribió:</div><div>¿Lo probó?</div></div>`,
	"Yahoo for Android":                   `Sí, ya anda.<br><br><div id="ymail_android_signature"><a href="https://mail.onelink.me/x">Enviado desde Yahoo Mail para Android</a></div><br><blockquote style="margin: 0 0 20px 0;"><div style="font-family:Roboto"><div>El lun, 3 de mar de 2025 a la(s) 9:01 a. m., Soporte</div><div>&lt;s@example.com&gt; escribió:</div></div><div>¿Lo probó?</div></blockquote>`,
	"Samsung":                             `<div dir="auto">Sí, ya anda.</div><div><br></div><div id="composer_signature" dir="auto"><div style="font-size:85%;color:#575757">Enviado desde mi Galaxy</div></div><div><br></div><div style="font-size:100%;color:#000000" dir="auto"><!-- originalMessage --><div>-------- Mensaje original --------</div><div>De: Soporte &lt;s@example.com&gt; </div><div>Fecha: 3/3/25  9:01 a. m.  (GMT-05:00) </div><div>A: Ana </div><div>Asunto: Caso </div><div><br></div></div>¿Lo probó?`,
	"Zimbra":                              `<div style="font-family: arial"><div>Sí, ya anda.</div><div><br></div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>De: </b>"Soporte" &lt;s@example.com&gt;<br><b>Para: </b>"Ana"<br><b>Enviados: </b>Lunes, 3 de Marzo 2025 9:01:12<br><b>Asunto: </b>Caso<br></div><br><div data-marker="__QUOTED_TEXT__">¿Lo probó?</div></div>`,
	"Roundcube":                           `<body><p>Sí, ya anda.</p><div id="_rc_sig">-- <br>Ana</div><p id="reply-intro">El 2025-03-03 09:01, Soporte escribió:</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid"><div id="replybody1">¿Lo probó?</div></blockquote></body>`,
	"Proton":                              `<div style="font-family: Arial">Sí, ya anda.</div><div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">Enviado con <a href="https://proton.me/">Proton Mail</a>.</div></div><div class="protonmail_quote">El lunes, 3 de marzo de 2025 a las 9:01, Soporte &lt;s@example.com&gt; escribió:<br><blockquote class="protonmail_quote" type="cite">¿Lo probó?</blockquote></div>`,
	"Mail.ru":                             `<div>Sí, ya anda.</div><br>Понедельник, 3 марта 2025, 9:01 +03:00 от Soporte &lt;s@example.com&gt;:<br><blockquote style="border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px">¿Lo probó?</blockquote>`,
	"Yandex":                              `<div>Sí, ya anda.</div><div>03.03.2025, 09:01, "Soporte" &lt;s@example.com&gt;:</div><blockquote><div>¿Lo probó?</div></blockquote>`,
	"Spark":                               `<div name="messageBodySection"><div dir="auto">Sí, ya anda.</div></div><div name="messageSignatureSection"><br>Ana</div><div name="messageReplySection">El 3 mar 2025 9:01 -0500, Soporte &lt;s@example.com&gt;, escribió:<br><blockquote type="cite">¿Lo probó?</blockquote></div>`,
	"our own notification":                `<p>Sí, ya anda.</p><div class="buzon-quote-12"><p>¿Lo probó?</p></div>`,
	"our notification, shown again by Outlook": `<p>Sí, ya anda.</p><div id="x_buzon-12"><p>¿Lo probó?</p></div>`,
}

func TestHTMLReplies(t *testing.T) {
	for client, src := range htmlReplies {
		text := HTML(src)
		p := Split(Input{HTML: text, Subject: "Re: Caso"})
		if p.New() != "Sí, ya anda." || !strings.Contains(p.Quoted(), "¿Lo probó?") {
			t.Errorf("%s: new %q, quoted %q\n%+v", client, p.New(), p.Quoted(), text)
		}
	}
}

func TestWholeMailIndented(t *testing.T) {
	const src = "<blockquote>Sí, ya anda.<div>El 3 mar 2025, a las 9:01, Ana " +
		"&lt;ana@example.com&gt; escribió:</div><blockquote>¿Lo probó?</blockquote></blockquote>"
	if got := Split(Input{HTML: HTML(src), Subject: "Re: x"}).New(); got != "Sí, ya anda." {
		t.Errorf("new is %q", got)
	}
}

func TestAnswersInsideHTMLQuotes(t *testing.T) {
	for client, src := range map[string]string{
		"Gmail":       `<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">El lun, 3 mar 2025 a las 9:01, Soporte escribió:<br></div><blockquote class="gmail_quote">¿Versión?</blockquote><div>4.2</div><blockquote class="gmail_quote">¿Sistema?</blockquote><div>Linux</div></div></div>`,
		"Thunderbird": `<div class="moz-cite-prefix">El 3/3/25 a las 9:01, Soporte escribió:</div><blockquote type="cite">¿Versión?</blockquote><p>4.2</p><blockquote type="cite">¿Sistema?</blockquote><p>Linux</p>`,
	} {
		p := Split(Input{HTML: HTML(src), Subject: "Re: Caso"})
		if p.New() != "4.2\n\nLinux" {
			t.Errorf("%s: new %q", client, p.New())
		}
	}
}

func TestHTMLForwards(t *testing.T) {
	for client, src := range map[string]string{
		"Gmail":       `<div dir="ltr">Les paso esto.<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>De: <strong class="gmail_sendername" dir="auto">Eva Paz</strong> <span dir="auto">&lt;<a href="mailto:eva@example.com">eva@example.com</a>&gt;</span><br>Date: lun, 3 mar 2025 a las 9:01<br>Subject: Falla<br>To:  &lt;<a href="mailto:s@example.com">s@example.com</a>&gt;<br></div><br><div dir="ltr">No anda.</div></div></div>`,
		"Outlook":     `<div>Les paso esto.</div><hr><div id="divRplyFwdMsg"><b>De:</b> Eva Paz &lt;eva@example.com&gt;<br><b>Enviado:</b> lunes, 3 de marzo de 2025 9:01<br><b>Para:</b> s@example.com<br><b>Asunto:</b> Falla</div><div>No anda.</div>`,
		"Apple Mail":  `<div>Les paso esto.<br><blockquote type="cite"><div>Inicio del mensaje reenviado:</div><br><div><b>De: </b>Eva Paz &lt;<a href="mailto:eva@example.com">eva@example.com</a>&gt;</div><div><b>Asunto: </b>Falla</div><div><b>Fecha: </b>3 de marzo de 2025</div><br><div>No anda.</div></blockquote></div>`,
		"Thunderbird": `<p>Les paso esto.</p><div class="moz-forward-container"><br>-------- Mensaje reenviado --------<table class="moz-email-headers-table"><tr><th align=RIGHT>Asunto: </th><td>Falla</td></tr><tr><th>Fecha: </th><td>Mon, 3 Mar 2025</td></tr><tr><th>De: </th><td>Eva Paz <a href="mailto:eva@example.com">&lt;eva@example.com&gt;</a></td></tr><tr><th>Para: </th><td>s@example.com</td></tr></table><p>No anda.</p></div>`,
	} {
		text := HTML(src)
		p := Split(Input{HTML: text, Subject: "Fwd: Falla"})
		if p.New() != "Les paso esto." || !strings.Contains(p.Forwarded(), "No anda.") {
			t.Errorf("%s: new %q, forwarded %q", client, p.New(), p.Forwarded())
		}
		f, ok := ParseForward(text.String)
		if !ok || f.From != (Address{"Eva Paz", "eva@example.com"}) || f.Subject != "Falla" ||
			f.Message != "Les paso esto." || f.Body != "No anda." {
			t.Errorf("%s: %v %+v of %q", client, ok, f, text.String)
		}
	}
}

func TestHTMLHelpsPlainText(t *testing.T) {
	plain := "Sí, ya anda.\n\nAna Gómez de la Torre\nGerente de Sistemas\n\nXyz 3 Soporte " +
		"quatsch\n¿Lo probó usted otra vez hoy?\n"
	src :=
		`<div>Sí, ya anda.</div><div class="gmail_signature">Ana Gómez de la Torre<br>Gerente de Sistemas</div><div class="yahoo_quoted">Xyz 3 Soporte quatsch<br>¿Lo probó usted otra vez hoy?</div>`
	p := Split(Input{Plain: plain, HTML: HTML(src), Subject: "Re: x"})
	if p.Base != plain || p.New() != "Sí, ya anda." ||
		!strings.Contains(p.Signature(), "Gerente") || !strings.Contains(p.Quoted(), "¿Lo probó") {
		t.Errorf("new %q, signature %q, quoted %q", p.New(), p.Signature(), p.Quoted())
	}
	plain = "Andrés Felipe Muñoz no puede entrar.\n\nAndrés Felipe Muñoz\nCoordinador\n"
	src =
		`<div>Andrés Felipe Muñoz no puede entrar.</div><div class="gmail_signature">Andrés Felipe Muñoz<br>Coordinador</div>`
	if p := Split(Input{Plain: plain,
		HTML: HTML(src)}); p.New() != "Andrés Felipe Muñoz no puede entrar." {
		t.Errorf("the name of the signature in the text: new %q", p.New())
	}
	plain = "Buenos días, equipo de soporte, no anda.\n\nBuenos días, equipo de soporte, llegó.\n"
	src =
		`<div>Buenos días, equipo de soporte, no anda.</div><div class="yahoo_quoted"><a href="https://example.com/x">Buenos</a> días, equipo de soporte, <i>qzx</i> llegó.</div>`
	if p := Split(Input{Plain: plain, HTML: HTML(src)}); !strings.HasPrefix(p.New(),
		"Buenos días, equipo de soporte, no anda.") {
		t.Errorf("a quote that begins like the answer: new %q", p.New())
	}
	hidden := HTML(`<p>Gracias.</p><p>#cerrar</p>`)
	if p := Split(Input{Plain: "Gracias.\n", HTML: hidden}); strings.Contains(p.New(), "#") {
		t.Errorf("a command that only the HTML has came in: %q", p.New())
	}
}

func TestStubOfPlainText(t *testing.T) {
	src := HTML("<p>Hola, el sistema de facturación no abre desde ayer a la tarde y necesitamos " +
		"emitir con urgencia los comprobantes de los clientes de la zona norte.</p>")
	if p := Split(Input{Plain: "Abra en web.", HTML: src}); p.Base != src.String {
		t.Errorf("base is %q", p.Base)
	}
	if p := Split(Input{Plain: "Su programa de correo no muestra HTML.",
		HTML: src}); p.Base != src.String {
		t.Errorf("base is %q", p.Base)
	}
	if p := Split(Input{Plain: "Hola, el sistema", HTML: src}); p.Base != "Hola, el sistema" {
		t.Errorf("base is %q", p.Base)
	}
}

func TestWordsTypedIntoTheSignatureAreShown(t *testing.T) {
	p :=
		Split(
			Input{
				HTML: HTML(
					`<div id="Signature">Sí, ya anda.<br>Ana</div><div id="divRplyFwdMsg">x</div>`),
				Subject: "Re: x"})
	if p.Reply() != "Sí, ya anda.\nAna" {
		t.Errorf("reply %q", p.Reply())
	}
}
