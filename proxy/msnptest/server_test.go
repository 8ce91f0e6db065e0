// This file tests the server's lines, dialect by dialect and error by error.

package msnptest

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestVersion(t *testing.T) {
	s := start(t, Config{})
	one := start(t, Config{OneDialect: true, MaxDialect: 6})
	for _, tt := range []struct {
		s            *Server
		offered, got string
	}{
		{s, "MSNP7 MSNP6 MSNP5 MSNP4 CVR0", "MSNP7 MSNP6 MSNP5 MSNP4 CVR0"},
		{s, "MSNP2 MSNP9 MSNP5", "MSNP2 MSNP5"},
		{one, "MSNP7 MSNP6 MSNP5 CVR0", "MSNP6"},
		{s, "MSNP9 CVR0", "CVR0"},
	} {
		connect(t, tt.s.DispatchAddr()).play("> VER 0 $1\n< VER 0 $2", tt.offered, tt.got)
	}
	connect(t, s.DispatchAddr()).play("> VER 0 MSNP9\n< VER 0 0\neof")
	connect(t, s.DispatchAddr()).play("> VER 1 MSNP7\n< VER 1 MSNP7\n> VER 2 MSNP7\n< 715 2\neof")
	connect(t, s.DispatchAddr()).play("> VER 1 CVR0\n< VER 1 CVR0\n> CVQ 2 0x0409 winnt 5.1 i386 MSMSGS 4.6.0073 \n< CVQ 2 4.6.*\neof")
	connect(t, s.DispatchAddr()).play("> ver 1 MSNP7\neof")
}

func TestDispatch(t *testing.T) {
	s := start(t, Config{NS: []string{"127.0.0.1:0", "127.0.0.1:0"}, DS: three, SB: three})
	ds, ns, _ := s.Addrs()
	for _, tt := range []struct{ dialect, xfr string }{
		{"MSNP7", ns[0] + " 0 " + ds[0]},
		{"MSNP5", ns[1] + " 0"},
		{"MSNP2", ns[0]},
	} {
		c := connect(t, ds[0])
		c.play("> VER 1 $1\n< VER 1 $1\n> USR 2 MD5 I ann@example.com\n< XFR 2 NS $2", tt.dialect, tt.xfr)
		c.nc.Close()
	}
	// The last promise was the first NS: the other one sends her there.
	connect(t, ns[1]).play("> VER 1 MSNP7\n< VER 1 MSNP7\n> USR 2 MD5 I ann@example.com\n< XFR 2 NS $1 0 $2", ns[0], ns[1])
	if c := s.Complaints(); len(c) != 1 || !strings.Contains(c[0], "ann@example.com was sent to") {
		t.Errorf("complaints: %q", c)
	}
	s.complaints = nil
}

func TestSignInErrors(t *testing.T) {
	s := start(t, Config{All: "127.0.0.1:0"})
	addr := s.DispatchAddr()
	hello := "> VER 1 MSNP7\n< VER 1 MSNP7\n"
	connect(t, addr).play(hello + "> USR 2 MD5 I ann@example.com\n< USR 2 MD5 S .*\n> USR 3 MD5 S 0123\n< 911 3\neof")
	connect(t, addr).play(hello + "> USR 2 MD5 I who@example.com\n< USR 2 MD5 S .*\n> USR 3 MD5 S 0123\n< 911 3\neof")
	connect(t, addr).play(hello + "> USR 2 TWN I ann@example.com\n< 911 2\neof")
	connect(t, addr).play(hello + "> CHG 2 NLN\n< 302 2\n> FOO 3\neof")
	connect(t, addr).play("> USR 1 ann@example.com 1.2.3\n< 911 1\neof")
	connect(t, addr).play("> ANS 1 ann@example.com 1.2 3\n< 911 1\neof")
}

func TestSecondSignIn(t *testing.T) {
	s := start(t, Config{All: "127.0.0.1:0"})
	c1, c2 := connect(t, s.DispatchAddr()), connect(t, s.DispatchAddr())
	c1.signIn("MSNP7", "ann@example.com", "pa")
	c1.play("> USR 5 MD5 I ann@example.com\n< 207 5")
	c2.signIn("MSNP7", "ann@example.com", "pa")
	c1.play("< OUT OTH\neof")
	c2.play("> PNG\n< QNG\n> OUT\neof")
}

