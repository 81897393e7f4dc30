package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"buzon/store"
	"buzon/store/desk"
)

var importPeople = importable{
	name: "people", short: "Take people from a file",
	long: "A cell may hold several addresses of one person, the first of which mail goes to.\n" +
		"The role is customer, agent or admin; empty: customer.",
	columns: []csvColumn{
		{"address", "email, e mail, mail, correo, correo electronico, direccion", true},
		{"name", "nombre", false},
		{"organisation", "organization, organizacion, empresa, compania, cliente", false},
		{"language", "idioma, lengua", false},
		{"role", "rol, papel", false},
	},
	plan: (*importing).planPerson,
}

// roles are what people call them.
var roles = map[string]desk.Role{
	"": desk.Customer, "customer": desk.Customer, "cliente": desk.Customer,
	"agent": desk.Agent, "agente": desk.Agent,
	"admin": desk.Admin, "administrador": desk.Admin, "administrator": desk.Admin,
}

func (m *importing) planPerson(
	ctx context.Context, r store.Reader, rows []record,
) (done planned, err error) {
	row := rows[0]
	c, err := r.Catalogue(ctx)
	if err != nil {
		return done, err
	}
	p, ok := m.readPerson(row, naming{c, m.config.Language})
	known, one, err := m.knownBy(ctx, r, row, p.Addresses)
	if err != nil || !ok || !one {
		return done, err
	}
	if known.ID == 0 {
		p.Known, p.Team = true, p.Agent()
		return planned{added, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.AddPerson(ctx, p)
			return err
		}}, nil
	}
	return m.planKnown(row, p, known), nil
}

// knownBy is whom the desk knows by the addresses of a row; not ok where they are not of one.
func (m *importing) knownBy(ctx context.Context, r store.Reader, row record,
	addresses []string) (known desk.Person, ok bool, err error) {
	ok = true
	for _, address := range addresses {
		ok = m.once(row, address, address) && ok
		other, err := r.PersonByAddress(ctx, address)
		switch {
		case err != nil:
			return known, false, err
		case other.ID == 0:
		case known.ID != 0 && other.ID != known.ID:
			m.fail(row, "%s and %s belong to two people", known.Address(), address)
			ok = false
		default:
			known = other
		}
	}
	return known, ok, nil
}

// readPerson is the person that a row describes.
func (m *importing) readPerson(row record, n naming) (p desk.Person, ok bool) {
	p = desk.Person{Name: row.of("name"), Active: true,
		Language: strings.ToLower(row.of("language"))}
	was := len(m.bad)
	p.Addresses = m.addresses(row)
	if name := row.of("organisation"); name != "" {
		e, err := n.find(desk.Organisations, name)
		if p.Organisation = e.ID; err != nil {
			m.fail(row, "organisation: %s; import orgs first", err)
		}
	}
	if err := m.checkLanguage(p.Language); err != nil {
		m.fail(row, "language: %s", strings.TrimPrefix(err.Error(), "--language: "))
	}
	if p.Role, ok = roles[desk.Fold(row.of("role"))]; !ok {
		m.fail(row, "role: %q: want customer, agent or admin", row.of("role"))
	}
	return p, len(m.bad) == was
}

func (m *importing) addresses(row record) (list []string) {
	for _, address := range splitCell(row.of("address")) {
		canonical := desk.Canonical(address)
		_, own := findMailbox(m.boxes, address)
		switch {
		case canonical == "":
			m.fail(row, "address: %q is no mail address", address)
		case own:
			m.fail(row, "address: %s is a mailbox of the desk", canonical)
		default:
			list = append(list, canonical)
		}
	}
	if row.of("address") == "" {
		m.fail(row, "address: it is missing")
	}
	return list
}

// splitCell takes apart a cell that holds several values.
func splitCell(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(" ,;|", r) })
}

// together is somebody who is there with what a row says of him.
func together(known, p desk.Person) desk.Person {
	is := known
	is.Name = cmp.Or(p.Name, known.Name)
	is.Language = cmp.Or(p.Language, known.Language)
	is.Organisation = cmp.Or(p.Organisation, known.Organisation)
	for _, address := range p.Addresses {
		if !slices.Contains(is.Addresses, address) {
			is.Addresses = append(slices.Clone(is.Addresses), address)
		}
	}
	return is
}

// planKnown changes somebody who is there: what the row leaves empty stays.
func (m *importing) planKnown(row record, p, known desk.Person) planned {
	if row.of("role") != "" && p.Role != known.Role {
		m.fail(row, "role: %s is %s already: see buzon agent add, set and remove",
			known.Address(), known.Role)
		return planned{}
	}
	is := together(known, p)
	more := len(is.Addresses) > len(known.Addresses)
	if !more && is.Name == known.Name && is.Language == known.Language &&
		is.Organisation == known.Organisation {
		return planned{unchanged, nil}
	}
	if err := m.config.settable(known); err != nil {
		m.fail(row, "%s", err)
		return planned{}
	}
	return planned{changed, func(ctx context.Context, tx *store.Tx) error {
		err := tx.ChangePerson(ctx, known.ID, func(q *desk.Person) {
			q.Name, q.Language, q.Organisation = is.Name, is.Language, is.Organisation
		})
		if err == nil && more {
			err = tx.SetAddresses(ctx, is)
		}
		return err
	}}
}

