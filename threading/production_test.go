package threading

import "testing"

func TestProductionDown(t *testing.T) {
	for _, c := range []struct {
		subject string
		want    bool
	}{
		{"Producción Caída", true},
		{"PRODUCCIÓN CAÍDA", true},
		{"PRODUCCION CAIDA", true},
		{"produccion caida", true},
		{"Produccio\u0301n Cai\u0301da (NFD)", true},
		{"Ｐｒｏｄｕｃｃｉóｎ　Ｃａíｄａ", true},
		{"Produc\u200bción\u200d Caí\u00adda", true},
		{"Re: RV: Producción Caída", true},
		{"[Caso #12] Producción Caída en planta 2", true},
		{"URGENTE!!! PRODUCCION CAIDA!!!", true},
		{"Facturación: producción caída", true},
		{"*Producción Caída*", true},
		{"«Producción» caída", true},
		{"PRODUCCION_CAIDA", true},
		{"Producción-Caída", true},
		{"Producción   Caída", true},
		{"Producción\tCaída", true},
		{"Producción\u00a0Caída", true},
		{"Producción\r\n Caída", true},
		{"ProducciónCaída", true},
		{"Producc ión Ca ída", true},
		{"P R O D U C C I Ó N  C A Í D A", true},
		{"Prod. caída", true},
		{"PROD CAIDA", true},
		{"Prod.caída", true},
		{"prod. Caida desde las 8", true},
		{"Production Down", true},
		{"production is down", true},
		{"Is production down?", true},
		{"producción está caída", true},
		{"La producción  sigue caída", true},
		{"Producción está otra vez caída", true},
		{"Producción aún no caída", false},
		{"¿producción caída?", true},
		{"No responde, producción caída", true},
		{"No funciona producción caída", true},
		{"No: producción caída", true},
		{"no hay producción caída; producción caída", true},
		{"", false},
		{"Producción", false},
		{"caída", false},
		{"la producción no está caída", false},
		{"la producción ya no está caída", false},
		{"production is not down", false},
		{"production isn't down", false},
		{"no hay producción caída", false},
		{"Ya no tenemos la producción caída", false},
		{"sin producción caída", false},
		{"not a production down", false},
		{"no longer production down", false},
		{"reproducción caída", false},
		{"Producción caídas", false},
		{"Production downtime report", false},
		{"production downloads", false},
		{"Reporte de producción. Caída de ventas", false},
		{"Producción, caída de la demanda", false},
		{"Producción: caída de la demanda", false},
		{"caída producción", false},
		{"Servidor caído en producción", false},
		{"introducción caída", false},
		{"prod 12 caída", false},
	} {
		if got := ProductionDown(c.subject, nil); got != c.want {
			t.Errorf("ProductionDown(%q) = %v, want %v", c.subject, got, c.want)
		}
	}
}

func TestProductionDownMarkers(t *testing.T) {
	for _, c := range []struct {
		subject string
		markers []string
		want    bool
	}{
		{"Planta parada", []string{"planta parada"}, true},
		{"PLANTA  PARADÁ", []string{"x", "Planta parada"}, true},
		{"Producción Caída", []string{"planta parada"}, false},
		{"Producción Caída", []string{}, false},
		{"Producción Caída", []string{"", "  ", "...", "-"}, false},
		{"システム停止 です", []string{"システム停止"}, true},
		{"P1!", []string{"p1"}, true},
		{"P12", []string{"p1"}, false},
	} {
		if got := ProductionDown(c.subject, c.markers); got != c.want {
			t.Errorf("ProductionDown(%q, %q) = %v, want %v", c.subject, c.markers, got, c.want)
		}
	}
}
