package main

import (
	"bytes"
	"fmt"
	"testing"
)

// TestCardCountsAlerts: an agent who asks for the case of a monitoring system's problem reads how
// often it was told.
func TestCardCountsAlerts(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test", func(c *config) { c.Mailbox[0].Alerts = true })
	d.trusts = true
	for _, at := range []string{"09:01", "09:06", "09:11"} {
		d.write("nagios@vigia.test", "soporte@uno.test", "** PROBLEM Host Alert: db1 is DOWN **",
			"***** Nagios *****\r\n\r\nNotification Type: PROBLEM\r\nHost: db1\r\nState: DOWN\r\n"+
				"Date/Time: Tue Mar 3 "+at+":00 -05 2026", "Auto-Submitted: auto-generated")
		d.settle()
	}
	d.next()
	d.write("ana@uno.test", "soporte@uno.test", "caso 1", "")
	d.settle()
	list := d.next()
	if len(list) != 1 || !bytes.Contains(list[0].raw, []byte("Avisos del mismo problema: 3. El")) {
		t.Fatalf("%d mails: %q", len(list), fmt.Sprint(list))
	}
}
