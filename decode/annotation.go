// This file defines what a command means once it is understood: the
// Annotation and its parts. Annotate fills it.

package decode

// Context is what Annotate needs to know beside the bytes of a command.
type Context struct {
	Dir     Direction
	Role    Role    // RoleUnknown when not known
	Dialect Dialect // 0 when not known
	Account string  // handle of the client's user, "" when not known
}

// Annotation is a command understood. Offsets are into the command's raw bytes.
type Annotation struct {
	Name     string   // first word: "NLN", "911"
	Spec     *Spec    // the table's row; nil for an unknown command
	Title    string   // what the command is for, in a few words; for an error its name in words
	Category Category // colour family of the page
	TrID     int64    // -1 when the command carries none
	Params   []Param
	Summary  string // one line in plain words
	Peer     string // the account at the other end of what is said, "" if none
	Payload  *Payload

	// For AnnotateInto: what Payload was once, headers it has seen, and where the
	// summary is written.
	room  *Payload
	heads *heads
	words []byte
}

// Param is one parameter of a command.
type Param struct {
	Name    string // name in the command table, e.g. "status"; "extra" for unexpected words
	Value   string // as a person reads it: percent-decoded where the type says so, valid UTF-8
	Raw     string // as on the wire
	Meaning string // what the value says: "away"; "" when the value speaks for itself
	Type    ParamType
	Secret  bool // digests, tickets, cookies: masked unless asked for
	Start   int  // bytes Start..End of the raw command
	End     int
}

// Payload is the payload of a command, split as far as its type is known.
type Payload struct {
	Type    string   // media type in lower case without parameters: "text/plain"; "" when there is none
	Charset string   // as declared, "" when not
	Headers []Header // MIME headers in wire order
	Fields  []Header // the header-like lines of the body, for types that keep their fields there
	Body    int      // offset of the body in the raw command
	Text    string   // the body as text, decoded by its charset; "" for binary bodies
	Binary  bool     // the body is no text
	Meaning []Param  // what the headers say: font, effects, colour ...

	head *head // that the payload begins with, if it is remembered
}

// Header is one "Name: value" line.
type Header struct {
	Name, Value string
	Secret      bool
	Start, End  int // the value's bytes in the raw command
}

// Category is the family a command belongs to; the page gives each a colour.
type Category uint8

// The categories, in the page's order.
const (
	CategoryUnknown  Category = iota
	CategoryAuth              // VER INF CVR USR CHL QRY
	CategoryPresence          // CHG ILN NLN FLN
	CategoryLists             // SYN LST LSG ADD REM REA GTC BLP PRP BPR ADG REG RMG
	CategoryChat              // MSG ACK NAK CAL JOI RNG ANS IRO BYE
	CategoryControl           // XFR PNG QNG OUT URL and other services
	CategoryError             // nnn
	CategoryProxy             // notes of the proxy
)

var categoryNames = [...]string{"unknown", "auth", "presence", "lists", "chat", "control", "error", "proxy"}

// String returns the category's name in lower case.
func (c Category) String() string { return categoryNames[c] }
