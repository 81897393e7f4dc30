package desk

import (
	"strings"
	"testing"
)

func TestReadEdits(t *testing.T) {
	edits, rest := ReadEdits("Hola:\n* Nombre: Carla Ruiz\nMi idioma : inglés\n" +
		"AÑADIR DIRECCIÓN: Carla <Carla@Otra.test>\n- Remove email: vieja@cliente.test\n" +
		"_Horas de silencio_: 22-7\nIdioma:\nTeléfono: 55\nGracias")
	var got []string
	for _, e := range edits {
		got = append(got, string(e.What)+"="+e.Value+" "+e.Address())
	}
	want := "name=Carla Ruiz , language=inglés , add_address=Carla <Carla@Otra.test> " +
		"carla@otra.test, remove_address=vieja@cliente.test vieja@cliente.test, quiet=22-7 "
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
	if rest != "Hola:\nIdioma:\nTeléfono: 55\nGracias" {
		t.Errorf("%q is left", rest)
	}
	if edits, rest = ReadEdits(strings.Repeat("Nombre: x\n", maxEdits+2)); len(edits) != maxEdits ||
		rest != "Nombre: x\nNombre: x" {
		t.Errorf("%d edits, and %q is left", len(edits), rest)
	}
}

func TestReadProjectEdit(t *testing.T) {
	for line, want := range map[string]string{
		"Seguir el proyecto Migración":               "follow_project Migración",
		"#seguir proyecto: «Planta Norte»":           "follow_project Planta Norte",
		"dejar de seguir el proyecto Migración.":     "unfollow_project Migración",
		"Stop following the project \"SAP\"":         "unfollow_project SAP",
		"follow project":                             "",
		"seguir el proyecto a b c d e f g h i":       "", // a sentence
		"quisiera seguir el proyecto Migración":      "",
		"seguir":                                     "",
		"El proyecto Migración va a seguir demorado": "",
	} {
		got := ""
		if e, ok := ReadProjectEdit(line); ok {
			got = string(e.What) + " " + e.Value
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestFollowableProjects(t *testing.T) {
	c := NewCatalogue([]Entry{{ID: 31, Kind: Projects, Parent: 5},
		{ID: 32, Kind: Projects, Parent: 6}, {ID: 33, Kind: Projects}, {ID: 34, Kind: Projects, Parent: 7}})
	for name, row := range map[string]struct {
		p    Person
		s    Sight
		want string
	}{
		"of his organisation":         {Person{Organisation: 5}, Sight{}, "31"},
		"and what he sees":            {Person{Organisation: 5}, Sight{Projects: []int64{32}}, "31 32"},
		"of nobody":                   {Person{}, Sight{}, ""},
		"an agent, who sees them all": {Person{}, Sight{All: true}, "31 32 33 34"},
	} {
		var got []string
		for _, e := range row.s.FollowableBy(c, row.p) {
			got = append(got, string(rune('0'+e.ID/10))+string(rune('0'+e.ID%10)))
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

func TestGoodNames(t *testing.T) {
	for name, want := range map[string]bool{
		"Carla Ruiz": true, "Íñigo Ñúñez-O’Higgins": true, "李小龙": true, "": false,
		"ana@ejemplo.test": false, "Ana <x>": false, "http://mal.test": false,
		"Ｗｗｗ.mal.test": false, "ana＠ejemplo": false, strings.Repeat("a", longestName+1): false,
	} {
		if GoodName(name) != want {
			t.Errorf("%q: %t", name, !want)
		}
	}
}
