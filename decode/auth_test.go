// This file checks proofs against published examples and watches connections
// for them.

package decode

import (
	"fmt"
	"strings"
	"testing"
)

func TestCheckMD5(t *testing.T) {
	const challenge, digest = "1013928519.693957190", "7f919fab309532df353c901430df36fa"
	if got := MD5Response(challenge, "password"); got != digest {
		t.Errorf("MD5Response = %s", got)
	}
	for response, want := range map[string]Proof{
		digest: ProofRight, strings.ToUpper(digest): ProofRight, "": ProofWrong, digest[1:]: ProofWrong,
	} {
		if got := CheckMD5(challenge, response, "password"); got != want {
			t.Errorf("CheckMD5(%q) = %v, want %v", response, got, want)
		}
	}
}

func TestCheckQRY(t *testing.T) {
	for _, c := range []struct {
		product, challenge, digest string
		want                       Proof
	}{
		{"msmsgs@msnmsgr.com", "15570131571988941333", "8f2f5a91b72102cd28355e9fc9000d6e", ProofRight},
		{"msmsgs@msnmsgr.com", "12345678901234567890", "8ba1bb9d6dbf624fee31a2053af5fdd0", ProofRight},
		{"msmsgs@msnmsgr.com", "11111111111111111111", "3b6666b60157322b6fc6e41a115968f5", ProofRight},
		{"PROD0038W!61ZTF9", "15570131571988941333", "ca90e6a7c94a14aae7b3ae0f6018433e", ProofRight},
		{"PROD0038W!61ZTF9", "15570131571988941333", "8f2f5a91b72102cd28355e9fc9000d6e", ProofWrong},
		{"PROD0090YUAUV{2B", "15570131571988941333", "8f2f5a91b72102cd28355e9fc9000d6e", ProofNotChecked},
		{"PROD0120PW!CCV9@", "15570131571988941333", "8f2f5a91b72102cd28355e9fc9000d6e", ProofNotChecked},
		{"somebody", "15570131571988941333", "8f2f5a91b72102cd28355e9fc9000d6e", ProofNotChecked},
	} {
		if got := CheckQRY(c.challenge, c.product, c.digest); got != c.want {
			t.Errorf("CheckQRY(%s, %s, %s) = %v, want %v", c.challenge, c.product, c.digest, got, c.want)
		}
	}
}

// watch runs lines marked "C: " and "S: " through a connection and a watch and
// returns the proofs.
func watch(w *ProofWatch, lines ...string) (out []string) {
	c := NewConn()
	for _, line := range lines {
		dir := C2S
		if line[0] == 'S' {
			dir = S2C
		}
		c.Feed(dir, []byte(line[3:]), func(dir Direction, f *Frame) {
			if p, ok := w.Watch(dir, f, c.Dialect); ok {
				out = append(out, strings.TrimSpace(fmt.Sprintf("%s %v %s", p.Who, p.Result, p.Why)))
			}
		})
	}
	return out
}

func TestProofWatch(t *testing.T) {
	const (
		sayI  = "C: USR 3 MD5 I al@example.com\r\n"
		sayS  = "S: USR 3 MD5 S 1013928519.693957190\r\n"
		prove = "C: USR 4 MD5 S 7f919fab309532df353c901430df36fa\r\n"
		chl   = "S: CHL 0 15570131571988941333\r\n"
		chl2  = "S: CHL 0 11111111111111111111\r\n"
		qry   = "C: QRY 9 msmsgs@msnmsgr.com 32\r\n8f2f5a91b72102cd28355e9fc9000d6e"
		qry2  = "C: QRY 9 msmsgs@msnmsgr.com 32\r\n3b6666b60157322b6fc6e41a115968f5"
	)
	passwords := func(account string) (string, bool) {
		switch account {
		case "al@example.com":
			return "password", true
		case "eve@example.com":
			return "secret", true
		}
		return "", false
	}
	for _, c := range []struct {
		name      string
		passwords func(string) (string, bool)
		lines     []string
		want      string
	}{
		{"right password", passwords, []string{sayI, sayS, prove}, "al@example.com right"},
		{"wrong password", passwords, []string{"C: USR 3 MD5 I eve@example.com\r\n", sayS, prove}, "eve@example.com wrong"},
		{"no such account", passwords, []string{"C: USR 3 MD5 I x@example.com\r\n", sayS, prove}, "x@example.com not checked the password is not known"},
		{"no passwords", nil, []string{sayI, sayS, prove}, "al@example.com not checked the password is not known"},
		{"no challenge", passwords, []string{prove}, "not checked the challenge was not seen"},
		{"a challenge is good once", passwords, []string{sayI, sayS, prove, prove}, "al@example.com right; al@example.com not checked the challenge was not seen"},
		{"misprint of published traces", passwords, []string{sayI, "S: USR 3 MDS S 1013928519.693957190\r\n", prove}, "al@example.com right"},
		{"no proof", passwords, []string{"C: USR 1 al@example.com 17.4\r\n", "S: USR 1 OK al@example.com Al\r\n"}, ""},
		{"program", nil, []string{chl, qry}, "msmsgs@msnmsgr.com right"},
		{"wrong program", nil, []string{chl2, qry}, "msmsgs@msnmsgr.com wrong"},
		{"two challenges in order", nil, []string{chl, chl2, qry, qry2}, "msmsgs@msnmsgr.com right; msmsgs@msnmsgr.com right"},
		{"second challenge first", nil, []string{chl, chl2, qry2, qry}, "msmsgs@msnmsgr.com right; msmsgs@msnmsgr.com not checked the challenge was not seen"},
		{"nobody asked", nil, []string{qry}, "msmsgs@msnmsgr.com not checked the challenge was not seen"},
		{"unknown program", nil, []string{chl, strings.Replace(qry, "msmsgs@", "x@", 1)}, "x@msnmsgr.com not checked the key of this program is not known"},
		{"later dialect", nil, []string{"S: VER 1 MSNP11\r\n", chl, qry}, "msmsgs@msnmsgr.com not checked the answers of MSNP11 and later are not checked"},
		{"server's QRY", nil, []string{chl, "S: QRY 9\r\n"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(watch(&ProofWatch{Password: c.passwords}, c.lines...), "; "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestProofWatchForgets(t *testing.T) {
	var w ProofWatch
	for i := range 10 * maxChallenges {
		watch(&w, fmt.Sprintf("S: CHL 0 %d\r\n", i))
	}
	if len(w.challenges) != maxChallenges {
		t.Errorf("%d challenges remembered", len(w.challenges))
	}
}

func FuzzProofWatch(f *testing.F) {
	f.Add([]byte("S: CHL 0 1\nC: QRY 1 msmsgs@msnmsgr.com 32\n"))
	f.Add([]byte("C: USR 1 MD5 I a@b\nS: USR 1 MD5 S x\nC: USR 2 MD5 S y\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		w := ProofWatch{Password: func(string) (string, bool) { return "x", true }}
		for line := range strings.Lines(string(b)) {
			if len(line) > 3 {
				watch(&w, line)
			}
		}
		if len(w.challenges) > maxChallenges {
			t.Error("too many challenges")
		}
	})
}
