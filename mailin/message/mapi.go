package message

import (
	"encoding/binary"
	"iter"
	"strings"
)

// mapiProp is a MAPI property of TNEF; of several values the first.
type mapiProp struct {
	typ, id uint16
	value   []byte
}

const mapiUnicode = 0x1f

func (p mapiProp) text(charset string) string {
	if p.typ == mapiUnicode {
		return strings.ReplaceAll(decodeWith(aliases["utf16le"], p.value[:len(p.value)&^1]),
			"\x00", "")
	}
	s, _ := toUTF8(p.value, charset)
	return s
}

// mapiProps reads the property list of MS-OXTNEF section 2.1.3.3.
func mapiProps(b []byte) iter.Seq[mapiProp] {
	return func(yield func(mapiProp) bool) {
		c := cursor{b: b}
		for n := c.u32(); n > 0 && !c.bad; n-- {
			head := c.u32()
			p := mapiProp{typ: uint16(head), id: uint16(head >> 16)}
			if p.id >= 0x8000 {
				c.skipName()
			}
			p.value = c.value(p.typ)
			if c.bad || !yield(p) {
				return
			}
		}
	}
}

type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.bad = true
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

func (c *cursor) u32() uint32 {
	if v := c.take(4); v != nil {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}

// padded takes n octets and what fills them up to a multiple of four.
func (c *cursor) padded(n uint32) []byte {
	if n > 1<<30 {
		c.bad = true
		return nil
	}
	v := c.take(int(n))
	if pad := int(-n & 3); pad <= len(c.b) {
		c.b = c.b[pad:]
	}
	return v
}

// skipName passes what identifies a named property.
func (c *cursor) skipName() {
	c.take(16)
	if c.u32() == 0 {
		c.u32()
	} else {
		c.padded(c.u32())
	}
}

// value takes the value of a property of type typ (MS-OXCDATA section 2.11.1).
func (c *cursor) value(typ uint16) []byte {
	count := uint32(1)
	several := typ&0x1000 != 0
	typ &^= 0x1000
	size := uint32(4)
	variable := false
	switch typ {
	case 0x05, 0x06, 0x07, 0x14, 0x40:
		size = 8
	case 0x48:
		size = 16
	case 0x0d, 0x1e, 0x1f, 0x102:
		variable = true
	}
	if several || variable {
		count = c.u32()
	}
	var first []byte
	for i := uint32(0); i < count && !c.bad; i++ {
		if variable {
			size = c.u32()
		}
		v := c.padded(size)
		if i == 0 {
			first = v
		}
	}
	return first
}
