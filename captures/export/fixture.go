// This file writes a program, in Go or Python, that plays one side of an
// exchange again and compares what the other side says.

package export

import (
	_ "embed"
	"io"
	"strconv"
	"strings"

	"msnscope/captures/event"
	"msnscope/decode"
)

//go:embed fixture_go.txt
var goFixture string

//go:embed fixture_python.txt
var pythonFixture string

// stepsHere marks in a program where the steps come, sideHere whose part it
// plays.
const (
	stepsHere = "STEPS\n"
	sideHere  = "SIDE"
)

func writeGo(w io.Writer, s *Source, o Options) error {
	return writeFixture(w, goFixture, s, o, func(b []byte, conn int, dir decode.Direction, line int, p []byte) []byte {
		b = append(b, "\t{"...)
		b = strconv.AppendInt(b, int64(conn), 10)
		b = append(b, ", '"...)
		b = append(b, "CS"[dir], '\'', ',', ' ')
		b = strconv.AppendInt(b, int64(line), 10)
		b = append(b, ", "...)
		return append(strconv.AppendQuoteToASCII(b, string(p)), "},\n"...)
	})
}

func writePython(w io.Writer, s *Source, o Options) error {
	return writeFixture(w, pythonFixture, s, o, func(b []byte, conn int, dir decode.Direction, line int, p []byte) []byte {
		b = append(b, "    ("...)
		b = strconv.AppendInt(b, int64(conn), 10)
		b = append(b, ", '"...)
		b = append(b, "CS"[dir], '\'', ',', ' ')
		b = strconv.AppendInt(b, int64(line), 10)
		b = append(b, ", b\""...)
		for _, c := range p {
			b = appendPythonByte(b, c)
		}
		return append(b, "\"),\n"...)
	})
}

func appendPythonByte(b []byte, c byte) []byte {
	switch {
	case c == '\r':
		return append(b, `\r`...)
	case c == '\n':
		return append(b, `\n`...)
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c < ' ' || c > '~':
		const digits = "0123456789abcdef"
		return append(b, '\\', 'x', digits[c>>4], digits[c&15])
	}
	return append(b, c)
}

// writeFixture writes a program around its steps. Connections are numbered
// from 0 in the order in which they are spoken on.
func writeFixture(w io.Writer, program string, s *Source, o Options,
	step func(b []byte, conn int, dir decode.Direction, line int, p []byte) []byte,
) error {
	side := "client"
	if o.Side == decode.S2C {
		side = "server"
	}
	head, tail, _ := strings.Cut(program, stepsHere)
	if _, err := io.WriteString(w, strings.ReplaceAll(head, sideHere, side)); err != nil {
		return err
	}
	numbers := map[int64]int{}
	var b []byte
	err := s.all(func(e *event.Event) error {
		if e.Kind != event.Command && e.Kind != event.Raw || len(e.Raw) == 0 {
			return nil
		}
		if !o.Secrets {
			e = e.Masked(nil)
		}
		n, ok := numbers[e.Connection]
		if !ok {
			n = len(numbers)
			numbers[e.Connection] = n
		}
		line := e.Body
		if e.Kind == event.Raw || e.Role == decode.RoleFT {
			line = 0 // as it is, byte for byte
		}
		b = step(b[:0], n, e.Dir, line, e.Raw)
		_, err := w.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, tail)
	return err
}
