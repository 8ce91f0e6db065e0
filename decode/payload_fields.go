// This file says what the fields of the services' messages mean: mail
// notifications, system messages, datacasts, what programs say about themselves.
// Sources: the 1999 IETF draft and the MIME type pages of msnp-wiki.

package decode

import (
	"strconv"
	"strings"
)

// fieldReader says how the value of a field reads and what it means. No meaning
// stands for a value that is not known.
type fieldReader func(value string) (shown, meaning string)

// is returns a reader for fields that have one meaning whatever their value.
func is(meaning string) fieldReader {
	return func(value string) (string, string) { return value, meaning }
}

// oneOf returns a reader for fields with a set of known values, in upper case.
func oneOf(meanings map[string]string) fieldReader {
	return func(value string) (string, string) { return value, meanings[strings.ToUpper(value)] }
}

// appendFields appends what the fields mean by their readers, which are found
// by the name in lower case.
func appendFields(params []Param, raw []byte, fields []Header, readers map[string]fieldReader) []Param {
	for i := range fields {
		h := &fields[i]
		read := readers[strings.ToLower(h.Name)]
		if read == nil {
			continue
		}
		shown, meaning := read(h.Value)
		params = append(params, fieldParam(raw, h, shown, orNotKnown(h.Value, meaning)))
	}
	return params
}

// orNotKnown is the meaning of a value of a closed set, or says that there is
// none.
func orNotKnown(value, meaning string) string {
	switch {
	case meaning != "":
		return meaning
	case value == "":
		return "not given"
	}
	return notKnown
}

// notKnown is the meaning of a value that no document names.
const notKnown = "a value that is not known"

// fieldParam makes the Param of a header or field.
func fieldParam(raw []byte, h *Header, shown, meaning string) Param {
	return Param{
		Name: h.Name, Value: shown, Raw: string(raw[h.Start:h.End]), Meaning: meaning,
		Type: TypeText, Secret: h.Secret, Start: h.Start, End: h.End,
	}
}

// encodedText returns a reader for fields whose words may be encoded.
func encodedText(meaning string) fieldReader {
	return func(value string) (string, string) {
		text, charset := decodeWords(value)
		if charset != "" {
			return text, meaning + ", written as " + charset
		}
		return text, meaning
	}
}

// folderName reads the folder of a mail.
func folderName(value string) (shown, meaning string) {
	switch strings.ToUpper(value) {
	case "":
		return value, ""
	case "ACTIVE":
		return value, "the inbox"
	case "HM_BULKMAIL_":
		return value, "junk mail"
	case ".!!TRASH":
		return value, "the trash"
	case ".!!OIM":
		return value, "offline messages"
	}
	return value, "a folder of the user's own"
}

// mailFields are those of all mail notifications.
var mailFields = map[string]fieldReader{
	"inbox-unread":   is("unread mails in the inbox"),
	"folders-unread": is("unread mails in the other folders"),
	"inbox-url":      is("page of the inbox"),
	"folders-url":    is("page of the folders"),
	"message-url":    is("page of the mail"),
	"post-url":       is("page that signs in and leads to the others"),
	"from":           encodedText("the mail's sender"),
	"subject":        encodedText("subject of the mail"),
	"id":             is("number that came with MSNP3; what it counts is not known"),
	"mail-data":      is("the mailbox as a document"),
	"from-addr":      is("address of the mail's sender"),
	"dest-folder":    folderName,
	"src-folder":     folderName,
	"message-delta": func(value string) (string, string) {
		n, err := strconv.Atoi(value)
		if err != nil {
			return value, ""
		}
		return value, "mails that were moved, read or deleted: " + strconv.Itoa(max(n, -n))
	},
}

var systemFields = map[string]fieldReader{
	"type": oneOf(map[string]string{"1": "the service goes down for maintenance"}),
	"arg1": func(value string) (string, string) {
		if n, err := strconv.Atoi(value); err == nil {
			if n == 1 {
				return value, "in one minute"
			}
			return value, "in " + strconv.Itoa(n) + " minutes"
		}
		return value, ""
	},
}

var datacastFields = map[string]fieldReader{
	"id": func(value string) (string, string) { return value, datacast(value) },
	"data": func(value string) (string, string) {
		if strings.HasPrefix(value, "<msnobj") {
			return value, objectWords(value)
		}
		return value, "what it brings along"
	},
}

// capsFields are those of text/x-clientcaps and text/x-clientinfo, which
// third-party programs send.
var capsFields = map[string]fieldReader{
	"client-name": is("the sender's program"),
	"chat-logging": oneOf(map[string]string{
		"Y": "the chat is logged", "N": "the chat is not logged", "S": "the chat is logged securely",
	}),
}

// fieldsOf returns the readers for the fields in the body of a media type.
func fieldsOf(mediaType string) map[string]fieldReader {
	switch mediaType {
	case "text/x-msmsgsinvite":
		return invitationFields
	case "text/x-clientcaps", "text/x-clientinfo":
		return capsFields
	case "text/x-msnmsgr-datacast":
		return datacastFields
	case "application/x-msmsgssystemmessage", "text/x-msmsgssystemmessage":
		return systemFields
	}
	return mailFields
}

// appendCommon appends what the headers say that any message can have. It runs
// for every message, so it looks at lengths first.
func appendCommon(params []Param, raw []byte, headers []Header) []Param {
	for i := range headers {
		h := &headers[i]
		meaning := ""
		switch len(h.Name) {
		case len("Chunk"):
			if strings.EqualFold(h.Name, "Chunk") {
				if k, err := strconv.Atoi(h.Value); err == nil && k >= 0 && k < 1<<30 {
					meaning = "part " + strconv.Itoa(k+1) + " of the message, counted from 1"
				}
			}
		case len("Chunks"): // Roster has the same length
			switch {
			case strings.EqualFold(h.Name, "Chunks"):
				meaning = "parts of the message; this is the first"
			case strings.EqualFold(h.Name, "Roster"):
				meaning = "chat session and address of its switchboard; hardly ever seen"
			}
		case len("Message-ID"): // the three others have the same length
			switch {
			case strings.EqualFold(h.Name, "Message-ID"):
				meaning = "the same for all parts of a message"
			case strings.EqualFold(h.Name, "P4-Context"):
				meaning = "shown instead of the sender's name"
			case strings.EqualFold(h.Name, "TypingUser"):
				meaning = "who is typing"
			case strings.EqualFold(h.Name, "User-Agent"):
				meaning = "the sender's program"
			}
		case len("Client-Name"):
			if strings.EqualFold(h.Name, "Client-Name") {
				meaning = "the sender's program"
			}
		case len("RecordingUser"):
			if strings.EqualFold(h.Name, "RecordingUser") {
				meaning = "who is recording a voice clip"
			}
		case len("P2P-Dest"):
			if strings.EqualFold(h.Name, "P2P-Dest") {
				meaning = "whom it is for"
			}
		}
		if meaning != "" {
			params = append(params, fieldParam(raw, h, h.Value, meaning))
		}
	}
	return params
}
