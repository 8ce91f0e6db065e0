// This file checks that what real servers and clients are known to do
// differently is noted as Info at the most.

package conform

import (
	"strings"
	"testing"
)

func TestOddities(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"aMSN: LF alone after MSG, blank before the line end, lists asked for again", signIn + `
			C SYN 4 0
			C CHG 5 NLN
			S SYN 4 9
			S LST 4 RL 9 0 0
			S CHG 5 NLN
			C LST 6 AL
			S LST 6 AL 9 0 0
			C= "INF 7 \r\n"
			S INF 7 MD5
			close
			` + chatting + `
			C= "MSG 13 U 2\nhi"
			C= "OUT\n"`},
		{"aMSN: LST without an answer, the name changed by removing and adding", groups + `
			C LST 5 AL
			+2m
			C REM 6 FL bob@example.com
			S REM 6 FL 10 bob@example.com
			C ADD 7 FL bob@example.com 100% 0
			S ADD 7 FL 11 bob@example.com 100% 0`},
		{"gtmess: no INF, an id that is a pointer, ids from 0 on and skipped", `
			C VER 1 MSNP7 CVR0
			S VER 1 MSNP7
			C CVR 3459705428 0x0409 winnt 5.1 i386 MSMSGS 4.6.0073 MSMSGS
			S CVR 3459705428 1 1 1 http://a/ http://b/
			C USR 4 MD5 I me@example.com
			S USR 4 MD5 S 1
			C USR 6 MD5 S 12345678901234567890123456789012
			S USR 6 OK me@example.com Me 1
			close
			C ANS 0 me@example.com 1.2 17
			S IRO 0 1 2 bob@example.com Bob
			S IRO 0 2 2 carol@example.com Carol
			S ANS 0 OK`},
		{"Net::Msmgr: VER and USR at once, USR and CAL at once", `
			C VER 1 MSNP2 CVR0
			C USR 2 MD5 I me@example.com
			S VER 1 MSNP2 CVR0
			S XFR 2 NS 127.0.0.1:1863
			close
			C VER 3 MSNP2 CVR0
			C USR 4 MD5 I me@example.com
			S VER 3 MSNP2 CVR0
			S USR 4 MD5 S 1
			C USR 5 MD5 S 12345678901234567890123456789012
			S USR 5 OK me@example.com Me
			close
			C USR 6 me@example.com 17.4
			C CAL 7 bob@example.com
			S USR 6 OK me@example.com Me
			S CAL 7 RINGING 17`},
		{"libmsn2: one counter for all connections, from 10 on", `
			C USR 12 me@example.com 17.4
			S USR 12 OK me@example.com Me
			C CAL 14 bob@example.com
			S CAL 14 RINGING 17
			S JOI bob@example.com Bob
			C= "MSG 17 N 2\r\nhi"`},
		{"a server of 2025: properties without id, contacts in several groups, raw UTF-8, its own ids", signIn + `
			S= "MSG Hotmail Hotmail 4\r\n\r\n\r\n"
			C SYN 4 0
			S SYN 4 9
			S PRP 9 PHH 555
			S PRP 9 PHM
			S LSG 4 9 1 3 0 Other%20Contacts 0
			S LSG 4 9 2 3 1 Friends 0
			S LSG 4 9 3 3 2 Work%20&%20Play 0
			S LST 4 FL 9 1 1 bob@example.com Carol%20é%20100%25 1,2
			S BPR 9 PHW 555
			S LST 4 AL 9 0 0
			S LST 4 BL 9 0 0
			S LST 4 RL 9 0 0
			C CHG 5 NLN
			S CHG 5 NLN
			S ILN 5 NLN bob@example.com Bob
			S ADD 0 RL 10 carol@example.com Carol
			S REM 0 RL 11 carol@example.com
			S CHL 0 15570131571988941333
			C= "QRY 6 msmsgs@msnmsgr.com 32\r\n8f2f5a91b72102cd28355e9fc9000d6e"
			S QRY 6
			S RNG 0123456789abcdef0123456789abcde m1.escargot.example:1864 CKI 0123456789abcdef0123 bob@example.com Bob
			C XFR 7 SB
			S XFR 7 SB m1.escargot.example:1864 CKI 0123456789abcdef0123
			C FND 8 fname=A lname=B city=* state=* country=US
			+3m
			C SND 9 x@example.com 0x0409 MSMSGS MSMSGS
			S NLN NLN bob@example.com Bob
			S NLN NLN bob@example.com Bob
			S OUT OTH`},
		{"a server of 2017: no verified flag, settings after the lists, a word more, stray percent signs, names oneself", `
			C VER 1 MSNP7 CVR0
			S VER 1 MSNP7
			C USR 2 MD5 I me@example.com
			S USR 2 MD5 S 1
			C USR 3 MD5 S 12345678901234567890123456789012
			S USR 3 OK me@example.com 100%
			C SYN 4 0
			S SYN 4 9
			S LST 4 FL 9 1 1 bob@example.com 100% 0
			S LST 4 AL 9 0 0
			S LST 4 BL 9 0 0
			S LST 4 RL 9 0 0
			S GTC 4 9 A
			S BLP 4 9 AL
			C CHG 5 NLN
			S CHG 5 NLN 0
			C OUT
			S OUT
			close
			C ANS 1 me@example.com 1.2 2b0d4fb2-3d2e-4c55-8e8e-4f6ac4a9d8f1
			S JOI me@example.com Me
			S IRO 1 1 1 bob@example.com Bob
			S ANS 1 OK
			close
			C VER 1 MSNP7
			S VER 1 0 MSNP21 MSNP20 MSNP19`},
		{"a server that signs in at the dispatch and refers with the same id", `
			C VER 1 MSNP4 CVR0
			S VER 1 MSNP4 CVR0
			C INF 2
			S INF 2 MD5
			C USR 3 MD5 I me@example.com
			S USR 3 MD5 S ABCDEF
			C USR 4 MD5 S 12345678901234567890123456789012
			S USR 4 OK me@example.com Me
			C SYN 5 0
			C CHG 6 NLN
			S XFR 4 NS 127.0.0.1:1864 0
			S 200 5
			S 200 6
			C OUT`},
		{"a dispatch server in the form of 2002", `
			C VER 1 MSNP7 CVR0
			S VER 1 MSNP7 MSNP6 MSNP5 MSNP4 CVR0
			C USR 2 MD5 I me@example.com
			S XFR 2 NS 127.0.0.1:1863 0 127.0.0.1:1862`},
		{"a switchboard of 2005: capabilities in MSNP7", chatting + `
			S JOI carol@example.com Carol 268435456
			S BYE carol@example.com 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlayer(t).play(c.script)
			if _, texts := p.noted(); strings.Contains(texts, "error ") || strings.Contains(texts, "warning ") {
				t.Errorf("noted:\n%s", texts)
			}
		})
	}
}
