package message

func isTNEF(p *Part) bool { return false }

func (w *walker) tnef(p *Part, index int) (view, bool) { return view{}, false }
