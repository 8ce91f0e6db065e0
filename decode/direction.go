// This file holds the two small words that say where bytes travelled: the
// direction of a stream and the role of the server on its far end.

package decode

// Direction says which way bytes travel on a connection.
type Direction uint8

// The two directions of a connection.
const (
	C2S Direction = iota // client to server
	S2C                  // server to client
)

// String returns "c2s" or "s2c", the spelling of the JSON and of the filter
// language.
func (d Direction) String() string {
	if d == S2C {
		return "s2c"
	}
	return "c2s"
}

// ParseDirection reads what String has written.
func ParseDirection(name string) (dir Direction, ok bool) {
	switch name {
	case "c2s":
		return C2S, true
	case "s2c":
		return S2C, true
	}
	return 0, false
}

// Opposite returns the other direction.
func (d Direction) Opposite() Direction { return d ^ 1 }

// Role says what kind of server a connection leads to.
type Role uint8

// The roles. FT and GW are no MSNP servers: FT is a direct file transfer
// between two clients (MSNFTP), GW the HTTP gateway.
const (
	RoleUnknown Role = iota
	RoleDS           // dispatch server
	RoleNS           // notification server
	RoleSB           // switchboard
	RoleFT           // MSNFTP peer
	RoleGW           // HTTP gateway
)

var roleNames = [...]string{"", "DS", "NS", "SB", "FT", "GW"}

// String returns the two-letter name of the role, "" when it is unknown.
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return ""
}
