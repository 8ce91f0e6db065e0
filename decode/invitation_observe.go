// This file is the state machine of invitations.

package decode

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Observe takes notice of a message. It returns the invitation that it belongs
// to and whether it told something new: a message that is seen a second time,
// where it is delivered, does not. nil if the message is no invitation.
func (v *Invitations) Observe(m Message) (inv *Invitation, changed bool) {
	if m.Payload == nil || m.Payload.Type != "text/x-msmsgsinvite" || m.From == "" {
		return nil, false
	}
	f := m.Payload.Fields
	cookie := field(f, "Invitation-Cookie")
	command := strings.ToUpper(find(f, "Invitation-Command"))
	if cookie == "" || command == "" {
		return nil, false
	}
	m.From, m.To = clip(m.From), clip(m.To)
	inv = v.lookUp(m.From, m.To, cookie)
	if command == "INVITE" {
		inv, changed = v.invite(inv, m, cookie)
	} else {
		if inv == nil {
			inv, changed = v.unseen(m, cookie), true
		}
		if inv.Invitee == "" { // sent when it was not known who else is in the chat
			other := m.From
			if strings.EqualFold(other, inv.Inviter) {
				other = m.To
			}
			inv.Invitee = other
			v.remember(inv)
		}
		before := inv.State
		switch command {
		case "ACCEPT":
			changed = v.accept(inv, m) || changed
		case "CANCEL":
			cancel(inv, m)
		}
		changed = changed || inv.State != before
	}
	if changed {
		inv.Changed = m.At
	}
	if len(inv.Events) < maxInvitationEvents {
		inv.Events = append(inv.Events, m.Event)
	}
	if m.Session != 0 && len(inv.Sessions) < 2 && !slices.Contains(inv.Sessions, m.Session) {
		inv.Sessions = append(inv.Sessions, m.Session)
	}
	return inv, changed
}

func (v *Invitations) lookUp(from, to, cookie string) *Invitation {
	if to != "" {
		if inv, ok := v.all.get(keyOfInvitation(from, to, cookie)); ok {
			return inv
		}
	}
	for _, who := range [2]string{from, to} {
		inv, ok := v.byOne.get([2]string{strings.ToLower(who), cookie})
		if ok && who != "" && (to == "" || inv.Invitee == "") {
			return inv
		}
	}
	return nil
}

func (v *Invitations) remember(inv *Invitation) {
	v.all.put(keyOfInvitation(inv.Inviter, inv.Invitee, inv.Cookie), inv, maxInvitations)
	for _, who := range [2]string{inv.Inviter, inv.Invitee} {
		if who != "" {
			v.byOne.put([2]string{strings.ToLower(who), inv.Cookie}, inv, 2*maxInvitations)
		}
	}
}

// invite is an INVITE. Clients choose their cookies at random or count, so that
// the same one may come again for another invitation.
func (v *Invitations) invite(old *Invitation, m Message, cookie string) (inv *Invitation, changed bool) {
	f := m.Payload.Fields
	inv = &Invitation{
		Inviter: m.From, Invitee: m.To, Cookie: cookie, GUID: field(f, "Application-GUID"),
		File: field(f, "Application-File"), Size: -1, SessionID: field(f, "Session-ID"),
		Connectable: !strings.EqualFold(find(f, "Connectivity"), "N"), Begun: m.At,
	}
	if n, err := strconv.ParseInt(find(f, "Application-FileSize"), 10, 64); err == nil && n >= 0 {
		inv.Size = n
	}
	if inv.Application = ApplicationName(inv.GUID); inv.Application == "" {
		inv.Application = field(f, "Application-Name")
	}
	inv.invites[m.Dir] = true
	// Seen before at its other end?
	if old != nil && !old.invites[m.Dir] && !old.Unseen && strings.EqualFold(old.Inviter, inv.Inviter) &&
		old.GUID == inv.GUID && old.File == inv.File && old.Size == inv.Size {
		old.invites[m.Dir] = true
		if old.Invitee == "" && m.To != "" {
			old.Invitee = m.To
			v.remember(old)
		}
		return old, false
	}
	v.remember(inv)
	return inv, true
}

// unseen makes an invitation whose INVITE the capture does not have. Only the
// sender of a file tells an AuthCookie without waiting to be connected to.
func (v *Invitations) unseen(m Message, cookie string) *Invitation {
	f := m.Payload.Fields
	inv := &Invitation{Inviter: m.To, Invitee: m.From, Cookie: cookie, Size: -1, Connectable: true, Unseen: true, Begun: m.At}
	if find(f, "AuthCookie") != "" && !isTrue(find(f, "Sender-Connect")) || m.To == "" {
		inv.Inviter, inv.Invitee = m.From, m.To
	}
	v.remember(inv)
	return inv
}

