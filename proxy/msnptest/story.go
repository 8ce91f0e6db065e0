// This file plays the demo: three friends of 2001 who sign in, chat, change
// their status and keep their lists, for as long as somebody watches.

package msnptest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Story is the play of the demo. Its accounts are StoryAccounts.
type Story struct {
	Address  string        // where the three sign in: a dispatch server, or a proxy before it
	Server   *Server       // delivers a mail now and then; nil: no mail
	Pace     time.Duration // mean pause between two things that happen; 0: 2 s
	Scenes   int           // end after so many; 0: never
	Seed     uint64
	LocalIPs []string         // addresses that alice, bob and carol connect from; none: any
	Dial     Dial             // connects the three; nil: they do themselves
	Tell     func(msg string) // is told what went wrong; nil: nobody

	rnd  *rand.Rand
	cast map[byte]*Client // by the letters of the script: 'a', 'b', 'c'
}

// The cast. Dave is never there.
const (
	alice = "alice@hotmail.com"
	bob   = "bob@hotmail.com"
	carol = "carol@hotmail.com"
	dave  = "dave@hotmail.com"
)

const storyPassword = "practice"

// StoryAccounts returns the accounts of the Story.
func StoryAccounts() []Account {
	return []Account{
		{Handle: alice, Password: storyPassword, Name: "Alice (~) 21.12. is film night!", Groups: []string{"Other Contacts", "Friends", "School"},
			Phones:   map[string]string{"PHH": "1 (206) 555 0101", "MOB": "Y", "MBE": "Y"},
			Contacts: []Contact{{Handle: bob, Groups: []int{1}}, {Handle: carol, Groups: []int{1, 2}}, {Handle: dave, Groups: []int{2}}}},
		{Handle: bob, Password: storyPassword, Name: "Bob - 56k is a state of mind", Groups: []string{"Other Contacts", "LAN party"},
			Phones:   map[string]string{"PHH": "1 (206) 555 0102", "MOB": "N"},
			Contacts: []Contact{{Handle: alice, Groups: []int{1}}, {Handle: carol, Groups: []int{0}}}},
		{Handle: carol, Password: storyPassword, Name: "Carol é 100% :)", Phones: map[string]string{"PHM": "1 (206) 555 0103"},
			Contacts: []Contact{{Handle: alice}, {Handle: bob}}},
		{Handle: dave, Password: storyPassword, Name: "Dave", Contacts: []Contact{{Handle: alice}}},
	}
}

// Run plays until ctx ends, or all Scenes are played. When something goes
// wrong the three sign in anew; with a number of Scenes it is returned.
func (s *Story) Run(ctx context.Context) error {
	s.Pace = cmp.Or(s.Pace, 2*time.Second)
	s.rnd = rand.New(rand.NewPCG(s.Seed, 4))
	for {
		err := s.perform(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil || s.Scenes > 0:
			return err
		}
		if s.Tell != nil {
			s.Tell("the story begins again: " + err.Error())
		}
		if s.pause(ctx, 3) != nil {
			return nil
		}
	}
}

// pause waits for about beats times the Pace.
func (s *Story) pause(ctx context.Context, beats float64) error {
	t := time.NewTimer(time.Duration(float64(s.Pace) * beats * (0.7 + 0.6*s.rnd.Float64())))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Story) perform(ctx context.Context) error {
	configs := map[byte]ClientConfig{
		'a': {Handle: alice, Format: "FN=Lucida%20Handwriting; EF=I; CO=800080; CS=0; PF=42"},
		'b': {Handle: bob, Format: "FN=Courier%20New; EF=B; CO=ff0000; CS=0; PF=31", TrIDs: EachConnection},
		'c': {Handle: carol, Format: "FN=Comic%20Sans%20MS; EF=; CO=80ff; CS=0; PF=42", TrIDs: FromZero, Dialects: []string{"MSNP6", "MSNP5", "CVR0"}},
	}
	s.cast = map[byte]*Client{}
	defer func() {
		for _, c := range s.cast {
			c.Close()
		}
	}()
	for i, who := range []byte("abc") {
		cfg := configs[who]
		cfg.Password = storyPassword
		if len(s.LocalIPs) > 0 {
			cfg.LocalIP = s.LocalIPs[i%len(s.LocalIPs)]
		}
		cfg.Dial = s.Dial
		s.cast[who] = NewClient(cfg)
		if err := s.enter(ctx, who); err != nil {
			return err
		}
	}
	for n := 0; s.Scenes == 0 || n < s.Scenes; n++ {
		if err := s.play(ctx, scenes[n%len(scenes)]); err != nil {
			return err
		}
		if err := s.errands(ctx, n); err != nil {
			return err
		}
	}
	for _, who := range []byte("cba") {
		if err := s.cast[who].SignOut(ctx); err != nil {
			return err
		}
	}
	return nil
}

// enter signs one in, as the official clients do it: lists, status, version.
func (s *Story) enter(ctx context.Context, who byte) error {
	c := s.cast[who]
	if err := c.SignIn(ctx, s.Address); err != nil {
		return err
	}
	if _, err := c.Sync(ctx, 0); err != nil {
		return err
	}
	if err := c.SetStatus(ctx, "NLN"); err != nil {
		return err
	}
	if err := c.ReportVersion(ctx); err != nil {
		return err
	}
	return s.pause(ctx, 1)
}

