package desk

import (
	"testing"
	"time"
)

// TestDays: on Monday 2 March 2026, at seven in the morning in Bogotá.
func TestDays(t *testing.T) {
	bogota := time.FixedZone("-05", -5*3600)
	for text, want := range map[string]string{
		"2026-12-31": "2026-12-31 08:00", "2026-3-3": "2026-03-03 08:00",
		"31/12/2026": "2026-12-31 08:00", "31/12/26": "2026-12-31 08:00",
		"5-4-2026": "2026-04-05 08:00", "3/3": "2026-03-03 08:00", "1/3": "2027-03-01 08:00",
		" 31/12. ":   "2026-12-31 08:00",
		"2026-03-02": "2026-03-02 08:00", "3.12": "2026-12-03 08:00", "29/2": "2028-02-29 08:00",
		"2026-12-31 09:00": "2026-12-31 09:00", "2026-12-31T17:30": "2026-12-31 17:30",
		"3/12 a las 15": "2026-12-03 15:00",
		"hoy":           "2026-03-02 08:00", "mañana": "2026-03-03 08:00",
		"MAÑANA.":        "2026-03-03 08:00",
		"mañana a las 9": "2026-03-03 09:00",
		"mañana 9:30":    "2026-03-03 09:30", "pasado mañana": "2026-03-04 08:00",
		"tomorrow at 9am": "2026-03-03 09:00",
		"tomorrow 2.30pm": "2026-03-03 14:30", "12am": "2026-03-03 00:00",
		"a las 15": "2026-03-02 15:00", "a las 6": "2026-03-03 06:00",
		"el viernes": "2026-03-06 08:00", "viernes": "2026-03-06 08:00",
		"el próximo lunes": "2026-03-09 08:00", "next monday": "2026-03-09 08:00",
		"monday": "2026-03-09 08:00", "el lunes que viene": "2026-03-09 08:00",
		"this Friday at 17:00": "2026-03-06 17:00",
		"hasta el sábado":      "2026-03-07 08:00", "miércoles": "2026-03-04 08:00",
		"viernes 6 de marzo": "2026-03-06 08:00", "viernes, 6/3": "2026-03-06 08:00",
		"en 2 días": "2026-03-04 08:00", "in 2 days": "2026-03-04 08:00",
		"en una semana": "2026-03-09 08:00", "in a week": "2026-03-09 08:00",
		"dentro de 3 semanas": "2026-03-23 08:00", "in two months": "2026-05-02 08:00",
		"2d": "2026-03-04 08:00", "en 2 horas": "2026-03-02 09:00",
		"in 90 minutes": "2026-03-02 08:30", "next week": "2026-03-09 08:00",
		"la semana que viene": "2026-03-09 08:00",
		"el próximo mes":      "2026-04-01 08:00", "fin de mes": "2026-03-31 08:00",
		"en media hora": "2026-03-02 07:30", "in half an hour": "2026-03-02 07:30",
		"en quince días": "2026-03-17 08:00", "mañana a la tarde": "2026-03-03 15:00",
		"el lunes a primera hora": "2026-03-09 08:00", "mañana temprano": "2026-03-03 08:00",
		"mañana a las 3 de la tarde": "2026-03-03 15:00", "en muchos días": "date",
		"end of month":   "2026-03-31 08:00",
		"3 de diciembre": "2026-12-03 08:00", "3 de diciembre de 2027": "2027-12-03 08:00",
		"December 3":    "2026-12-03 08:00",
		"Dec 3rd, 2026": "2026-12-03 08:00", "1 de marzo": "2027-03-01 08:00",
		"el 15": "2026-03-15 08:00", "el 1": "2026-04-01 08:00",
		"the 31st": "2026-03-31 08:00", "el día 2": "2026-03-02 08:00",

		"2026-03-01": "date_gone", "2020-01-01": "date_gone", "hoy a las 6": "date_gone",
		"en 0 días":  "2026-03-02 08:00",
		"2036-01-01": "date_far", "en 900 meses": "date_far",
		"viernes 13": "2026-03-13 08:00", "Friday the 13th": "2026-03-13 08:00",
		"viernes 14": "date", "ayer": "date_gone", "yesterday at 9": "date_gone",
		"for 3 days": "2026-03-05 08:00", "por 2 semanas": "2026-03-16 08:00",
		"mañana por la mañana": "2026-03-03 08:00", "el viernes por la tarde": "2026-03-06 15:00",
		"esta tarde": "2026-03-02 15:00", "this afternoon": "2026-03-02 15:00",
		"mañana al mediodía": "2026-03-03 12:00", "Dec 3rd at noon": "2026-12-03 12:00",
		"tomorrow evening": "2026-03-03 20:00", "mañana en la tarde": "2026-03-03 15:00",
		"by the evening": "date", "hasta mañana": "2026-03-03 08:00", "hasta el 15": "2026-03-15 08:00",
		"al 12/3 a las 15:00": "2026-03-12 15:00", "para fin de mes": "2026-03-31 08:00",
		"until tomorrow": "2026-03-03 08:00", "until the 12/3": "2026-03-12 08:00",
		"till Friday": "2026-03-06 08:00", "by 3 December": "2026-12-03 08:00",

		"48 hs": "2026-03-04 07:00", "in an hour": "2026-03-02 08:00",
		"en seis días": "2026-03-08 08:00", "in ten days": "2026-03-12 08:00",
		"en un año":  "2027-03-02 08:00",
		"in 2 years": "2028-03-02 08:00", "en nada": "date", "en ochenta días": "date",
		"en 3 días hábiles": "2026-03-05 08:00", "5 business days": "2026-03-09 08:00",
		"dentro de diez días laborables": "2026-03-16 08:00", "in 2 working days": "2026-03-04 08:00",
		"a fin de mes": "2026-03-31 08:00", "a fines de mes": "2026-03-31 08:00",
		"fin de marzo a las 17": "2026-03-31 17:00", "finales de febrero": "2027-02-28 08:00",
		"fin de año": "2026-12-31 08:00", "the end of the year": "2026-12-31 08:00",
		"end of February": "2027-02-28 08:00", "el último día del mes": "2026-03-31 08:00",
		"mediados de abril": "2026-04-15 08:00", "mediados de año": "2026-07-15 08:00",
		"a principios de mes": "2026-04-01 08:00", "beginning of May": "2026-05-01 08:00",
		"fin de la película": "date", "el fin de semana": "2026-03-07 08:00",
		"end of the week": "2026-03-06 08:00", "next year": "2027-01-01 08:00",
		"la otra semana": "2026-03-09 08:00", "la semana entrante": "2026-03-09 08:00",
		"el martes de la próxima semana": "2026-03-10 08:00", "Tuesday next week": "2026-03-10 08:00",
		"domingo de la semana que viene a las 9": "2026-03-15 09:00",
		"el primero de abril":                    "2026-04-01 08:00", "1ro de abril": "2026-04-01 08:00",
		"mañana a primera hora": "2026-03-03 08:00", "el lunes temprano": "2026-03-09 08:00",
		"hoy a las 24": "2026-03-03 00:00", "24:01": "date",
		"31/4": "date", "31 de abril": "date", "29/02/2027": "date", "29 de febrero": "2028-02-29 08:00",

		"32/1": "date", "31/2": "date", "30 de febrero": "date", "2026-02-29": "date",
		"12/13": "date", "0/1": "date", "el 32": "date",
		"mañana a las 25": "date", "9:75": "date", "13pm": "date", "viernes 7 de marzo": "date",
		"cuando pueda": "date", "": "date", "15": "date",
		"viernes o sábado": "date", "3 de diciembre 4": "date", "2 días": "2026-03-04 08:00",
		"-1": "date",
	} {
		at, wrong := Times{Zone: bogota}.Day(text, noon)
		got := string(wrong)
		if wrong == Dated {
			got = at.Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	eve := time.Date(2027, 1, 31, 23, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{"en un mes": "2027-02-28", "en 13 meses": "2028-02-29",
		"mediados de mes": "2027-02-15", "fin de febrero": "2027-02-28",
		"fin de año": "2027-12-31", "en un día hábil": "2027-02-01"} {
		if at, _ := (Times{}).Day(text, eve); at.Format(time.DateOnly) != want {
			t.Errorf("%q, on 31 January: %s, want %s", text, at, want)
		}
	}
	office := Times{SLA: SLA{Targets: Targets{Calendar: testCalendar(t, "UTC", "co", office...)}}}
	if at, _ := office.Day("en 2 días hábiles", time.Date(2026, 3, 20, 15, 0, 0, 0,
		time.UTC)); at.Format(time.DateOnly) != "2026-03-25" { // Monday is San José
		t.Errorf("two working days are over on %s", at)
	}
	if at, _ := (Times{}).Day("mañana", noon); at.Format(time.RFC3339) != "2026-03-03T08:00:00Z" {
		t.Errorf("without a zone: %s", at)
	}
}
