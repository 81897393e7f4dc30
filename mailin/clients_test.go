package mailin

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"buzon/mailin/command"
)

// clients are how mail programs write an answer: its lines, each as its own paragraph, above the
// mail that is answered; and a block of code.
var clients = []struct {
	name        string
	head, foot  string
	line, empty string // of the new text
	pre         []string
	quote       string // around the mail that is answered
	forward     string
	signature   string
}{
	{name: "Gmail",
		head: `<div dir="ltr">`, foot: `</div>`, line: `<div>%s</div>`, empty: `<div><br></div>`,
		pre: []string{
			`<div><pre style="margin:0"><code>%s</code></pre></div>`,
			`<div><font face="monospace">%s</font></div>`,
			`<div><span style="font-family:monospace">%s</span></div>`,
			`<div class="gmail_default" style="font-family:monospace,monospace">%s</div>`},
		quote: `<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">El mar, 3 mar 2026 a las 9:00, Soporte (&lt;<a href="mailto:soporte@ejemplo.test">soporte@ejemplo.test</a>&gt;) escribió:<br></div>` +
			`<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div dir="ltr">%s</div></blockquote></div>`,
		forward: `<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>De: <strong class="gmail_sendername" dir="auto">Carla</strong> <span dir="auto">&lt;carla@cliente.test&gt;</span><br>` +
			`Date: mar, 3 mar 2026 a las 9:00<br>Subject: No imprime<br>To: Ana &lt;ana@ejemplo.test&gt;<br></div><br><br><div dir="ltr">%s</div></div>`,
		signature: `<div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div dir="ltr"><b>Ana Gómez</b><div>%s</div></div></div>`},
	{name: "Outlook",
		head: `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!--
@font-face{font-family:Calibri}
p.MsoNormal, li.MsoNormal, div.MsoNormal{margin:0cm;font-size:11.0pt;font-family:"Calibri",sans-serif}
a:link, span.MsoHyperlink{mso-style-priority:99;color:#0563C1;text-decoration:underline}
span.EstiloCorreo17{mso-style-type:personal-reply;color:windowtext}
@page WordSection1{size:612.0pt 792.0pt;margin:70.85pt 3.0cm 70.85pt 3.0cm}
div.WordSection1{page:WordSection1}
--></style></head><body lang=ES link="#0563C1" vlink="#954F72" style='word-wrap:break-word'><div class=WordSection1>`,
		foot: `</div></body></html>`,
		line: `<p class=MsoNormal><span style='mso-fareast-language:EN-US'>%s<o:p></o:p></span></p>`, empty: `<p class=MsoNormal><span lang=ES><o:p>&nbsp;</o:p></span></p>`,
		pre: []string{
			`<p class=MsoNormal><span style='font-family:"Courier New"'>%s<o:p></o:p></span></p>`,
			`<pre style='background:#F5F5F5'><span style='font-size:10.0pt;font-family:Consolas'>%s<o:p></o:p></span></pre>`,
			`<p class=MsoPlainText><span style='font-family:Consolas'>%s<o:p></o:p></span></p>`},
		quote: `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>De:</b> Soporte &lt;soporte@ejemplo.test&gt; <br><b>Enviado el:</b> martes, 3 de marzo de 2026 9:00<br>` +
			`<b>Para:</b> Ana &lt;ana@ejemplo.test&gt;<br><b>Asunto:</b> [Caso #1] No imprime<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>%s<o:p></o:p></p>`,
		forward: `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> Carla &lt;carla@cliente.test&gt; <br><b>Sent:</b> Tuesday, March 3, 2026 9:00 AM<br>` +
			`<b>To:</b> Ana &lt;ana@ejemplo.test&gt;<br><b>Subject:</b> No imprime<o:p></o:p></p></div></div><p class=MsoNormal>%s<o:p></o:p></p>`,
		signature: `<p class=MsoNormal>-- <o:p></o:p></p><p class=MsoNormal>Ana Gómez<o:p></o:p></p><p class=MsoNormal>%s<o:p></o:p></p>`},
	{name: "Apple Mail",
		head: `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">`,
		foot: `</body></html>`, line: `<div>%s</div>`, empty: `<div><br></div>`,
		pre: []string{`<div><font face="Menlo">%s</font></div>`,
			`<pre style="caret-color: rgb(0, 0, 0);">%s</pre>`,
			`<div><span style="font-family: Courier, monospace;">%s</span></div>`},
		quote: `<div><br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>El 3 mar 2026, a las 9:00, Soporte &lt;soporte@ejemplo.test&gt; escribió:</div><br class="Apple-interchange-newline">` +
			`<div><div style="caret-color: rgb(0, 0, 0);">%s</div></div></blockquote></div><br></div>`,
		forward: `<div><br><div>Inicio del mensaje reenviado:</div><br class="Apple-interchange-newline"><blockquote type="cite"><div style="margin:0px;"><span><b>De: </b></span><span>Carla &lt;carla@cliente.test&gt;<br></span></div>` +
			`<div style="margin:0px;"><span><b>Asunto: </b></span><span><b>No imprime</b><br></span></div><div style="margin:0px;"><span><b>Fecha: </b></span><span>3 de marzo de 2026, 9:00:00<br></span></div><br><div>%s</div></blockquote></div>`,
		signature: `<br id="lineBreakBeforeSignature"><div><div>-- </div><div>Ana Gómez</div><div>%s</div></div>`},
	{name: "Thunderbird",
		head: `<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>`, foot: `</body></html>`, line: `<p>%s</p>`, empty: `<p><br></p>`,
		pre: []string{`<pre>%s</pre>`, `<p><tt>%s</tt></p>`, `<p><code>%s</code></p>`,
			`<p><font face="monospace">%s</font></p>`},
		quote: `<div class="moz-cite-prefix">El 3/3/26 a las 9:00, Soporte escribió:<br></div><blockquote type="cite" cite="mid:x@ejemplo.test"><meta http-equiv="content-type" content="text/html; charset=UTF-8">` +
			`<div>%s</div></blockquote>`,
		forward: `<div class="moz-forward-container"><br><br>-------- Mensaje reenviado --------<table class="moz-email-headers-table"><tbody><tr><th align="RIGHT">Asunto: </th><td>No imprime</td></tr><tr><th align="RIGHT">Fecha: </th><td>3 Mar 2026</td></tr>` +
			`<tr><th align="RIGHT">De: </th><td>Carla <a href="mailto:carla@cliente.test">&lt;carla@cliente.test&gt;</a></td></tr></tbody></table><br><br><p>%s</p></div>`,
		signature: `<pre class="moz-signature" cols="72">-- 
Ana Gómez
%s</pre>`},
}