func TestSynchronise(t *testing.T) {
	bpr := ""
	for _, value := range []string{"PHH", "PHW", "PHM", "MOB N"} {
		bpr += "< BPR 1 ben@example.com " + value + "\n"
	}
	prp := "< PRP 5 1 PHH 1%20(222)\n< PRP 5 1 PHW\n< PRP 5 1 PHM\n< PRP 5 1 MOB N\n< PRP 5 1 MBE\n"
	rest := "< LST 5 AL 1 1 1 ben@example.com Ben\n< LST 5 BL 1 0 0\n< LST 5 RL 1 1 1 ben@example.com Ben\n"
	head := "> SYN 5 0\n< SYN 5 1\n< GTC 5 1 A\n< BLP 5 1 AL\n"
	for dialect, script := range map[string]string{
		"MSNP7": head + prp + "< LSG 5 1 1 2 0 Other%20Contacts 0\n< LSG 5 1 2 2 1 Friends 0\n< LST 5 FL 1 1 1 ben@example.com Ben 1\n" + bpr + rest,
		"MSNP6": head + prp + "< LST 5 FL 1 1 1 ben@example.com Ben\n" + bpr + rest,
		"MSNP4": head + "< LST 5 FL 1 1 1 ben@example.com Ben\n" + rest,
	} {
		t.Run(dialect, func(t *testing.T) {
			s := start(t, Config{All: "127.0.0.1:0"})
			c := connect(t, s.DispatchAddr())
			c.signIn(dialect, "ann@example.com", "pa")
			script = strings.NewReplacer("(", `\(`, ")", `\)`).Replace(script)
			c.play(script + "> SYN 6 1\n< SYN 6 1\n> LST 7 BL\n< LST 7 BL 1 0 0\n> PNG\n< QNG")
		})
	}
}

func TestRosterErrors(t *testing.T) {
	s := start(t, Config{All: "127.0.0.1:0", NoChallenge: true})
	c := connect(t, s.DispatchAddr())
	c.signIn("MSNP7", "ann@example.com", "pa")
	for _, tt := range []struct{ ask, answer string }{
		{"CHG 10 FLN", "201 10"},
		{"CHG 10 XXX", "201 10"},
		{"XFR 10 SB", "913 10"},
		{"XFR 10 NS", "715 10"},
		{"ADD 10 FL nobody@example.com x 0", "205 10"},
		{"ADD 10 FL nobody x 0", "206 10"},
		{"ADD 10 FL @example.com x 0", "201 10"},
		{"ADD 10 FL ben@example.com x 1", "215 10"},
		{"ADD 10 FL ben@example.com x 7", "224 10"},
		{"ADD 10 AL ben@example.com x", "215 10"},
		{"ADD 10 BL ben@example.com x", "219 10"},
		{"ADD 10 FL", "200 10"},
		{"REM 10 FL cid@example.com", "216 10"},
		{"REM 10 BL ben@example.com", "216 10"},
		{"REM 10 FL ben@example.com 7", "224 10"},
		{"REM 10 FL ben@example.com 0", "225 10"},
		{"GTC 10 A", "218 10"},
		{"BLP 10 AL", "218 10"},
		{"PRP 10 XYZ 1", "715 10"},
		{"PRP 10 PHW 12", "PRP 10 2 PHW 12"},
		{"PRP 10 PHW", "PRP 10 3 PHW"},
		{"ADG 10 Friends 0", "228 10"},
		{"ADG 10 " + strings.Repeat("x", 62) + " 0", "229 10"},
		{"ADG 10 New 0", "ADG 10 4 New 2 0"},
		{"REG 10 9 Old 0", "224 10"},
		{"REG 10 2 Old 0", "REG 10 5 2 Old 0"},
		{"RMG 10 0", "230 10"},
		{"RMG 10 9", "224 10"},
		{"ADD 10 FL BEN@example.com x 2", "ADD 10 FL 6 ben@example.com x 2"},
		{"REM 10 FL ben@example.com 1", "REM 10 FL 7 ben@example.com 1"},
		{"RMG 10 2", "RMG 10 8 2\n< REM 0 FL 9 ben@example.com"},
		{"REA 10 ann@example.com Microsoft", "209 10"},
		{"REA 10 ben@example.com x", "216 10"},
		{"REA 10 ann@example.com A%20B", "REA 10 10 ann@example.com A%20B"},
		{"BLP 10 BL", "BLP 10 11 BL"},
		{"GTC 10 N", "GTC 10 12 N"},
		{"INF 10", "715 10"},
		{"URL 10 INBOX", "URL 10 /cgi-bin/HoTMaiL https://.* 2"},
		{"SND 10 x@example.com 0x0409 MSMSGS", "SND 10 OK"},
		{"FND 10 fname=Ci lname=*", "FND 10 1 1 fname=Cid .*"},
		{"FND 10 fname=* lname=*", "201 10"},
		{"FND 10 fname=Q lname=*", "FND 10 0 0"},
		{"PAG 10 ben@example.com 0", "220 10"},
		{"IMS 10 ON", "IMS 10 0 ON"},
		{"CVR 10 0x0409 winnt 5.1 i386 MSMSGS 4.6.0073 MSMSGS", "CVR 10 4.6.0073 .*"},
	} {
		c.play("> " + tt.ask + "\n< " + tt.answer)
	}
	for _, last := range []string{"ADD 11 RL ben@example.com x", "REM 11 RL ben@example.com", "GTC 11 X", "BLP 11 X", "MSG 11 N 0", "VER 11 MSNP7", "SND 11 3"} {
		c := connect(t, s.DispatchAddr())
		c.signIn("MSNP7", "cid@example.com", "pc")
		c.nc.Write([]byte(last + "\r\n"))
		for {
			if _, err := readCommand(c.r, serverPayloads); err != nil {
				break
			}
		}
	}
}