// accept is an ACCEPT: of the invitee, who takes the offer, or of the inviter,
// who then says where to connect.
func (v *Invitations) accept(inv *Invitation, m Message) (changed bool) {
	if inv.State.Over() {
		return false
	}
	f := m.Payload.Fields
	byInviter := strings.EqualFold(m.From, inv.Inviter)
	if id := field(f, "Session-ID"); inv.SessionID == "" {
		inv.SessionID = id
	}
	if !byInviter && isTrue(find(f, "Sender-Connect")) && !inv.SenderConnect {
		inv.SenderConnect, changed = true, true
	}
	if inv.State == InvitationOffered && !byInviter || inv.Unseen && inv.State == InvitationOffered {
		inv.State, changed = InvitationAccepted, true
	}
	listens := byInviter != inv.SenderConnect || !inv.IsFile()
	if !listens {
		return changed
	}
	if c := field(f, "AuthCookie"); c != "" && c != inv.AuthCookie {
		inv.AuthCookie, changed = c, true
		receiver := inv.Invitee
		v.byCookie.put([2]string{strings.ToLower(receiver), c}, inv, maxInvitations)
	}
	for _, a := range addressesIn(f) {
		if len(inv.Addresses) < maxInvitationAddresses && !contains(inv.Addresses, a) {
			inv.Addresses = append(inv.Addresses, a)
			inv.Listener, changed = m.From, true
			v.byAddress.put(a, inv, 2*maxInvitations)
		}
	}
	if len(inv.Addresses) > 0 && inv.State < InvitationReady {
		inv.State, changed = InvitationReady, true
	}
	return changed
}

func cancel(inv *Invitation, m Message) {
	if inv.State.Over() {
		return
	}
	code := field(m.Payload.Fields, "Cancel-Code")
	byInviter := strings.EqualFold(m.From, inv.Inviter)
	who := "the invitee"
	if byInviter {
		who = "the inviter"
	}
	inv.Reason = "cancelled by " + who
	switch strings.ToUpper(code) {
	case "TIMEOUT", "FTTIMEOUT", "FAIL":
		inv.State, inv.Reason = InvitationFailed, CancelMeaning(code)
		return
	case "REJECT", "REJECT_NOT_INSTALLED":
		inv.State, inv.Reason = InvitationDeclined, CancelMeaning(code)
		return
	}
	if words := firstOf(CancelMeaning(code), code); words != "" {
		inv.Reason += ": " + words
	}
	inv.State = InvitationCancelled
	if !byInviter && len(inv.Addresses) == 0 && code == "" {
		inv.State, inv.Reason = InvitationDeclined, "declined"
	}
}

// addressesIn returns where an ACCEPT says to connect, the outer address first.
func addressesIn(f []Header) []string {
	port := invitationPort(f)
	inner := port
	if p, ok := unmaskPort(find(f, "PortX-Internal")); ok {
		inner = strconv.Itoa(int(p))
	}
	var out []string
	for _, a := range [...]struct{ host, port string }{
		{find(f, "IP-Address"), port},
		{address64(find(f, "IP-Address-Enc64")), port},
		{find(f, "IP-Address-Internal"), inner},
	} {
		host := trimBlanks(a.host)
		if h, p, err := net.SplitHostPort(host); err == nil { // some write the port behind it
			host, a.port = h, p
		}
		ip, err := netip.ParseAddr(host)
		n, errPort := strconv.ParseUint(trimBlanks(a.port), 10, 16)
		if err != nil || errPort != nil || n == 0 {
			continue
		}
		if s := netip.AddrPortFrom(ip.WithZone(""), uint16(n)).String(); !contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// asciiSpace is what does not belong to a value: blanks, and the line ends of a
// folded field. What is a space only in another character set is part of it: the
// bytes of the wire do not say which set that is.
const asciiSpace = " \t\r\n\v\f"

func trimBlanks(s string) string { return strings.Trim(s, asciiSpace) }

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func isTrue(value string) bool { return strings.EqualFold(strings.TrimSpace(value), "TRUE") }

// field returns a field's value, cut to what an Invitation takes.
func field(f []Header, name string) string { return clip(find(f, name)) }

func clip(s string) string {
	return strings.Clone(strings.ToValidUTF8(s[:min(len(s), maxInvitationField)], "�"))
}
