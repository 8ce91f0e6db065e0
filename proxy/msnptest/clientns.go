// This file is what a signed-in client can ask of its notification server.

package msnptest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Do sends a request, without its TrID, and returns the first reply; an error
// reply is a *ReplyError.
func (c *Client) Do(ctx context.Context, format string, args ...any) (Command, error) {
	return c.do(ctx, ask{line: fmt.Sprintf(format, args...)})
}

func (c *Client) do(ctx context.Context, a ask) (Command, error) {
	c.mu.Lock()
	ns := c.ns
	c.mu.Unlock()
	if ns == nil {
		return Command{}, errors.New("not signed in")
	}
	replies, err := ns.request(ctx, a)
	if err != nil {
		return Command{}, err
	}
	return replies[len(replies)-1], nil
}

// Roster is what SYN tells.
type Roster struct {
	Version int
	Groups  map[int]string
	Lists   map[string][]Contact // FL AL BL RL
}

// Sync asks for the lists; version is that of the copy the client has, 0 none.
// A Roster without Lists says that the copy is current.
func (c *Client) Sync(ctx context.Context, version int) (Roster, error) {
	r := Roster{Groups: map[int]string{}}
	last := func(cmd Command) bool {
		switch w := cmd.Words; {
		case cmd.Name() == "SYN":
			r.Version, _ = strconv.Atoi(cmd.word(2))
			return r.Version == version
		case cmd.Name() == "LSG" && len(w) >= 7:
			id, _ := strconv.Atoi(w[5])
			r.Groups[id] = Unescape(w[6])
		case cmd.Name() == "LST" && len(w) >= 6:
			if r.Lists == nil {
				r.Lists = map[string][]Contact{}
			}
			if len(w) >= 8 {
				r.Lists[w[2]] = append(r.Lists[w[2]], Contact{w[6], Unescape(w[7]), parseIDs(cmd.word(8))})
			}
			return w[2] == listReverse && w[4] == w[5] // "2 2", and "0 0" for none
		}
		return false
	}
	_, err := c.do(ctx, ask{line: "SYN " + strconv.Itoa(version), last: last})
	return r, err
}

func parseIDs(word string) (ids []int) {
	for _, s := range strings.Split(word, ",") {
		if id, err := strconv.Atoi(s); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// SetStatus changes the own status: NLN, BSY, AWY ...
func (c *Client) SetStatus(ctx context.Context, status string) error {
	_, err := c.Do(ctx, "CHG %s", status)
	return err
}

// AddContact puts somebody on a list; group counts for the forward list of
// MSNP7 only.
func (c *Client) AddContact(ctx context.Context, list, handle, name string, group int) error {
	line := fmt.Sprintf("ADD %s %s %s", list, handle, Escape(name))
	if list == listForward && c.Dialect() >= 7 {
		line += " " + strconv.Itoa(group)
	}
	_, err := c.do(ctx, ask{line: line})
	return err
}

// RemoveContact takes somebody off a list.
func (c *Client) RemoveContact(ctx context.Context, list, handle string) error {
	_, err := c.Do(ctx, "REM %s %s", list, handle)
	return err
}

// AddGroup makes a group and returns its id.
func (c *Client) AddGroup(ctx context.Context, name string) (int, error) {
	reply, err := c.Do(ctx, "ADG %s 0", Escape(name))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(reply.word(4))
}

// RenameGroup gives a group another name.
func (c *Client) RenameGroup(ctx context.Context, id int, name string) error {
	_, err := c.Do(ctx, "REG %d %s 0", id, Escape(name))
	return err
}

// RemoveGroup removes a group.
func (c *Client) RemoveGroup(ctx context.Context, id int) error {
	_, err := c.Do(ctx, "RMG %d", id)
	return err
}

// Rename changes the own friendly name.
func (c *Client) Rename(ctx context.Context, name string) error {
	_, err := c.Do(ctx, "REA %s %s", c.cfg.Handle, Escape(name))
	return err
}

// SetPhone sets one of the own properties: PHH PHW PHM MOB.
func (c *Client) SetPhone(ctx context.Context, typ, value string) error {
	_, err := c.Do(ctx, "PRP %s %s", typ, Escape(value))
	return err
}

// ReportVersion sends CVR.
func (c *Client) ReportVersion(ctx context.Context) error {
	_, err := c.Do(ctx, "CVR %s", clientVersion)
	return err
}

// Ping sends PNG and waits for QNG.
func (c *Client) Ping(ctx context.Context) error {
	c.mu.Lock()
	ns := c.ns
	c.mu.Unlock()
	if ns == nil {
		return errors.New("not signed in")
	}
	if err := ns.write([]byte("PNG\r\n")); err != nil {
		return err
	}
	_, err := c.WaitFor(ctx, "QNG")
	return err
}

// WaitStatus waits until the server has said that somebody has a status (FLN
// for offline).
func (c *Client) WaitStatus(ctx context.Context, handle, status string) error {
	return c.until(ctx, handle+" being "+status, func() bool { return c.presence[strings.ToLower(handle)] == status })
}

// WaitFor waits for a command that the notification server sends unasked and
// that begins with the given words ("ADD 0 RL", "RNG"); each is found once.
// ErrSignedOut tells that the connection has ended without it.
func (c *Client) WaitFor(ctx context.Context, words ...string) (found Command, err error) {
	words = strings.Fields(strings.Join(words, " "))
	ended := false
	err = c.until(ctx, strings.Join(words, " "), func() bool {
		for i, cmd := range c.unsolicited {
			if len(cmd.Words) >= len(words) && slices.Equal(cmd.Words[:len(words)], words) {
				found = cmd
				c.unsolicited = slices.Delete(c.unsolicited, i, i+1)
				return true
			}
		}
		_, open := c.links[c.ns]
		ended = !open
		return ended
	})
	if err == nil && ended {
		err = ErrSignedOut
	}
	return found, err
}

// ErrSignedOut tells that the connection to the notification server has ended.
var ErrSignedOut = errors.New("signed out")

// SignOut says OUT and waits for the server to end the connection.
func (c *Client) SignOut(ctx context.Context) error {
	c.mu.Lock()
	ns := c.ns
	c.ns = nil
	c.mu.Unlock()
	if ns == nil {
		return nil
	}
	return ns.leave(ctx)
}
