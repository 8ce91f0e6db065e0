// This file reads the lines of a chat: those of a page, and the next one with a
// text in it.

package captures

import (
	"context"
	"strings"

	"msnscope/captures/chat"
	"msnscope/captures/event"
)

// ChatRows returns n lines of a chat from number from on, with their words and
// the files that invitations in it led to.
func (s *Store) ChatRows(c *Chat, from, n int) ([]chat.Row, error) {
	r := chat.Reader{Event: s.Event}
	from = min(max(from, c.First), c.Total())
	n = min(n, c.Total()-from)
	rows := make([]chat.Row, 0, n)
	var files map[int64]*event.Connection
	for i := from; i < from+n; i++ {
		row, err := r.Read(c.Chat, i)
		if err != nil {
			return nil, err
		}
		if row.Offer != nil && row.Offer.File != "" {
			if files == nil {
				files = s.filesByEvent(c.ID / event.ConnectionsPerCapture)
			}
			for _, id := range [...]int64{row.Event, row.Seen} {
				if f := files[id]; f != nil && id != 0 {
					row.File = event.AppendTransfer(nil, f)
				}
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// filesByEvent returns the connections of a capture that carry files, by the
// messages that led to them.
func (s *Store) filesByEvent(capture int64) map[int64]*event.Connection {
	files := map[int64]*event.Connection{}
	for _, c := range s.index().Captures() {
		if int64(c.Number()) != capture {
			continue
		}
		for _, v := range c.Files() {
			for _, id := range v.File.Events {
				files[id] = &v
			}
		}
	}
	return files
}

// maxFindText is how many lines one search looks at.
const maxFindText = 200_000

// FindInChat returns the number of the first line from number from on, or
// backwards, with that text in what was said or in what happened, in any case
// of letters; -1 if there is none.
func (s *Store) FindInChat(ctx context.Context, c *Chat, text string, from int, back bool) (int, error) {
	r := chat.Reader{Event: s.Event}
	text = strings.ToLower(text)
	step := 1
	if back {
		step = -1
	}
	for i, n := from, 0; i >= c.First && i < c.Total() && n < maxFindText; i, n = i+step, n+1 {
		if err := ctx.Err(); err != nil {
			return -1, err
		}
		row, err := r.Read(c.Chat, i)
		if err != nil {
			return -1, err
		}
		for _, words := range [...]string{row.Text, row.Words, row.Delivered} {
			if strings.Contains(strings.ToLower(words), text) {
				return i, nil
			}
		}
	}
	return -1, nil
}
