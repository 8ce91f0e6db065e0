// This file answers what chats there were, and what was said in them.

package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"msnscope/captures"
	"msnscope/captures/chat"
	"msnscope/captures/index"
	"msnscope/decode"
)

// maxChatRows is how many lines one answer of /api/chats/ID holds.
const maxChatRows = 512

// chatPerson is somebody in a chat.
type chatPerson struct {
	Handle  string `json:"handle"`
	Name    string `json:"name"`
	Present bool   `json:"present"`
	Seen    bool   `json:"seen"` // one of the person's own connections is seen
}

// chatTyping is somebody who types at the end of a chat.
type chatTyping struct {
	Who   string `json:"who"`
	Name  string `json:"name"`
	Event int64  `json:"event"`
	Time  int64  `json:"ts"` // of the last notice
}

// chatConn is a switchboard connection of a chat.
type chatConn struct {
	ID      int64  `json:"id"`
	Session int64  `json:"session"`
	Account string `json:"account"`
	Server  string `json:"server"`
	Closed  int64  `json:"closed"`
	How     string `json:"how"`
	Live    bool   `json:"live"`
}

// chatHead is what is known of a chat.
type chatHead struct {
	ID       int64        `json:"id"`
	Key      string       `json:"chat"`
	People   []chatPerson `json:"people"`
	Conns    []chatConn   `json:"connections"`
	Began    int64        `json:"began"`
	Last     int64        `json:"last"`
	Messages int64        `json:"messages"`
	Lines    int          `json:"lines"`
	More     int64        `json:"more"` // lines that are not kept
	Read     float64      `json:"read"` // share of its events that it was read from so far
	Live     bool         `json:"live"`
	Typing   []chatTyping `json:"typing"`
}

func headOf(c *captures.Chat) chatHead {
	h := chatHead{
		ID: c.ID, Key: c.Key, People: []chatPerson{}, Conns: []chatConn{}, Began: c.Began / 1000, Last: c.Last / 1000,
		Messages: c.Messages, Lines: c.Total(), More: c.More, Read: c.Read, Live: c.Live(), Typing: []chatTyping{},
	}
	for _, p := range c.People {
		if p.Handle != "" {
			h.People = append(h.People, chatPerson{p.Handle, p.Name, p.Present, p.Seen})
		}
	}
	for i := range c.Connections {
		v := &c.Connections[i]
		server := ""
		if v.Server.IsValid() {
			server = v.Server.String()
		}
		h.Conns = append(h.Conns, chatConn{v.ID, v.Session, v.Account, server, v.Closed / 1000, v.How, v.Live})
	}
	for _, t := range c.Typing() {
		p := c.People[t.Who]
		h.Typing = append(h.Typing, chatTyping{p.Handle, p.Name, t.Event, t.Time / 1000})
	}
	return h
}

// milliseconds is within= as a time: how long an answer may take before it is of
// what has been read so far; 0: until all has been read.
func milliseconds(ms int64) time.Duration {
	return time.Duration(min(ms, 60_000)) * time.Millisecond
}

// serveChats answers with the chats of session=, and which of them the event
// at= belongs to.
func (s *Server) serveChats(w http.ResponseWriter, r *http.Request) {
	session, err := number(r, "session", 0)
	at, err2 := number(r, "at", 0)
	within, err3 := number(r, "within", 0)
	if err = errors.Join(err, err2, err3); err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	var body struct {
		Chats []chatHead `json:"chats"`
		At    int64      `json:"at"` // id of the chat of that event, 0: none
	}
	body.Chats = []chatHead{}
	var connection int64
	if e, err := s.Store.Event(at); at != 0 && err == nil && e.Role == decode.RoleSB {
		connection = e.Connection
	}
	err = s.Store.Chats(r.Context(), session, milliseconds(within), func(list []captures.Chat) {
		for i := range list {
			body.Chats = append(body.Chats, headOf(&list[i]))
			for _, c := range list[i].Connections {
				if c.ID == connection {
					body.At = list[i].ID
				}
			}
		}
	})
	answerChat(w, &body, err, "there is no session "+itoa(session))
}

// serveChat answers with lines of a chat by their numbers, or around an event.
func (s *Server) serveChat(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "a chat's id is the number of one of its connections")
		return
	}
	from, err := number(r, "from", 0)
	n, err2 := number(r, "n", 100)
	at, err3 := number(r, "at", 0)
	within, err4 := number(r, "within", 0)
	if err = errors.Join(err, err2, err3, err4); err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	var body struct {
		chatHead
		From    int        `json:"from"`
		Index   int        `json:"index"`   // of the line that at= belongs to, or the last before it; -1: none
		Present []string   `json:"present"` // who was there before the first of the rows
		Rows    []chat.Row `json:"rows"`
	}
	var failed error
	err = s.Store.Chat(r.Context(), id, milliseconds(within), func(c *captures.Chat) {
		body.chatHead = headOf(c)
		n := int(min(n, maxChatRows))
		body.From, body.Index = int(min(from, int64(c.Total()))), -1
		if at != 0 {
			body.Index = c.At(at)
			if r.URL.Query().Get("from") == "" {
				body.From = max(0, body.Index-n/2)
			}
		}
		body.Present = []string{}
		for _, who := range c.Present(body.From - 1) {
			body.Present = append(body.Present, c.People[who].Handle)
		}
		body.Rows, failed = s.Store.ChatRows(c, body.From, n)
	})
	answerChat(w, &body, errors.Join(err, failed), "there is no chat "+itoa(id))
}

// serveChatFind answers which line of a chat has text=, from the line from= on,
// or back from it.
func (s *Server) serveChatFind(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	from, err2 := number(r, "from", 0)
	text := r.URL.Query().Get("text")
	if err = errors.Join(err, err2); err != nil || text == "" {
		fail(w, http.StatusBadRequest, "a search wants the number of a chat, text= and perhaps from=")
		return
	}
	var body struct {
		Index int   `json:"index"` // -1: none
		Event int64 `json:"event"`
	}
	var failed error
	err = s.Store.Chat(r.Context(), id, 0, func(c *captures.Chat) {
		body.Index, failed = s.Store.FindInChat(r.Context(), c, text, int(min(from, int64(c.Total()))), r.URL.Query().Get("back") == "1")
		if body.Index >= 0 {
			body.Event = c.Chat.ID(c.Line(body.Index).Event)
		}
	})
	answerChat(w, &body, errors.Join(err, failed), "there is no chat "+itoa(id))
}

func answerChat(w http.ResponseWriter, body any, err error, none string) {
	switch {
	case errors.Is(err, index.ErrNotFound):
		fail(w, http.StatusNotFound, none)
		return
	case err != nil:
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body)
}
