package desk

import (
	"reflect"
	"slices"
	"testing"
)

// askable is a desk with a project, a product and a field of its own.
func askable() *Catalogue {
	list := slices.Clone(Shipped())
	for i := range list {
		list[i].ID = int64(i + 1)
	}
	return NewCatalogue(append(list,
		Entry{ID: 901, Kind: Projects, Key: "alfa",
			Names: map[string]string{"es": "Migración Alfa del sur grande"}},
		Entry{ID: 902, Kind: Products, Key: "crm", Names: map[string]string{"es": "CRM"}},
		Entry{ID: 903, Kind: CustomFields, Key: "sucursal",
			Names: map[string]string{"es": "Sucursal"}, Value: TextValue},
	))
}

func TestReadQuery(t *testing.T) {
	c := askable()
	for line, want := range map[string]Query{
		"mis casos":                     {About: MyCases, Status: "open"},
		"casos del proyecto Zeta todos": {About: ProjectCases, Name: "Zeta", Status: "all"},
		"mis casos cerrados del proyecto Zeta": {About: ProjectCases, Name: "Zeta",
			Status: "closed"},
		"Mi casos cerrados":             {About: MyCases, Status: "closed"},
		"¿Cómo recupero mi contraseña?": {About: Access},
		"Se me olvidó la clave":         {About: Access},
		"How do I reset my password?":   {About: Access},
		"  MIS   CASOS. ":               {About: MyCases, Status: "open"},
		"«mis casos»":                   {About: MyCases, Status: "open"},
		"#mis casos cerrados":           {About: MyCases, Status: "closed"},
		"mis tickets todos":             {About: MyCases, Status: "all"},
		"mis casos en proceso":          {About: MyCases, Status: "in_progress"},
		"mis casos resueltos":           {About: MyCases, Status: "resolved"},
		"my cases all página 3":         {About: MyCases, Status: "all", Page: 3},
		"casos empresa":                 {About: CompanyCases, Status: "open"},
		"Casos de la compañía cerrados": {About: CompanyCases, Status: "closed"},
		"company cases closed":          {About: CompanyCases, Status: "closed"},
		"casos proyecto Migracion Alfa del sur grande todos": {About: ProjectCases, Status: "all",
			Name: "Migracion Alfa del sur grande"},
		"casos proyecto Beta": {About: ProjectCases, Status: "open",
			Name: "Beta"},
		"my open cases":                 {About: MyCases, Status: "open"},
		"Show me my closed cases":       {About: MyCases, Status: "closed"},
		"my in progress tickets page 2": {About: MyCases, Status: "in_progress", Page: 2},
		"company closed cases":          {About: CompanyCases, Status: "closed"},
		"list my cases":                 {About: MyCases, Status: "open"},
		"status of case 7":              {About: Case, Number: 7},
		"estado del caso 7":             {About: Case, Number: 7},
		"history of case 7":             {About: History, Number: 7},
		"casos abiertos":                {About: AllCases, Status: "open"},
		"caso 123":                      {About: Case, Number: 123},
		"Caso n.º 123":                  {About: Case, Number: 123},
		"ticket #123":                   {About: Case, Number: 123},
		"case 5 page 2":                 {About: Case, Number: 5, Page: 2},
		"historial 9":                   {About: History, Number: 9},
		"history 9":                     {About: History, Number: 9},
		"original 9-2":                  {About: Original, Number: 9, Item: 2},
		"original 9":                    {About: Original, Number: 9, Item: 1},
		"adjunto 9-2 foto de caja.png": {About: File, Number: 9, Item: 2,
			Name: "foto de caja.png"},
		"attachment 9-2 1": {About: File, Number: 9, Item: 2,
			Name: "1"},
		"adjunto 9 foto.png": {About: File, Number: 9,
			Name: "foto.png"},
		"mis datos": {About: MyData},
		"Ayuda":     {About: Help},
		"help":      {About: Help},
		"buscar factura tipo:problema": {About: Search, Words: "factura",
			Fields: map[string]string{"type": "problema"}},
		`buscar "no imprime" estado: en proceso desde:2026-01-01 hasta:2026-02-01 de:carla@x.test`: {About: Search, Words: `"no imprime"`,
			Fields: map[string]string{"status": "en proceso", "since": "2026-01-01",
				"until": "2026-02-01", "from": "carla@x.test"}},
		"buscar tipo:pedido de versión producto:CRM severidad:1": {About: Search,
			Fields: map[string]string{"type": "pedido de versión", "product": "CRM",
				"severity": "1"}},
		`search caja sucursal:"Puerto Madero" módulo:Ventas`: {About: Search, Words: "caja",
			Fields: map[string]string{"sucursal": "Puerto Madero", "module": "Ventas"}},
		"buscar error:500 http://x.test/a": {About: Search,
			Words: "error:500 http://x.test/a"},
		"Recuperar contraseña": {About: Access}, "OLVIDÉ LA CONTRASEÑA": {About: Access},
		"«No puedo ingresar»": {About: Access}, "cambiar mi contraseña": {About: Access},
		"I can’t log in": {About: Access}, "Lost password": {About: Access},
		"panel": {About: Panel},
		"ficha carla@cliente.test": {About: Card,
			Name: "carla@cliente.test"},
		"card Carla Ruiz": {About: Card, Name: "Carla Ruiz"},
		"#plantillas":     {About: CannedList},
		"vencidos":        {About: Overdue},
		"pending":         {About: PendingItems},
	} {
		if got, ok := ReadQuery(c, line, true); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v %+v, want %+v", line, ok, got, want)
		}
	}
}

