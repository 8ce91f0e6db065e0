// This file writes down what a Linker knows, so that a program which stops and
// starts again goes on numbering and joining as if it had not.

package decode

import (
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// linkerState is the JSON form of a Linker. Sessions are named by number.
type linkerState struct {
	Last     int64          `json:"last"`
	Sessions []sessionState `json:"sessions"`
	Open     []int64        `json:"open"` // those with open connections and an account, in the order in which they count
	Conns    []connState    `json:"connections"`
	Cookies  []cookieState  `json:"cookies"`
	Promises []promiseState `json:"promises"`
}

type sessionState struct {
	Number  int64      `json:"number"`
	Account string     `json:"account,omitempty"`
	Client  netip.Addr `json:"client"`
	Dialect Dialect    `json:"dialect,omitempty"`
	Conns   int        `json:"connections,omitempty"`
}

type connState struct {
	Conn    int64      `json:"connection"`
	Client  netip.Addr `json:"client"`
	Frames  int        `json:"frames,omitempty"`
	Session int64      `json:"session,omitempty"`
}

type cookieState struct {
	Cookie  string `json:"cookie"`
	Session int64  `json:"session"`
	Account string `json:"account,omitempty"`
}

type promiseState struct {
	Client  netip.Addr `json:"client"`
	Account string     `json:"account"`
	Session int64      `json:"session"`
	At      time.Time  `json:"at"`
}

// MarshalJSON writes down everything l knows. A connection whose session is
// not decided needs an Observe or Close after UnmarshalJSON, like any other.
func (l *Linker) MarshalJSON() ([]byte, error) {
	st := linkerState{Last: l.last}
	sessions := map[int64]*linkedSession{}
	see := func(s *linkedSession) int64 {
		if s == nil {
			return 0
		}
		sessions[s.number] = s
		return s.number
	}
	for _, id := range slices.Sorted(maps.Keys(l.conns)) {
		k := l.conns[id]
		st.Conns = append(st.Conns, connState{id, k.client, k.frames, see(k.session)})
	}
	for _, account := range slices.Sorted(maps.Keys(l.open)) {
		for _, s := range l.open[account] {
			st.Open = append(st.Open, see(s))
		}
	}
	l.cookies.each(func(cookie string, g cookieGrant) {
		st.Cookies = append(st.Cookies, cookieState{cookie, see(g.session), g.account})
	})
	l.promises.each(func(k promiseKey, p promise) {
		if p.session != nil {
			st.Promises = append(st.Promises, promiseState{k.client, k.account, see(p.session), p.at})
		}
	})
	for _, n := range slices.Sorted(maps.Keys(sessions)) {
		s := sessions[n]
		st.Sessions = append(st.Sessions, sessionState{n, s.account, s.client, s.dialect, s.conns})
	}
	return json.Marshal(st)
}

// UnmarshalJSON makes l what the Linker was that MarshalJSON wrote down.
func (l *Linker) UnmarshalJSON(b []byte) error {
	var st linkerState
	if err := json.Unmarshal(b, &st); err != nil {
		return err
	}
	for _, k := range l.conns {
		k.linker = nil
	}
	*l = *NewLinker()
	l.last = st.Last
	sessions := map[int64]*linkedSession{}
	for _, s := range st.Sessions {
		sessions[s.Number] = &linkedSession{s.Number, s.Account, s.Client, s.Dialect, s.Conns}
	}
	for _, n := range st.Open {
		if s := sessions[n]; s != nil {
			l.open[s.account] = append(l.open[s.account], s)
		}
	}
	for _, k := range st.Conns {
		l.conns[k.Conn] = &linkedConn{linker: l, number: k.Conn, client: k.Client, frames: k.Frames, session: sessions[k.Session]}
	}
	for _, g := range st.Cookies {
		if s := sessions[g.Session]; s != nil {
			l.cookies.put(g.Cookie, cookieGrant{s, g.Account}, maxCookies)
		}
	}
	for _, p := range st.Promises {
		if s := sessions[p.Session]; s != nil {
			l.promises.put(promiseKey{p.Client, p.Account}, promise{s, p.At}, maxPromises)
		}
	}
	return nil
}