// play plays one scene; see dialogue.go for the notation.
func (s *Story) play(ctx context.Context, script []string) error {
	chats := map[byte]*Chat{}
	for _, line := range script {
		who, sign, text := line[0], line[1], strings.TrimSpace(line[2:])
		var err error
		switch sign {
		case '+':
			err = s.invite(ctx, chats, who, text[0])
		case '-':
			if err = chats[who].Leave(ctx); err == nil {
				delete(chats, who)
				for _, ch := range chats {
					err = errors.Join(err, ch.WaitGone(ctx, s.cast[who].Handle()))
				}
			}
		case '!':
			err = s.cast[who].SetStatus(ctx, text)
		case '?':
			err = expect(217, chats[who].Invite(ctx, text))
		case '@':
			err = s.offerFile(ctx, chats, who, text)
		case '#':
			err = s.sendFile(ctx, chats, who, text)
		case '=':
			s.cast[who].cfg.Format = text
		case '~':
			err = chats[who].Typing(ctx)
		case '^':
			if err = chats[who].Send(ctx, text, 'A'); errors.Is(err, ErrNotDelivered) {
				err = nil
			}
		default:
			err = s.say(ctx, chats, who, text)
		}
		if err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		if err := s.pause(ctx, 0.5); err != nil {
			return err
		}
	}
	for _, ch := range chats {
		if err := ch.Leave(ctx); err != nil {
			return err
		}
	}
	return s.pause(ctx, 2)
}

// expect turns an expected error reply into success.
func expect(code int, err error) error {
	var reply *ReplyError
	if errors.As(err, &reply) && reply.Code == code {
		return nil
	}
	return err
}

// invite brings whom into who's chat, which is opened if there is none.
func (s *Story) invite(ctx context.Context, chats map[byte]*Chat, who, whom byte) (err error) {
	handle := s.cast[whom].Handle()
	if chats[who] == nil {
		chats[who], err = s.cast[who].OpenChat(ctx, handle)
	} else {
		err = chats[who].Invite(ctx, handle)
	}
	if err == nil {
		chats[whom], err = s.cast[whom].NextChat(ctx)
	}
	for _, ch := range chats {
		if err == nil && ch != chats[whom] {
			err = ch.WaitMember(ctx, handle)
		}
	}
	return err
}

// say types for a while and sends; the others read it.
func (s *Story) say(ctx context.Context, chats map[byte]*Chat, who byte, text string) error {
	if err := chats[who].Typing(ctx); err != nil {
		return err
	}
	if err := s.pause(ctx, 0.4+float64(len(text))/60); err != nil {
		return err
	}
	ack := byte('N')
	if who == 'a' {
		ack = 'A'
	}
	if err := chats[who].Send(ctx, text, ack); err != nil {
		return err
	}
	for other, ch := range chats {
		if other == who {
			continue
		}
		m, err := ch.ReceiveText(ctx)
		if err == nil && m.Text != text {
			err = fmt.Errorf("%c read %q", other, m.Text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errands is what happens between the scenes.
func (s *Story) errands(ctx context.Context, n int) error {
	a, b, c := s.cast['a'], s.cast['b'], s.cast['c']
	var steps []func() error
	do := func(f func() error) { steps = append(steps, f) }
	ask := func(who *Client, format string, args ...any) {
		do(func() error { _, err := who.Do(ctx, format, args...); return err })
	}
	switch n % 5 {
	case 0:
		do(func() error { return a.Ping(ctx) })
		do(func() error {
			id, err := a.AddGroup(ctx, "Film night")
			if err != nil {
				return expect(228, err)
			}
			err = errors.Join(a.AddContact(ctx, listForward, bob, "Bob (brings popcorn)", id), s.pause(ctx, 1),
				a.RenameGroup(ctx, id, "Film night (~)"), s.pause(ctx, 1))
			return errors.Join(err, a.RemoveGroup(ctx, id))
		})
	case 1:
		do(func() error { return c.SignOut(ctx) })
		do(func() error { return b.WaitStatus(ctx, carol, "FLN") })
		ask(a, "URL INBOX")
		do(func() error { return s.enter(ctx, 'c') })
		do(func() error { return b.WaitStatus(ctx, carol, "NLN") })
	case 2:
		do(func() error { return b.Rename(ctx, renames[n/5%len(renames)]) })
		do(func() error { return b.SetPhone(ctx, "PHM", fmt.Sprintf("1 (206) 555 %04d", s.rnd.IntN(10000))) })
		do(func() error { return expect(218, func() error { _, err := b.Do(ctx, "GTC A"); return err }()) })
		do(func() error { return b.Ping(ctx) })
	case 3:
		do(func() error { return c.AddContact(ctx, listForward, dave, "Dave?", 0) })
		do(func() error { return c.RemoveContact(ctx, listForward, dave) })
		do(func() error { return expect(205, c.AddContact(ctx, listForward, "nobody@hotmail.com", "Nobody", 0)) })
		ask(a, "SND eve@example.com 0x0409 MSMSGS MSMSGS")
	case 4:
		do(func() error {
			return errors.Join(b.RemoveContact(ctx, listAllow, carol), b.AddContact(ctx, listBlock, carol, "Carol", 0))
		})
		do(func() error { return c.WaitStatus(ctx, bob, "FLN") })
		do(func() error {
			return errors.Join(b.RemoveContact(ctx, listBlock, carol), b.AddContact(ctx, listAllow, carol, "Carol", 0))
		})
		do(func() error { return c.WaitStatus(ctx, bob, "NLN") })
	}
	if s.Server != nil && n%3 == 1 {
		mail := mails[n/3%len(mails)]
		do(func() error { s.Server.Mail(alice, mail[0], mail[1], mail[2]); return nil })
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("errand %d.%d: %w", n%5, i, err)
		}
		if err := s.pause(ctx, 1.5); err != nil {
			return err
		}
	}
	return nil
}