// TestSaidOtherwise: people don't ask in the words of a table.
func TestSaidOtherwise(t *testing.T) {
	c := askable()
	for _, r := range []struct {
		want  Query
		lines []string
	}{
		{Query{About: MyCases, Status: "open"}, []string{"my open cases", "show me my cases",
			"list of my cases", "quiero ver mis casos", "lista de mis casos", "my requests",
			"mis casos pendientes", "Muéstreme mis casos, por favor", "estado de mis casos"}},
		{Query{About: MyCases, Status: "closed"}, []string{"my closed tickets",
			"ver mis casos cerrados", "I want to see my closed cases"}},
		{Query{About: MyCases, Status: "all"}, []string{"all my cases", "todos mis casos"}},
		{Query{About: CompanyCases, Status: "open"}, []string{"company's cases", "our cases",
			"My company’s cases", "cases of our company", "nuestros casos",
			"ver los casos de mi empresa", "tickets de nuestra compañía"}},
		{Query{About: CompanyCases, Status: "closed"}, []string{"our company's closed cases",
			"closed cases of the company", "casos cerrados de la empresa"}},
		{Query{About: CompanyCases, Status: "all", Page: 2},
			[]string{"all cases of our company page 2", "todos los casos de la empresa página 2"}},
		{Query{About: AllCases, Status: "closed"}, []string{"closed cases", "los casos cerrados"}},
		{Query{About: ProjectCases, Status: "open", Name: "Apolo"},
			[]string{"cases of the project Apolo", "los casos del proyecto Apolo"}},
		{Query{About: Case, Number: 12}, []string{"ver el caso 12", "status of case 12",
			"case 12 status", "estado del caso 12", "my case 12", "show me ticket #12"}},
		{Query{About: History, Number: 12}, []string{"case 12 history", "history of case 12",
			"quiero el historial del caso 12"}},
		{Query{About: Original, Number: 12, Item: 3},
			[]string{"original of 12-3", "el original de 12-3", "send me the original 12-3"}},
		{Query{About: File, Number: 12},
			[]string{"attachments of case 12", "adjuntos del caso 12"}},
		{Query{About: MyData}, []string{"my account", "mis datos personales", "ver mi perfil"}},
	} {
		for _, line := range r.lines {
			if got, ok := ReadQuery(c, line, false); !ok || !reflect.DeepEqual(got, r.want) {
				t.Errorf("%q: %v %+v, want %+v", line, ok, got, r.want)
			}
		}
	}
}

// TestReadQueryNot: whoever tells something asks nothing.
func TestReadQueryNot(t *testing.T) {
	c := askable()
	for _, line := range []string{
		"", "mis casos no aparecen", "Mis casos abiertos no aparecen", "mis casos de ayer",
		"casos proyecto Alfa no aparecen en la lista", "casos",
		"caso", "caso urgente", "caso 123 no funciona", "caso 123 y 124", "en caso 123",
		"[Caso #123]", "historial", "historial de ventas", "original", "original 12-3 no abre",
		"adjunto", "adjunto factura", "adjunto 123 la factura de marzo", "mis datos están mal",
		"ayuda con la factura", "ayuda por favor", "buscar", "help me", "caso -5",
		"caso 1234567890",
		"mi casos raros", "mi caso", "mi solicitud", "quiero ayuda", "necesito buscar la factura", "solicitudes", "open requests",
		"nuestro caso es urgente", "casos urgentes de la empresa", "how is case 12",
		"¿cómo va el caso 12?", "I need to open a case", "my case is closed", "status",
		"tickets for the concert", "our company tickets office", "mis casos y tickets",
		"estado de mi caso", "quiero el historial", "need help", "casos empresa X no anda", "ticket de avión 33",
		"no puedo entrar al sistema", "cambiar contraseña de la caja", "can't log in to the CRM",
	} {
		if got, ok := ReadQuery(c, line, false); ok && line != "casos" {
			t.Errorf("%q asks %+v", line, got)
		}
	}
	for _, line := range []string{"panel", "ficha carla@cliente.test", "plantillas", "vencidos",
		"pendientes"} {
		if got, ok := ReadQuery(c, line, false); ok {
			t.Errorf("a customer asks %q: %+v", line, got)
		}
	}
}

// TestEveryQueryIsOffered: each can be said in both languages, and its first words are read as it.
func TestEveryQueryIsOffered(t *testing.T) {
	for _, a := range queries {
		for _, language := range []string{"es", "en"} {
			if words := AskWords(a.Topic, language); words == "" || words != Fold(words) {
				t.Errorf("%s in %s: %q", a.Topic, language, words)
			}
		}
	}
}
