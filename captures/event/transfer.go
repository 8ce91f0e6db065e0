// This file is what is known of a file that a connection carries, and under
// which name it may be kept.

package event

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Transfer is the file transfer of a connection with the role FT. One that was
// told is never changed: what comes new is told in another.
type Transfer struct {
	Name     string  `json:"name"`     // as the inviter wrote it: not safe as a path; "" if no invitation was seen
	Sender   string  `json:"sender"`   // handle, "" if not known
	Receiver string  `json:"receiver"` // handle, "" if not known
	Offered  int64   `json:"offered"`  // bytes of the file by the invitation, -1 if not told
	Size     int64   `json:"size"`     // by the sender's FIL, -1 while not told
	Received int64   `json:"received"` // bytes of the file that are here
	State    string  `json:"state"`    // "complete", "partial" ...: see msnftp.State
	Words    string  `json:"words"`    // the state in a sentence, with what is missing
	SHA256   string  `json:"sha256"`   // in hex, "" unless complete
	Events   []int64 `json:"events"`   // ids of the invitation's first messages
}

// Here reports whether there is anything of the file to be had.
func (t *Transfer) Here() bool { return t.Received > 0 || t.State == "complete" }

// maxFileName is the longest name in bytes under which a file is kept; file
// systems take 255, of which some is left for "(2)" and ".partial".
const maxFileName = 180

// FileName returns a name under which the file can be kept anywhere: the last
// part of Name without what a file system, a shell or a reader could take
// amiss. The name of a file that is not whole ends in ".partial", so that
// nobody takes it for one, and nothing opens it.
func (t *Transfer) FileName() string {
	name := t.Name[strings.LastIndexAny(t.Name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.C, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1 // control characters, and those that turn the direction of text
		case strings.ContainsRune(`<>:"|?*`+"`$;&'%", r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(name, ". -~")
	if len(name) > maxFileName {
		name = cutName(name)
	}
	base, _, _ := strings.Cut(name, ".")
	if name == "" || reserved(strings.TrimRight(base, " ")) {
		name = strings.TrimRight("file_"+name, "_")
	}
	if t.State != "complete" {
		name += ".partial"
	}
	return name
}

// cutName shortens a name and keeps its ending.
func cutName(name string) string {
	ending := ""
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= 16 {
		ending = name[i:]
	}
	n := maxFileName - len(ending)
	for n > 0 && !utf8.RuneStart(name[n]) {
		n--
	}
	return name[:n] + ending
}

// reserved reports whether Windows takes a name for a device's.
func reserved(base string) bool {
	switch b := strings.ToUpper(base); b {
	case "CON", "PRN", "AUX", "NUL":
		return true
	default:
		return len(b) == 4 && (b[:3] == "COM" || b[:3] == "LPT") && b[3] >= '0' && b[3] <= '9'
	}
}

// AppendTransfer appends the file of a connection as one JSON object.
func AppendTransfer(dst []byte, c *Connection) []byte {
	t := c.File
	dst = append(dst, `{"connection":`...)
	dst = appendInt(dst, c.ID)
	dst = appendNumber(dst, "session", c.Session)
	dst = appendText(dst, "name", t.Name)
	dst = appendText(dst, "file", t.FileName())
	dst = appendText(dst, "sender", t.Sender)
	dst = appendText(dst, "receiver", t.Receiver)
	dst = appendNumber(dst, "offered", t.Offered)
	dst = appendNumber(dst, "size", t.Size)
	dst = appendNumber(dst, "received", t.Received)
	dst = appendText(dst, "state", t.State)
	dst = appendText(dst, "words", t.Words)
	dst = appendText(dst, "sha256", t.SHA256)
	dst = appendNumber(dst, "started", c.Opened/1000)
	dst = appendNumber(dst, "ended", c.Closed/1000)
	dst = append(dst, `,"events":[`...)
	for i, id := range t.Events {
		dst = comma(dst, i)
		dst = appendInt(dst, id)
	}
	return append(dst, "]}"...)
}
