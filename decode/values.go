// This file holds the words that parameters of several commands share, each
// with its meaning.

package decode

import "strings"

var (
	statusValues = []Value{
		{"NLN", "online"},
		{"BSY", "busy"},
		{"IDL", "idle"},
		{"BRB", "be right back"},
		{"AWY", "away"},
		{"PHN", "on the phone"},
		{"LUN", "out to lunch"},
		{"HDN", "hidden (appears offline)"},
		{"FLN", "offline"},
	}
	// What a contact can be seen as: who hides is offline, and that has a
	// command of its own, FLN.
	contactStatusValues = pick(statusValues, "NLN BSY IDL BRB AWY PHN LUN")

	listValues = []Value{
		{"FL", "forward list (the user's contacts)"},
		{"AL", "allow list (who may see and message the user)"},
		{"BL", "block list (who may not)"},
		{"RL", "reverse list (who has the user as a contact)"},
		{"PL", "pending list (who waits for the user's decision)"},
	}
	// The server alone keeps RL; PL came with MSNP10, when ADD was gone.
	addListValues    = pick(listValues, "FL AL BL")
	addedListValues  = pick(listValues, "FL AL BL RL")
	removeListValues = pick(listValues, "FL AL BL PL")

	packageValues = []Value{
		{"MD5", "digest of challenge and password (MSNP2-7)"},
		{"CTP", "password in clear text (MSNP2)"},
		{"TWN", "Passport ticket (MSNP8-14)"},
		{"SSO", "single sign-on tickets (MSNP15 on)"},
		{"SHA", "digest for signing in to a circle (MSNP18 on)"},
	}

	osValues = []Value{
		{"win", "Windows 95, 98 or ME"},
		{"winnt", "Windows NT, 2000, XP or later"},
		{"mac", "Mac OS"},
		{"webtv", "MSN TV (WebTV)"},
	}
	clientValues = []Value{
		{"MSMSGS", "MSN Messenger or Windows Messenger"},
		{"MSNMSGR", "MSN Messenger, later versions"},
		{"msntvim", "MSN TV (WebTV)"},
		{"macmsgs", "Messenger for Mac"},
	}

	serviceValues = []Value{
		{"PASSWORD", "change the password"},
		{"INBOX", "the mailbox"},
		{"COMPOSE", "write a mail"},
		{"MESSAGE", "read a mail"},
		{"FOLDERS", "mail folders"},
		{"PERSON", "change the user's details"},
		{"MOBILE", "mobile settings"},
		{"CHGMOB", "change the mobile device"},
		{"PROFILE", "edit the member profile"},
		{"N2PACCOUNT", "Net2Phone account"},
		{"N2PFUND", "pay into a Net2Phone account"},
		{"CHAT", "chat rooms"},
		{"ADDRBOOK", "address book"},
		{"ADVSEARCH", "search for people"},
		{"INTSEARCH", "search for people by interest"},
	}

	// MSNP2-7 have PHH to MBE.
	propertyValues = []Value{
		{"PHH", "home phone"},
		{"PHW", "work phone"},
		{"PHM", "mobile phone"},
		{"MOB", "others may send pages (Y or N)"},
		{"MBE", "mobile device set up (Y or N)"},
		{"MFN", "friendly name"},
		{"WWE", "web-based client allowed"},
		{"HSB", "has a personal web space"},
	}

	promptValues = []Value{
		{"A", "ask before accepting people who add the user"},
		{"N", "never ask about people who add the user"},
	}
	privacyValues = []Value{
		{"AL", "people on neither list may see and message the user"},
		{"BL", "people on neither list may not see or message the user"},
	}
	switchValues = []Value{{"ON", "instant messages allowed"}, {"OFF", "instant messages refused"}}

	okValues     = []Value{{"OK", "accepted"}}
	cookieMarker = []Value{{"CKI", "a ticket follows"}}
	domainMarker = []Value{{"U", ""}}
	directValues = []Value{
		{"0", "no direct TCP connection possible"},
		{"1", "direct TCP connection possible"},
	}
)

// pick returns the values of all whose words are listed.
func pick(all []Value, words string) []Value {
	var picked []Value
	for _, v := range all {
		for word := range strings.FieldsSeq(words) {
			if word == v.Word {
				picked = append(picked, v)
			}
		}
	}
	return picked
}

// StatusMeaning returns what a presence status says, "away" for AWY; "" if the
// word is no status.
func StatusMeaning(word string) string { return meaningIn(statusValues, word) }

// ListMeaning returns what a contact list is, "" if the word is no list.
func ListMeaning(word string) string { return meaningIn(listValues, word) }

func meaningIn(values []Value, word string) string {
	for i := range values {
		if values[i].Word == word {
			return values[i].Meaning
		}
	}
	return ""
}
