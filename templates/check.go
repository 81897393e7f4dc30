package templates

import (
	"fmt"
	"html"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
	"time"

	"buzon/store/desk/lazy"
)

// escaped is a copy of a tree of text whose literals are HTML, the orders in it shown as such.
func escaped(t *parse.Tree) *parse.Tree {
	c := t.Copy()
	walk(c.Root, func(n parse.Node) {
		if words, ok := n.(*parse.TextNode); ok {
			words.Text = orders.ReplaceAll([]byte(html.EscapeString(string(words.Text))),
				[]byte(orderBegins+"$0</code>"))
		}
	})
	return c
}

// walk calls see for n and everything below it.
func walk(n parse.Node, see func(parse.Node)) {
	if n == nil || reflect.ValueOf(n).IsNil() {
		return
	}
	see(n)
	switch n := n.(type) {
	case *parse.ListNode:
		for _, c := range n.Nodes {
			walk(c, see)
		}
	case *parse.IfNode:
		walkBranch(&n.BranchNode, see)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, see)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, see)
	case *parse.ActionNode:
		walk(n.Pipe, see)
	case *parse.TemplateNode:
		walk(n.Pipe, see)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			walk(c, see)
		}
	case *parse.CommandNode:
		for _, a := range n.Args {
			walk(a, see)
		}
	}
}

func walkBranch(b *parse.BranchNode, see func(parse.Node)) {
	walk(b.Pipe, see)
	walk(b.List, see)
	walk(b.ElseList, see)
}

// refused are the functions of text/template that fail on some values or undo the escaping.
var refused = []string{"call", "html", "index", "js", "slice", "urlquery"}

// check proves that no View can make p fail: it refuses the functions that could, and then runs
// every branch of every template. All types are fixed, so what works on one value works on each.
func (p *pair) check(l *language) error {
	all, err := p.everyBranch()
	if err != nil {
		return err
	}
	for _, one := range []*pair{all, p} {
		for _, v := range []View{sample(), {}} {
			if _, err := one.render(l, ready(v, l.phrases), "", ""); err != nil {
				return explain(err)
			}
		}
	}
	return nil
}

// everyBranch is p with templates that do all that the given ones could.
func (p *pair) everyBranch() (*pair, error) {
	t, err := p.text.Clone()
	if err != nil {
		return nil, explain(err)
	}
	h, err := p.html.Clone()
	if err != nil {
		return nil, explain(err)
	}
	for _, one := range p.text.Templates() {
		if err := replace(one.Tree, func(c *parse.Tree) error {
			_, err := t.AddParseTree(one.Name(), c)
			return err
		}); err != nil {
			return nil, err
		}
	}
	for _, one := range p.html.Templates() {
		if err := replace(one.Tree, func(c *parse.Tree) error {
			_, err := h.AddParseTree(one.Name(), c)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return &pair{text: t, html: h}, nil
}

// replace hands a tree's version with every branch to put, if it is safe.
func replace(t *parse.Tree, put func(*parse.Tree) error) error {
	if t == nil {
		return nil
	}
	if err := onlySafe(t); err != nil {
		return err
	}
	c := t.Copy()
	c.Root = everyBranch(c.Root)
	if err := put(c); err != nil {
		return explain(err)
	}
	return nil
}

func onlySafe(t *parse.Tree) (err error) {
	walk(t.Root, func(n parse.Node) {
		if id, ok := n.(*parse.IdentifierNode); ok && slices.Contains(refused, id.Ident) {
			where, _ := t.ErrorContext(n)
			err = fmt.Errorf(
				"%s: %s may not be used here: there are number, words, list, date and the "+
					"rest in the files that come with buzon", where, id.Ident)
		}
	})
	return err
}

// everyBranch is a template that does all that the given one could: both sides of every condition,
// one after the other.
func everyBranch(list *parse.ListNode) *parse.ListNode {
	if list == nil {
		return nil
	}
	var all []parse.Node
	for _, n := range list.Nodes {
		var otherwise *parse.ListNode
		switch n := n.(type) {
		case *parse.IfNode:
			inner := everyBranch(n.List)
			n.List, otherwise, n.ElseList = &parse.ListNode{NodeType: parse.NodeList},
				n.ElseList, nil
			all = append(all, n)
			all = append(all, inner.Nodes...)
		case *parse.WithNode:
			n.List, otherwise, n.ElseList = everyBranch(n.List), n.ElseList, nil
			all = append(all, n)
		case *parse.RangeNode:
			n.List, otherwise, n.ElseList = everyBranch(n.List), n.ElseList, nil
			all = append(all, n)
		default:
			all = append(all, n)
		}
		if otherwise != nil {
			all = append(all, everyBranch(otherwise).Nodes...)
		}
	}
	return &parse.ListNode{NodeType: parse.NodeList, Nodes: all}
}

// sample is a View in which everything is there.
func sample() View {
	var v View
	fill(reflect.ValueOf(&v).Elem(), "sample")
	v.Links = []Link{{Key: "close", Href: "mailto:desk@example.test?subject=close"}}
	return v
}

func fill(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(name)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(time.Hour))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), name)
		fill(v.Index(1), name)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 3, 9, 1, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), v.Type().Field(i).Name)
		}
	}
}

var (
	place = lazy.Compile(
		`^(?:html/)?template: ?(.*?:\d+)(?::\d+)?: (?:executing ".*?" at <.*?>: )?(.*)$`)
	noField = lazy.Compile(`can't evaluate field (\w+) in type (?:\[\]|\*)?templates\.(\w+)`)
)

// explain turns an error of the template packages into file, line, what is wrong and what would be
// right.
func explain(err error) error {
	var where, what string
	if m := place.FindStringSubmatch(err.Error()); m != nil {
		where, what = m[1]+": ", m[2]
	} else {
		what = err.Error()
	}
	if m := noField.FindStringSubmatch(what); m != nil {
		what = fmt.Sprintf("%s has no field %s; it has %s",
			strings.Replace(m[2], "sheet", "View", 1),
			m[1], strings.Join(fields(m[2]), ", "))
	}
	return fmt.Errorf("%s%s", where, what)
}

func fields(of string) []string {
	if of == "sheet" {
		return append(fields("View"), "Language", "Body")
	}
	for _, v := range []any{View{}, Desk{}, Person{}, Ticket{}, Quote{}, Attachment{}, Unknown{},
		Command{}, Link{}} {
		if t := reflect.TypeOf(v); t.Name() == of {
			var names []string
			for f := range t.Fields() {
				names = append(names, f.Name)
			}
			return names
		}
	}
	return nil
}
