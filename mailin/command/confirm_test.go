package command

import "testing"

func TestConfirms(t *testing.T) {
	for _, text := range []string{
		"Testing ok, gracias.", "testing ok!", "TESTING OK", "Testing OK.\n\nCarla Ruiz\nContadora",
		"Test ok", "Prueba exitosa", "ok testing",
		"Sí", "si", "Sí.", "Sí, gracias", "¡Sí!", "Sí, quedó resuelto", "Si ya funciona",
		"Confirmo", "Confirmado, muchas gracias", "Correcto, gracias.",
		"Ya funciona, gracias", "ya funciona", "Funciona", "Funciona perfecto, gracias Ana",
		"Ya anda", "ya me funciona bien", "Por fin funciona.", "Ya imprime, gracias",
		"Ahora sí funciona", "Ya puedo entrar, gracias", "Todo funciona correctamente",
		"Hola Ana,\n\nya funciona, gracias.\n\nSaludos,\nCarla",
		"Buenas tardes\nYa quedó, muchas gracias",
		"Quedó resuelto", "Ya quedó solucionado", "Está resuelto, gracias",
		"Quedó solucionado, gracias", "Resuelto", "Solucionado.", "Problema resuelto",
		"Ya se resolvió", "Se solucionó, gracias",
		"Todo bien, gracias", "Todo ok", "Ya está todo funcionando",
		"Probado y funcionando, gracias", "Gracias, ya quedó todo listo",
		"cerrar, gracias", "Cierren el caso por favor", "cierren el caso, por favor",
		"Pueden cerrar el caso", "Pueden cerrarlo, gracias", "Por mí se puede cerrar",
		"Favor cerrar el ticket",
		"Ya funciona, pueden cerrar el caso", "Sí, cierren el caso", "Ciérrelo por favor",
		"Caso cerrado, gracias", "Ya funciona y pueden cerrar",
		"Yes", "Yes, thanks", "It works", "It works now, thank you!", "Works now",
		"All good, thanks", "Fixed, thanks", "It is solved", "Please close the case",
		"You can close it", "Testing ok, thank you",
		"Confirmed", "Hi Ana,\n\nit works again. Thanks!\n\nBest regards\nEva",
		"Sim", "Sim, obrigado", "Já funciona, obrigada", "Funcionou, muito obrigado", "Resolvido",
		"Ficou resolvido, obrigado", "Pode fechar o chamado", "Podem encerrar, obrigada",
		"Deu certo, obrigado",
		"👍", "👍🏽", "👍👍", "✅", "Gracias 👍", "Ya funciona 👍", ":+1:", "(y)", "👍\n\nCarla",
	} {
		if !Confirms(text) {
			t.Errorf("%q does not confirm", text)
		}
	}
}

// TestConfirmsNot: near misses, that somebody must read.
func TestConfirmsNot(t *testing.T) {
	for _, text := range []string{
		"", "No", "Ya no funciona", "No funciona", "Ya funciona, pero va lento",
		"Sí, pero falta la otra caja", "¿Ya funciona?", "Funciona?", "Sí?", "Ya casi funciona",
		"Funciona a medias",
		"Ya funciona la mitad", "Ya funciona en la caja 1, en la 2 sigue igual",
		"Funcionó ayer y hoy no", "Si funciona les aviso", "Cuando funcione les aviso",
		"Espero que funcione",
		"Creo que ya funciona", "Parece que ya funciona", "Ojalá quede resuelto",
		"Quedó resuelto el otro", "Quedó a medias", "Resuelto en parte", "No quedó resuelto",
		"Todavía no está resuelto",
		"Testing ok en desarrollo, falta producción", "Testing no ok", "Testing fallido",
		"Prueba fallida", "Testing", "No cierren el caso", "No cerrar",
		"Todavía no cierren el caso", "Antes de cerrar, revisen la otra",
		"Cerrar sesión no sirve", "El botón cerrar falla", "Cierren también el caso 12",
		"¿Pueden cerrar el caso?", "Quiero cerrar la caja y no me deja", "Cerrar la caja",
		"Pueden llamarme",
		"Sí\n\nSigue fallando", "Ya funciona\n\nFalta la impresora dos", "Gracias por nada",
		"Sí, mañana lo pruebo", "Lo pruebo y les aviso", "Ya lo probé", "Lo probé y nada",
		"It works but slowly", "It doesn't work", "Does it work?", "It works on my phone only",
		"Not fixed", "Please don't close the case", "It worked yesterday", "Works in Chrome",
		"Yes, but not for Eva", "Still failing",
		"Não funciona", "Funciona, mas está lento", "Ainda não resolvido", "Não pode fechar",
		"Funcionou ontem", "Resolvido em parte",
		"👎", "👎 ya funciona", "👍👎", "😡", "Ya funciona 😢", "Sí.\nNo.",
		"Ya funciona. El error es otro.", "Ya funciona bien en la sucursal del norte pero no aquí",
		"Ya está. Otro problema", "Ya quedó. Urgente",
		"Sí sí sí sí sí sí sí sí sí", "Probado", "Ya funciona a las 9",
		"Funciona con la versión 4.2", "1", "Todo mal", "Todo sigue igual", "Sí, Falla",
	} {
		if Confirms(text) {
			t.Errorf("%q confirms", text)
		}
		if text != "" && Thanks(text) {
			t.Errorf("%q only thanks", text)
		}
	}
}