var importOrgs = importable{
	name: "orgs", short: "Take organisations from a file",
	long: "A cell may hold several domains. Customers of a domain become people of the " +
		"organisation.",
	columns: []csvColumn{
		{"name", "nombre, organisation, organization, organizacion, empresa, cliente", true},
		{"domains", "domain, dominio, dominios", false},
		{"language", "idioma, lengua", false},
		{"profile", "perfil", false},
	},
	plan: (*importing).planOrg,
}

// readOrg is the organisation that a row describes, which may be known.
func (m *importing) readOrg(row record, e desk.Entry) desk.Entry {
	name := row.of("name")
	if e.ID == 0 {
		e = desk.Entry{Kind: desk.Organisations, Names: map[string]string{m.config.Language: name}}
	}
	e.Language = cmp.Or(strings.ToLower(row.of("language")), e.Language)
	e.Profile = cmp.Or(row.of("profile"), e.Profile)
	for _, domain := range lowered(splitCell(row.of("domains"))) {
		if !slices.Contains(e.Domains, domain) {
			e.Domains = append(slices.Clone(e.Domains), domain)
		}
		m.once(row, domain, domain)
	}
	m.once(row, desk.OneLine(desk.Fold(name)), name)
	return e
}

func (m *importing) planOrg(
	ctx context.Context, r store.Reader, rows []record,
) (done planned, err error) {
	row := rows[0]
	c, err := r.Catalogue(ctx)
	if err != nil {
		return done, err
	}
	known, there := c.Find(desk.Organisations, row.of("name"))
	e := m.readOrg(row, known)
	same := there && e.Language == known.Language && e.Profile == known.Profile &&
		len(e.Domains) == len(known.Domains)
	if err := cmp.Or(m.checkOrganisation(e), c.Check(e)); err != nil {
		m.fail(row, "%s", strings.TrimPrefix(err.Error(), "--"))
	}
	if same {
		return planned{unchanged, nil}, nil
	}
	what := added
	if there {
		what = changed
	}
	return planned{what, func(ctx context.Context, tx *store.Tx) error {
		e, err := tx.Put(ctx, e)
		if err != nil {
			return err
		}
		return tx.Join(ctx, e.ID, e.Domains)
	}}, nil
}

var importProducts = importable{
	name: "products", short: "Take products and their modules from a file",
	long: "A row for each module of a product. The agent, by address, gets the product's new " +
		"tickets.",
	columns: []csvColumn{
		{"name", "nombre, product, producto", true},
		{"module", "modulo", false},
		{"agent", "agente, responsable", false},
	},
	plan: (*importing).planProduct,
}

func (m *importing) planProduct(
	ctx context.Context, r store.Reader, rows []record,
) (done planned, err error) {
	row := rows[0]
	c, err := r.Catalogue(ctx)
	if err != nil {
		return done, err
	}
	name, module := row.of("name"), row.of("module")
	product, there := c.Find(desk.Products, name)
	before := product.Agent
	if !there {
		product = desk.Entry{Kind: desk.Products, Names: map[string]string{m.config.Language: name}}
	}
	if err := m.agentOf(ctx, r, row, &product); err != nil {
		return done, err
	}
	if err := c.Check(product); err != nil {
		m.fail(row, "name: %s", err)
	}
	m.once(row, desk.OneLine(desk.Fold(name))+"\n"+desk.OneLine(desk.Fold(module)),
		strings.TrimSpace(name+" "+module))
	_, has := desk.FindEntry(c.Within(desk.Modules, product.ID), module)
	has = module == "" || there && has
	if there && has && product.Agent == before {
		return planned{unchanged, nil}, nil
	}
	if done.what = added; there && has {
		done.what = changed
	}
	done.write = func(ctx context.Context, tx *store.Tx) (err error) {
		if !there || product.Agent != before {
			product, err = tx.Put(ctx, product)
		}
		if err == nil && !has {
			_, err = tx.Put(ctx, desk.Entry{Kind: desk.Modules, Parent: product.ID,
				Names: map[string]string{m.config.Language: module}})
		}
		return err
	}
	return done, nil
}

// agentOf reads who answers for a product.
func (m *importing) agentOf(ctx context.Context, r store.Reader, row record,
	product *desk.Entry) error {
	address := row.of("agent")
	if address == "" {
		return nil
	}
	p, err := r.PersonByAddress(ctx, desk.Canonical(address))
	if err != nil {
		return err
	}
	if product.Agent = p.ID; !p.Agent() {
		m.fail(row, "agent: %s is no agent: see buzon agent list", address)
	}
	return nil
}
