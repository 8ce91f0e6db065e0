// This file checks proofs: the digest by which a user proves the password, and
// the one by which a program answers the server's challenge. The first is in
// the IETF draft draft-movva-msn-messenger-protocol-00, the second and its keys
// in the msnp-wiki (CHL) and the NINA wiki.

package decode

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
)

// Proof says what became of checking a digest.
type Proof uint8

// The outcomes.
const (
	ProofNotChecked Proof = iota // no password, unknown program, or a way of MSNP11 and later
	ProofRight
	ProofWrong
)

var proofNames = [...]string{"not checked", "right", "wrong"}

// String returns "not checked", "right" or "wrong".
func (p Proof) String() string { return proofNames[p] }

// MD5Response returns what a client answers to the challenge of USR MD5 S: the
// digest of challenge and password in lower-case hexadecimal.
func MD5Response(challenge, password string) string {
	sum := md5.Sum([]byte(challenge + password))
	return hex.EncodeToString(sum[:])
}

// CheckMD5 checks a client's answer to the challenge of USR MD5 S.
func CheckMD5(challenge, response, password string) Proof {
	return proofOf(response, MD5Response(challenge, password))
}

// QRYResponse returns the digest with which the program productID answers the
// challenge of a CHL in MSNP6-10. ok is false when the program's key is not
// known or its dialects compute the answer in another way.
func QRYResponse(challenge, productID string) (digest string, ok bool) {
	p, ok := ProductOf(productID)
	if !ok || p.Until > lastPlainChallenge {
		return "", false
	}
	return MD5Response(challenge, p.key), true
}

// CheckQRY checks the digest with which productID answered the challenge of a
// CHL. Programs of MSNP11 and later mix it with another function and are not
// checked.
func CheckQRY(challenge, productID, digest string) Proof {
	want, ok := QRYResponse(challenge, productID)
	if !ok {
		return ProofNotChecked
	}
	return proofOf(digest, want)
}

// proofOf compares without regard to case: one server writes hexadecimal in
// capitals.
func proofOf(got, want string) Proof {
	if strings.EqualFold(got, want) {
		return ProofRight
	}
	return ProofWrong
}

// lastPlainChallenge is the last dialect whose QRY is the plain digest of
// challenge and key.
const lastPlainChallenge Dialect = 10

// Product is a program known to the service by an id.
type Product struct {
	ID           string
	Since, Until Dialect // first and last dialect it was used in
	key          string
}

// products are the ids in the order in which they came up.
var products = []Product{
	{"msmsgs@msnmsgr.com", 6, 10, "Q1P7W2E4J9R8U3S5"},
	{"PROD0038W!61ZTF9", 8, 10, "VT6PX?UQTM4WM%YR"},
	{"PROD0058#7IL2{QD", 8, 10, "QHDCY@7R1TB6W?5B"},
	{"PROD0061VRRZH@4F", 8, 10, "JXQ6J@TUOGYV@N0M"},
	{"PROD00504RLUG%WL", 8, 10, "I2EBK%PYNLZL5_J4"},
	{"PROD0076ENE8*@AW", 8, 10, "CEQJ8}OE0!WTSWII"},
	{"PROD0090YUAUV{2B", 11, 12, "YMM8C_H7KCQ2S_KL"},
	{"PROD0101{0RM?UBW", 11, 12, "CFHUR$52U_{VIX5T"},
	{"PROD01065C%ZFN6F", 13, 14, "O4BG@C7BWLYQX?5G"},
	{"PROD0112J1LW7%NB", 13, 14, "RH96F{PHI8PPX_TJ"},
	{"PROD0113H11T8$X_", 15, maxDialect, "RG@XY*28Q5QHS%Q5"},
	{"PROD0114ES4Z%Q5W", 15, maxDialect, "PK}_A_0N_K%O?A9S"},
	{"PROD0118R6%2WYOS", 15, maxDialect, "YIXPX@5I2P0UT*LK"},
	{"PROD0119GSJUC$18", 15, maxDialect, "ILTXC!4IXB5FB*PX"},
	{"PROD0120PW!CCV9@", 15, maxDialect, "C1BX{V4W}Q3*10SM"},
}

// maxDialect is the last dialect there was.
const maxDialect Dialect = 21

// ProductOf returns the program of an id.
func ProductOf(id string) (Product, bool) {
	for _, p := range products {
		if p.ID == id {
			return p, true
		}
	}
	return Product{}, false
}