// asWritten is an answer of a client's: its lines, "" for an empty one.
func asWritten(head, line, empty string, lines ...string) string {
	for _, l := range lines {
		if l == "" {
			head += empty + "\n"
			continue
		}
		head += fmt.Sprintf(line, l) + "\n"
	}
	return head
}

// orderWords are the verbs of an agent's mail, and its field lines, as the desk reads them.
func orderWords(t *testing.T, html string) (list []string) {
	t.Helper()
	mail := "From: Ana <ana@ejemplo.test>\nSubject: Re: x\nMIME-Version: 1.0\n" + htmlBody(html)
	rd, err := Read(t.Context(), strings.NewReader(mail), int64(len(mail)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	text, places := rd.orders()
	for _, o := range command.Agent(text, places, nil).Commands {
		list = append(list, string(o.Verb))
	}
	return list
}

// TestOrdersOfMailClients: what four programs write is obeyed where it is the writer's own words,
// and nowhere else.
func TestOrdersOfMailClients(t *testing.T) {
	const ok = "Ya lo reviso."
	for _, c := range clients {
		say := func(lines ...string) string { return asWritten(c.head, c.line, c.empty, lines...) }
		quoted := fmt.Sprintf(c.quote, "Hola")
		for _, m := range []struct{ name, html, want string }{
			{"at the top", say("#tomar", "#severidad 1", "", ok) + quoted + c.foot,
				"take severity"},
			{"capitals, a blank that does not break", say("#TOMAR", "#Severidad&nbsp;1", "", ok) +
				quoted + c.foot, "take severity"},
			{"at the end", say("Hola:", "", ok, "", "#resuelto") + quoted + c.foot, "resolve"},
			{"alone", say("#cerrar") + quoted + c.foot, "close"},
			{"alone, in English", say("#close") + quoted + c.foot, "close"},
			{"above the signature", say(ok, "", "#cola") + fmt.Sprintf(c.signature, "Soporte") +
				quoted + c.foot, "queue"},
			{"in bold", say("<b>#cerrar</b>", ok) + c.foot, "close"},
			{"all in a typeface of one width", "<font face=monospace>" + say("#cerrar", ok) +
				"</font>" + c.foot, "close"},

			{"a blank behind the mark", say("# cerrar", ok) + c.foot, ""},
			{"a longer word", say("#cerrado", ok) + c.foot, ""},
			{"another mark", say("＃cerrar", ok) + c.foot, ""},
			{"in the middle", say("Hola:", "#cerrar", ok) + c.foot, ""},
			{"within a line", say("Escriba #cerrar cuando quiera.") + c.foot, ""},
			{"in the quote", say(ok) + fmt.Sprintf(c.quote, "#cerrar") + c.foot, ""},
			{"in the quote, alone", say() + fmt.Sprintf(c.quote, "#cerrar") + c.foot, ""},
			{"in what is forwarded", say(ok) + fmt.Sprintf(c.forward, "#cerrar") + c.foot, ""},
			{"in the signature", say(ok) + fmt.Sprintf(c.signature, "#cerrar") + quoted +
				c.foot, ""},
			{"hidden", say(ok) + `<div style="display:none">#cerrar</div>` + c.foot, ""},
		} {
			if got := strings.Join(orderWords(t, m.html), " "); got != m.want {
				t.Errorf("%s, %s: %q, want %q", c.name, m.name, got, m.want)
			}
		}
		for i, pre := range c.pre {
			for _, html := range []string{say(ok) + fmt.Sprintf(pre, "#cerrar") + c.foot,
				c.head + fmt.Sprintf(pre, "#cerrar") + "\n" + say(ok)[len(c.head):] + c.foot} {
				if got := orderWords(t, html); slices.Contains(got, "close") {
					t.Errorf("%s, code %d: %v", c.name, i+1, got)
				}
			}
		}
	}
}
