// This file says what the fields of a profile mean, which the service sends
// after sign-in. Source: the profile page of msnp-wiki and captures.

package decode

import (
	"strconv"
	"strings"
	"time"
)

var profileFields = map[string]fieldReader{
	"logintime":       unixTime,
	"emailenabled":    oneOf(map[string]string{"0": "no mailbox with the service", "1": "the account has a mailbox with the service"}),
	"memberidhigh":    memberHalf,
	"memberidlow":     memberHalf,
	"lang_preference": languageNumber,
	"preferredemail":  is("address for mails about the account"),
	"country":         is("country of the account"),
	"postalcode":      is("postal code of the account"),
	"gender":          oneOf(map[string]string{"M": "male", "F": "female", "U": "not told"}),
	"kid":             oneOf(map[string]string{"0": "no child's account", "1": "a child's account"}),
	"bdaypre":         is("how exact the birthday is; the values are not published"),
	"birthday":        is("birthday of the user, 0 if not told"),
	"betainvites":     is("invitations to test versions"),
	"age":             is("age of the user"),
	"wallet":          oneOf(map[string]string{"0": "no Passport wallet", "1": "has a Passport wallet"}),
	"flags":           flagBits,
	"sid":             siteID,
	"kv":              is("version of the key of MSPAuth"),
	"mspauth":         is("ticket for the service's web pages: who has it is signed in"),
	"clientip":        is("address of the client as the server sees it"),
	"clientport":      swappedPort,
	"abchmigrated":    oneOf(map[string]string{"0": "contacts are kept by Messenger", "1": "contacts are kept by the address book service"}),
	"mpopenabled":     oneOf(map[string]string{"0": "one place at a time", "1": "may be signed in at several places"}),
	"routeinfo":       is("where the account lives inside the service"),
}

// appendProfile says what the headers of a profile mean. The account id is
// joined from its halves.
func appendProfile(params []Param, raw []byte, headers []Header) []Param {
	from := len(params)
	params = appendFields(params, raw, headers, profileFields)
	var high, low *Param
	for i := range params[from:] {
		p := &params[from+i]
		switch {
		case strings.EqualFold(p.Name, "MemberIdHigh"):
			high = p
		case strings.EqualFold(p.Name, "MemberIdLow"):
			low = p
		}
	}
	if high != nil && low != nil {
		h, okHigh := half(high.Value)
		l, okLow := half(low.Value)
		if okHigh && okLow {
			low.Meaning = "account id " + strconv.FormatUint(uint64(h)<<32|uint64(l), 10) + " with MemberIdHigh"
		}
	}
	return params
}

// half reads one half of an account id, which may be printed as a signed number.
func half(value string) (uint32, bool) {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= -1<<31 && n < 1<<32 {
		return uint32(n), true
	}
	return 0, false
}

func memberHalf(value string) (shown, meaning string) {
	if n, ok := half(value); ok {
		return value, "half of the account id, 0x" + hex32(n)
	}
	return value, ""
}

func hex32(n uint32) string { return strconv.FormatUint(1<<32|uint64(n), 16)[1:] }

func unixTime(value string) (shown, meaning string) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n <= 0 || n >= 1<<35 {
		return value, ""
	}
	return value, "signed in at " + time.Unix(n, 0).UTC().Format("2006-01-02 15:04:05") + " UTC, the server's clock"
}

func languageNumber(value string) (shown, meaning string) {
	if n, err := strconv.ParseUint(value, 10, 16); err == nil {
		return value, localeNames["0x"+hex32(uint32(n))[4:]]
	}
	return value, ""
}

func siteID(value string) (shown, meaning string) {
	if value == "507" {
		return value, "site id at Passport: Messenger"
	}
	return value, "site id at Passport"
}

func flagBits(value string) (shown, meaning string) {
	if n, err := strconv.ParseUint(value, 10, 32); err == nil {
		return value, "bits 0x" + strconv.FormatUint(n, 16)
	}
	return value, ""
}

// swappedPort reads ClientPort, whose two bytes stand the wrong way round.
func swappedPort(value string) (shown, meaning string) {
	if n, err := strconv.ParseUint(value, 10, 16); err == nil {
		return value, "port " + strconv.FormatUint(n&0xff<<8|n>>8, 10) + ", bytes swapped"
	}
	return value, ""
}