func TestPresence(t *testing.T) {
	s := start(t, Config{All: "127.0.0.1:0", NoChallenge: true})
	ann, ben := connect(t, s.DispatchAddr()), connect(t, s.DispatchAddr())
	ann.signIn("MSNP7", "ann@example.com", "pa")
	ann.play("> CHG 5 NLN\n< CHG 5 NLN\n< MSG Hotmail Hotmail .*")
	ben.signIn("MSNP7", "ben@example.com", "pb")
	ben.play("> CHG 5 HDN\n< CHG 5 HDN\n< ILN 5 NLN ann@example.com Ann%20100%25%20%C3%A9\n< MSG Hotmail Hotmail .*")
	ben.play("> CHG 6 AWY\n< CHG 6 AWY")
	ann.play("< NLN AWY ben@example.com Ben")
	ben.play("> REA 7 ben@example.com Big%20Ben\n< REA 7 2 ben@example.com Big%20Ben\n> CHG 8 HDN\n< CHG 8 HDN")
	ann.play("< NLN AWY ben@example.com Big%20Ben\n< FLN ben@example.com")
	ben.play("> CHG 9 NLN\n< CHG 9 NLN\n> REM 10 AL ann@example.com\n< REM 10 AL 3 ann@example.com\n> ADD 11 BL ann@example.com A\n< ADD 11 BL 4 ann@example.com A")
	ann.play("< NLN NLN ben@example.com Big%20Ben\n< FLN ben@example.com")
	ben.play("> REM 12 BL ann@example.com\n< REM 12 BL 5 ann@example.com\n> BLP 13 BL\n< BLP 13 6 BL")
	ann.play("< NLN NLN ben@example.com Big%20Ben\n< FLN ben@example.com")
	ben.play("> ADD 14 AL ann@example.com A\n< ADD 14 AL 7 ann@example.com A\n> REM 15 FL ann@example.com\n< REM 15 FL 8 ann@example.com")
	ann.play("< NLN NLN ben@example.com Big%20Ben\n< REM 0 RL 2 ben@example.com")
	ben.play("> ADD 16 FL ann@example.com A 0\n< ADD 16 FL 9 ann@example.com A 0\n< ILN 16 NLN ann@example.com .*")
	ann.play("< ADD 0 RL 3 ben@example.com Big%20Ben")
	ben.nc.Close()
	ann.play("< FLN ben@example.com")
}

