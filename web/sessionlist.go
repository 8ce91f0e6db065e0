// This file answers scripts with sessions, all of them or some at a time.

package web

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"msnscope/captures/event"
)

func (s *Server) serveSessions(w http.ResponseWriter, r *http.Request) {
	from, err := number(r, "from", 0)
	n, err2 := number(r, "n", -1)
	capture, err3 := number(r, "capture", -1)
	order := cmp.Or(r.URL.Query().Get("order"), "id")
	if err = errors.Join(err, err2, err3); err == nil && !knownOrder(order) {
		err = errors.New("there is no such order: " + printable(order))
	}
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	rev := s.Store.SessionsRev() // before the sessions: a change in between is one of the next
	var list []event.Session
	if capture >= 0 {
		list = s.Store.SessionsOf(int(capture))
	} else {
		list = s.Store.Sessions()
	}
	total := int64(len(list))
	sortSessions(list, order)
	list = list[min(from, total):]
	if n >= 0 {
		list = list[:min(n, int64(len(list)))]
	}

	out := newBody(w, "application/json")
	defer out.end()
	b := append(make([]byte, 0, 64<<10), `{"rev":`...)
	b = strconv.AppendInt(b, rev, 10)
	b = appendField(b, "total", total)
	b = appendField(b, "from", min(from, total))
	b = append(b, `,"list":[`...)
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = event.AppendSession(b, &list[i], s.Store.Connections(list[i].ID))
		if len(b) >= sessionsAtOnce {
			if out.send(b) != nil {
				return
			}
			b = b[:0]
		}
	}
	out.send(append(b, "]}\n"...))
}

// sessionsAtOnce is how many bytes of an answer are gathered before they are sent.
const sessionsAtOnce = 32 << 10

// sortSessions puts sessions, which are in order of ids, in another order.
func sortSessions(list []event.Session, order string) {
	if order == "id" {
		return
	}
	o := newSessionOrder(order)
	slots := make([]fedSession, len(list))
	for i := range list {
		slots[i].id = list[i].ID
	}
	o.renew(slots, list)
	sorted := make([]event.Session, len(list))
	for i, slot := range o.sorted {
		sorted[i] = list[slot]
	}
	copy(list, sorted)
}
