package mailout

import (
	"context"
	"strconv"
	"strings"

	"buzon/templates"
)

// satisfaction says how customers were treated in this month and in the one before, where they were
// asked.
func (w *answering) satisfaction(ctx context.Context) error {
	keys := []string{"satisfaction", "satisfaction_before"}
	list, err := w.Store.SatisfactionByMonth(ctx, w.Store.Now(), w.Location, len(keys))
	for i, month := range list {
		if month.Count == 0 {
			continue
		}
		mean := w.Templates.Number(strconv.FormatFloat(month.Mean, 'f', 1, 64), w.m.to.Language)
		said := strings.NewReplacer("{mean}", mean, "{n}", strconv.Itoa(month.Count), "{of}",
			strconv.Itoa(month.Asked)).Replace(
			w.Templates.Phrase(w.m.to.Language, "answer", "satisfaction"))
		w.to.Facts = append(w.to.Facts, templates.Detail{Key: keys[i], Value: said})
	}
	return err
}