func TestChallenge(t *testing.T) {
	s := start(t, Config{All: "127.0.0.1:0"})
	c := connect(t, s.DispatchAddr())
	c.signIn("MSNP7", "ann@example.com", "pa")
	g := c.play("> CHG 5 NLN\n< CHG 5 NLN\n< MSG Hotmail Hotmail .*\n< CHL 0 ([0-9]{20})")
	c.nc.Write([]byte("QRY 6 msmsgs@msnmsgr.com 32\r\n" + md5Hex(g[1]+challengeKey)))
	c.play("< QRY 6\n> CHL 7\n< CHL 0 .*")
	c.nc.Write([]byte("QRY 8 msmsgs@msnmsgr.com 32\r\n" + strings.Repeat("0", 32)))
	c.play("< 540 8\neof")

	late := start(t, Config{All: "127.0.0.1:0", ChallengeTimeout: time.Millisecond})
	c = connect(t, late.DispatchAddr())
	c.signIn("MSNP6", "ann@example.com", "pa")
	c.play("> CHG 5 NLN\n< CHG 5 NLN\n< MSG Hotmail Hotmail .*\n< CHL 0 .*\n< 540 0\neof")

	// The published pair of challenge and answer.
	if got := md5Hex("15570131571988941333" + challengeKey); got != "8f2f5a91b72102cd28355e9fc9000d6e" {
		t.Error(got)
	}
	if got := md5Hex("1013928519.693957190" + "password"); got != "7f919fab309532df353c901430df36fa" {
		t.Error(got)
	}
}

func TestWrongQRYEndsTheConnection(t *testing.T) {
	s := start(t, Config{})
	c := online(t, s, ClientConfig{Handle: "ann", WrongQRY: true})
	if _, err := c.WaitFor(deadline(t), "540"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.WaitFor(deadline(t), "QNG"); err != ErrSignedOut {
		t.Fatal(err)
	}
}

func TestMailPageAndShutDown(t *testing.T) {
	s := start(t, Config{All: "127.0.0.1:0", EchoOUT: true, NoChallenge: true})
	c, d := connect(t, s.DispatchAddr()), connect(t, s.DispatchAddr())
	c.signIn("MSNP7", "ann@example.com", "pa")
	if !s.Mail("ANN@example.com", "Dan", "dan@example.com", "Hi") || s.Mail("cid@example.com", "", "", "") {
		t.Error("mail reached the wrong people")
	}
	c.play("< MSG Hotmail Hotmail [0-9]+\n> PRP 5 MOB Y\n< PRP 5 2 MOB Y")
	d.signIn("MSNP7", "ben@example.com", "pb")
	d.nc.Write([]byte("PAG 5 ann@example.com 4\r\nhelo"))
	c.play("< IPG [0-9]+")
	d.play("> OUT\n< OUT\neof")
	s.ShutDown()
	c.play("< OUT SSD\neof")
	c.nc.Close()
	d.nc.Close()
	if err := s.Drained(deadline(t)); err != nil {
		t.Error(err)
	}
}

func TestGluedAndPieces(t *testing.T) {
	for _, w := range []Writing{Glued, Pieces} {
		s := start(t, Config{All: "127.0.0.1:0", Writing: w, Seed: 7, Record: true})
		c := connect(t, s.DispatchAddr())
		c.signIn("MSNP7", "ann@example.com", "pa")
		c.play("> SYN 5 0\n< SYN 5 1")
		if w == Glued { // the rest came in the same segment
			if n := c.r.Buffered(); n < 300 {
				t.Errorf("only %d bytes came with SYN", n)
			}
		}
		c.nc.Close()
		if err := s.Drained(deadline(t)); err != nil {
			t.Fatal(err)
		}
		log := s.Log()
		if len(log) != 1 || !log[0].Closed || log[0].Role != "NS" || log[0].Account != "ann@example.com" ||
			!bytes.HasPrefix(log[0].Received, []byte("VER 1 MSNP7\r\nINF 2 \r\nUSR 3")) {
			t.Errorf("log: %d, %q", len(log), log[0].Received)
		}
	}
}
