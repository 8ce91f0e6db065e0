// This file says what the fields of an invitation (text/x-msmsgsinvite) mean.
// Source: the invitation page of msnp-wiki and captures.

package decode

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// fileTransferGUID is the application id of a file transfer, in upper case.
const fileTransferGUID = "{5D3E02AB-6190-11D3-BBBB-00C04F795683}"

// applicationNames are the applications known by their ids, in upper case.
var applicationNames = map[string]string{
	fileTransferGUID:                         "file transfer",
	"{02D3C01F-BF30-4825-A83A-DE7AF41648AA}": "voice or video conversation",
	"{44BBA842-CC51-11CF-AAFA-00AA00B6015C}": "NetMeeting",
	"{56B994A7-380F-410B-9985-C809D78C1BDC}": "Remote Assistance",
	"{F1B1920C-6A3C-4CE7-B18C-AFAB305FD03D}": "application sharing",
	"{1DF57D09-637A-4CA5-91B9-2C3EDAAF62FE}": "whiteboard or ink", // sources differ
	"{8DAE4336-2B71-11D4-9A6C-006067325E47}": "Baldur's Gate II",
	"{41FD0FA-2942-4DC4-B4C5-73D2C55F4C94}":  "MechWarrior", // seven digits in the first group, as its setup registered it
}

// ApplicationName returns what the application with that GUID is, in any case
// and with or without braces; "" if it is not known.
func ApplicationName(guid string) string {
	return applicationNames["{"+strings.ToUpper(strings.Trim(guid, "{} \t"))+"}"]
}

var cancelCodes = map[string]string{
	"REJECT":               "declined",
	"REJECT_NOT_INSTALLED": "declined: the application is not installed",
	"TIMEOUT":              "no answer in time",
	"FTTIMEOUT":            "the transfer did not begin in time",
	"FAIL":                 "it failed",
	"OUTBANDCANCEL":        "the chat was closed",
	"USER_CANCEL":          "a user cancelled it",
}

// CancelMeaning returns what a Cancel-Code says, "" if it is not known.
func CancelMeaning(code string) string { return cancelCodes[strings.ToUpper(code)] }

// portMask is what the fields PortX are combined with, so that address
// translators leave them alone.
const portMask = 0x3141

// connectionType says how well the sender can be reached.
var connectionType = oneOf(map[string]string{
	"DIRECT-CONNECT": "reachable from the internet", "IP-RESTRICT-NAT": "behind an address translator that lets known addresses in",
	"PORT-RESTRICT-NAT": "behind an address translator that lets known addresses and ports in",
	"SYMMETRIC-NAT":     "behind an address translator that lets nobody in", "FIREWALL": "behind a firewall",
	"UNKNOWN-CONNECT": "not known",
})

var invitationFields = map[string]fieldReader{
	"application-name": is("label in the inviter's language"),
	"application-guid": func(value string) (string, string) { return value, ApplicationName(value) },
	"invitation-command": oneOf(map[string]string{
		"INVITE": "offers an application", "ACCEPT": "takes the offer, or says where to connect",
		"CANCEL": "declines or withdraws", "CONTEXT": "tells more about the application",
	}),
	"invitation-cookie":    is("ties the messages of one invitation together"),
	"application-file":     is("name of the file"),
	"application-filesize": is("bytes of the file"),
	"application-url":      is("where to get the application"),
	"connectivity":         oneOf(map[string]string{"N": "the inviter cannot take connections"}),
	"launch-application":   oneOf(map[string]string{"TRUE": "the application has to be started", "FALSE": "nothing has to be started"}),
	"request-data": func(value string) (string, string) {
		if strings.EqualFold(strings.TrimRight(value, ": "), "IP-Address") {
			return value, "asks for the other's address"
		}
		return value, ""
	},
	"ip-address":          is("where to connect"),
	"port":                is("where to connect"),
	"ip-address-internal": is("address in the sender's own network"),
	"ip-address-enc64":    is64,
	"portx":               maskedPort,
	"portx-internal":      maskedPort,
	"authcookie":          is("whoever connects must show it"),
	"sender-connect":      oneOf(map[string]string{"TRUE": "the file's sender connects to its receiver", "FALSE": "the file's receiver connects to its sender"}),
	"session-protocol":    oneOf(map[string]string{"SM1": "the session has a Session-ID"}),
	"session-id":          is("id of the session"),
	"context-data":        is("what the application tells its other half"),
	"conn-type":           connectionType,
	"sip-capability":      oneOf(map[string]string{"1": "can call through SIP", "0": "cannot call through SIP"}),
	"public-ip":           is("address seen from the internet"),
	"private-ip":          is("address in the sender's own network"),
	"upnp":                oneOf(map[string]string{"TRUE": "the router opens ports on request", "FALSE": "the router opens no ports"}),
	"usingrendezvous":     oneOf(map[string]string{"TRUE": "meets through a server", "FALSE": "meets directly"}),
	"cancel-code":         func(value string) (string, string) { return value, CancelMeaning(value) },
}

func maskedPort(value string) (shown, meaning string) {
	if port, ok := unmaskPort(value); ok {
		return value, "port " + strconv.Itoa(int(port)) + ", masked with 0x3141"
	}
	return value, ""
}

func unmaskPort(value string) (uint16, bool) {
	n, err := strconv.ParseUint(value, 10, 16)
	return uint16(n) ^ portMask, err == nil
}

// is64 reads an address in base64.
func is64(value string) (shown, meaning string) {
	if a := address64(value); a != "" {
		return value, "address " + a + " in base64"
	}
	return value, ""
}

// address64 decodes an address in base64, as text or as its four bytes.
func address64(value string) string {
	b, ok := unbase64(value)
	if !ok || len(b) > 256 {
		return ""
	}
	if len(b) == 4 {
		if a, ok := netip.AddrFromSlice(b); ok && !printable(string(b)) {
			return a.String()
		}
	}
	s := strings.TrimRight(string(b), "\x00\r\n")
	if s == "" || !printable(s) {
		return ""
	}
	return s
}

func printable(s string) bool {
	for _, r := range s {
		if r > unicode.MaxASCII || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// invitationPort returns the port of an invitation's fields, "" if there is
// none. The masked one counts where the plain one is missing.
func invitationPort(fields []Header) string {
	if port := find(fields, "Port"); port != "" {
		return port
	}
	if port, ok := unmaskPort(find(fields, "PortX")); ok {
		return strconv.Itoa(int(port))
	}
	return ""
}
