package desk

import "testing"

var staff = Staff{
	Names: []string{"Ana Gómez", "Luis", "Iñaki Clarín"}, Desks: []string{"Soporte Ejemplo"},
	Addresses: []string{"ana@ejemplo.test", "soporte@ejemplo.test"},
}

func TestNamesThatLookLikeStaff(t *testing.T) {
	for name, want := range map[string]Guise{
		"Ana Gómez":                   LikeName,
		"ANA GOMEZ":                   LikeName,
		"Ana  Gómez, Soporte Ejemplo": LikeName,
		"Gómez, Ana":                  LikeName,
		"Ing. Ana Gómez":              LikeName,
		"A n a G ó m e z":             LikeName,
		"Ana.Gómez":                   LikeName,
		"Anna Gómez":                  LikeName,
		"Ana Gomes":                   LikeName,
		"Αna Gómez":                   LikeName, // Greek alpha
		"Аnа Gоmеz":                   LikeName, // Cyrillic
		"АΝА GОМЕZ":                   LikeName,
		"Ana Gornez":                  LikeName,
		"𝐀𝐧𝐚 𝐆𝐨́𝐦𝐞𝐳":                  LikeName,
		"Ａｎａ Ｇｏｍｅｚ":                   LikeName,
		"Ana\u200b Gó\u2060mez":       LikeName,
		"\u202eAna Gómez":             LikeName,
		"Iñaki Cİarin":                LikeName,
		"LUIS":                        LikeName,
		"Soporte Ejemplo":             LikeName,
		"Equipo de Soporte Ejemplo":   LikeName,
		"Soporte Ejemp1o":             LikeName,
		"Ѕoporte":                     MixedScript,
		"Cаrla Ruiz":                  MixedScript,
		"Carla Ruiz":                  "",
		"Ana Ruiz":                    "",
		"Ana María Gómez":             "",
		"Mariana Gómez":               "",
		"Luis Pérez":                  "",
		"Luisa":                       "",
		"Soporte Cliente SA":          "",
		"Иван Петров":                 "",
		"Иван Petrov":                 "",
		"Γιώργος":                     "",
		"山田 Taro":                     "",
		"Zoë O’Neill-Núñez":           "",
		"":                            "",
		"…":                           "",
	} {
		shown, _, got := staff.Shown(name, "diego@otro.test")
		if got != want || (shown == name) != (want == "" || name == "") {
			t.Errorf("%q: shown as %q, %q, want %q", name, shown, got, want)
		}
	}
}

func TestAddressesThatLookLikeStaff(t *testing.T) {
	for address, want := range map[string]struct {
		shown string
		Guise
	}{
		"аna@ejemplo.test":         {"xn--na-6kc@ejemplo.test", LikeAddress}, // Cyrillic
		"ana@xn--ejemlo-erf.test":  {"ana@xn--ejemlo-erf.test", LikeAddress},
		"ana@ejernplo.test":        {"ana@ejernplo.test", LikeAddress},
		"ana@ejemp1o.test":         {"ana@ejemp1o.test", LikeAddress},
		"s0porte@ejemplo.test":     {"s0porte@ejemplo.test", LikeAddress},
		"a.na@ejemplo.test":        {"a.na@ejemplo.test", LikeAddress},
		"ana@ejemplo.test":         {"ana@ejemplo.test", ""}, // her own
		"ana@cliente.test":         {"ana@cliente.test", ""},
		"carla@ejemplo.test":       {"carla@ejemplo.test", ""},
		"josé@cliente.test":        {"josé@cliente.test", ""},
		"carla@xn--espaa-rta.test": {"carla@xn--espaa-rta.test", ""},
		// one letter is Cyrillic
		"jоse@cliente.test": {"xn--jse-sed@cliente.test", LikeAddress},
		"":                  {"", ""},
	} {
		name, shown, got := staff.Shown("Carla", address)
		if shown != want.shown || got != want.Guise || (name == "") != (want.Guise != "") {
			t.Errorf("%q: %q, %q, %q, want %q, %q", address, name, shown, got, want.shown,
				want.Guise)
		}
	}
}

// TestDomainsThatLookLikeCustomers: a domain that is read as an organisation's, and is not.
func TestDomainsThatLookLikeCustomers(t *testing.T) {
	c := &Catalogue{kinds: map[Kind][]Entry{Organisations: {{ID: 1, Kind: Organisations,
		Domains: []string{"clienteuno.test", "abc.test"}}}}}
	for address, want := range map[string]bool{
		"a@clienteuno.test": false, "a@abc.test": false, "a@otro.test": false,
		"a@sub.clienteuno.test": false, "a@abd.test": false, "": false,
		"a@c1ienteuno.test": true, "a@clienteumo.test": true, "a@clienteuno.tests": true,
		"a@аbc.test": true,
	} {
		if got := c.LikeOrganisation(address); got != want {
			t.Errorf("%q: %v, want %v", address, got, want)
		}
	}
}
